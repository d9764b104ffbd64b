import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from classifier import NoAnchor, fit_and_leave_out
from explorer.errors import NothingThere
from explorer.history import History
from explorer.mining import mine_page
from explorer.page import Page
from explorer.rounds import Rounds
from explorer.settings import Settings
from vecdb import Collection, Label, connect


def truth(page: Page) -> dict[str, int]:
    return {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}


def begin(rounds: Rounds, collection: Collection, direction: np.ndarray, size: int = 10) -> Page:
    return rounds.begin(collection, "a thing", direction, Settings(page_size=size))


def test_the_first_page_holds_the_photos_nearest_to_the_prompt(rounds, collection, direction):
    page = begin(rounds, collection, direction)
    assert len(page.tiles) == 10
    assert page.concept.round == 1
    assert [t.photo_id for t in page.tiles] == collection.nearest(page.concept.weights, 10).ids
    assert [t.photo_id for t in page.tiles] == collection.nearest(direction, 10).ids


def test_the_first_page_shows_copies_only_when_nothing_else_is_left(rounds, collection, direction):
    nearest = collection.nearest(direction, 1).ids
    copies = [f"copy-{at}" for at in range(4)]
    rows = {"id": copies, "url": copies, "vector": [*collection.known_vectors(nearest)[1]] * 4}
    collection.insert(pa.table(rows))
    some, all_ = (
        [tile.photo_id for tile in begin(rounds, collection, direction, size).tiles]
        for size in (10, 124)
    )
    assert len({*some} & {*copies, *nearest}) == 1
    assert len(some) == 10
    assert {*copies, *nearest} < {*all_}


def test_pages_stay_full_and_no_judged_photo_comes_back_until_none_is_left(
    rounds, collection, direction
):
    page = begin(rounds, collection, direction)
    seen: set[str] = set()
    while page.tiles:
        shown = {tile.photo_id for tile in page.tiles}
        assert len(shown) == 10
        assert not shown & seen
        seen |= shown
        page = rounds.submit(page.concept.id, page.tiles, truth(page))
    assert len(seen) == 120


def test_skipped_photos_stay_away_at_first_and_fill_the_page_when_nothing_else_is_left(
    rounds, collection, direction
):
    page = begin(rounds, collection, direction, size=50)
    first = {tile.photo_id for tile in page.tiles}
    page = rounds.submit(page.concept.id, page.tiles, {})
    assert not first & {tile.photo_id for tile in page.tiles}
    page = rounds.submit(page.concept.id, page.tiles, {})
    assert len(page.tiles) == 50


def test_unmarked_means_negative_where_the_user_said_so(rounds, collection, direction):
    page = begin(rounds, collection, direction)
    shown = [tile.photo_id for tile in page.tiles]
    page = rounds.submit(page.concept.id, page.tiles, {shown[0]: 1}, unmarked="negative")
    labels = {row.photo_id: row.label for row in page.history}
    assert labels == {photo: 1 if photo == shown[0] else -1 for photo in shown}


def test_after_a_restart_unmarked_photos_are_skipped_again(rounds, collection, direction):
    page = begin(rounds, collection, direction)
    rounds.keep_settings(page.concept.id, unmarked="negative")
    assert (
        rounds.page(rounds.database.concepts.get(page.concept.id)).settings.unmarked == "negative"
    )
    stored = rounds.database.concepts.get(page.concept.id).settings
    assert Settings.read({**stored, "run": "another"}).unmarked == "skip"


def test_everything_is_in_the_database_before_the_page_is_returned(
    rounds, database, collection, direction
):
    page = begin(rounds, collection, direction)
    answers = truth(page)
    page = rounds.submit(page.concept.id, page.tiles, answers)
    stored = database.concepts.get(page.concept.id)
    assert stored.round == 2
    assert list(Settings.read(stored.settings).page or ()) == page.tiles
    assert np.array_equal(stored.weights, page.concept.weights)
    assert {r.photo_id: r.label for r in database.concepts.labels(stored.id)} == answers
    # Another process opening the same concept stands at the same page.
    assert Rounds(database).page(stored).tiles == page.tiles


def test_five_rounds_rank_better_than_the_prompt(rounds, collection, direction):
    page = begin(rounds, collection, direction)
    for _ in range(5):
        page = rounds.submit(page.concept.id, page.tiles, truth(page))

    def matches_on_top(weights: np.ndarray) -> int:
        return sum(photo.startswith("yes") for photo in collection.nearest(weights, 30).ids)

    assert matches_on_top(page.concept.weights) >= 29
    assert matches_on_top(page.concept.weights) > matches_on_top(direction)


def test_undo_brings_a_whole_round_back_with_its_marks_and_redo_takes_it_again(
    rounds, collection, direction
):
    first = begin(rounds, collection, direction)
    # In another order than the page's: the browser sends every yes before every no.
    answers = dict(reversed(truth(first).items()))
    second = rounds.submit(first.concept.id, first.tiles, answers)
    undone = Rounds(rounds.database).undo(first.concept.id)
    assert undone is not None
    assert undone.concept.round == 1
    assert [tile.photo_id for tile in undone.tiles] == [tile.photo_id for tile in first.tiles]
    assert {tile.photo_id: tile.mark for tile in undone.tiles} == answers
    assert not any(row.label for row in rounds.database.concepts.labels(first.concept.id))
    assert np.allclose(undone.concept.weights, first.concept.weights)
    assert rounds.undo(first.concept.id) is None
    redone = rounds.redo(first.concept.id)
    assert redone is not None
    assert redone.concept.round == 2
    assert np.allclose(redone.concept.weights, second.concept.weights)
    assert rounds.redo(first.concept.id) is None


def test_single_labels_can_be_changed_cleared_and_taken_back(rounds, collection, direction):
    page = begin(rounds, collection, direction)
    rounds.submit(page.concept.id, page.tiles, truth(page))
    one, two = (tile.photo_id for tile in page.tiles[:2])
    before = {r.photo_id: r.label for r in rounds.database.concepts.labels(page.concept.id)}
    rounds.relabel(page.concept.id, {one: -before[one], two: 0})
    after = {r.photo_id: r.label for r in rounds.database.concepts.labels(page.concept.id)}
    assert after == {**before, one: -before[one], two: 0}
    assert rounds.undo(page.concept.id) is not None
    restored = {r.photo_id: r.label for r in rounds.database.concepts.labels(page.concept.id)}
    assert restored == before


def test_two_tabs_on_one_concept_lose_no_label(rounds, collection, direction):
    here = begin(rounds, collection, direction)
    there = Rounds(rounds.database)
    moved = there.submit(here.concept.id, here.tiles, truth(here))
    there.submit(here.concept.id, moved.tiles, truth(moved))
    rounds.submit(here.concept.id, here.tiles, {here.tiles[0].photo_id: -1})
    labels = {r.photo_id: r.label for r in rounds.database.concepts.labels(here.concept.id)}
    assert {p: labels[p] for p in truth(moved)} == truth(moved)


def test_two_processes_that_answer_one_page_at_once_are_one_action(
    rounds, collection, direction, monkeypatch
):
    page = begin(rounds, collection, direction)
    there = Rounds(rounds.database)
    read = there._read(page.concept.id)  # before the other has stored its answers
    first, second = (truth(page), {page.tiles[0].photo_id: -1})
    rounds.submit(page.concept.id, page.tiles, first, number=1)
    with monkeypatch.context() as patched:
        patched.setattr(there, "_read", lambda concept_id, **how: read)
        there.submit(page.concept.id, page.tiles, second, number=1)
    undone = there.undo(page.concept.id)
    assert undone is not None
    assert [tile.photo_id for tile in undone.tiles] == [tile.photo_id for tile in page.tiles]
    assert not any(row.label for row in rounds.database.concepts.labels(page.concept.id))
    assert there.undo(page.concept.id) is None
    redone = there.redo(page.concept.id)
    assert redone is not None
    assert redone.concept.round == 2


@pytest.mark.parametrize("behind", [True, False], ids=["at once", "a moment later"])
@pytest.mark.parametrize("unmarked", ["skip", "negative"])
def test_a_round_that_two_processes_store_is_stored_once(
    rounds, collection, direction, monkeypatch, behind, unmarked
):
    page = begin(rounds, collection, direction)
    marks = dict(list(truth(page).items())[:3])
    with connect(rounds.database.dsn_display) as database:
        there = Rounds(database)
        read = there._read(page.concept.id)
        rounds.submit(page.concept.id, page.tiles, marks, unmarked=unmarked, number=1)
        stored = rounds.database.concepts.history(page.concept.id)
        assert len(stored) == len(page.tiles)
        if not behind:  # the labels are there, the concept's next round is not yet
            read = read[0], History(stored)
        monkeypatch.setattr(there, "_read", lambda concept_id, **how: read)
        there.submit(page.concept.id, page.tiles, marks, unmarked=unmarked, number=1)
        assert database.concepts.history(page.concept.id) == stored


def test_a_photo_deleted_in_mid_round_is_left_out_of_the_fit(
    rounds, database, collection, direction
):
    page = begin(rounds, collection, direction)
    answers = truth(page) | {"gone": 1}
    page = rounds.submit(page.concept.id, page.tiles, answers)
    assert len(page.tiles) == 10
    assert "gone" in {row.photo_id for row in database.concepts.labels(page.concept.id)}


def test_a_collection_of_three_photos_works_to_its_end(rounds, database, direction):
    tiny = database.create_collection("tiny", "offline", 16)
    vectors = np.eye(16, dtype=np.float32)[:3]
    tiny.insert(pa.table({"id": ["a", "b", "c"], "url": [""] * 3, "vector": list(vectors)}))
    page = begin(rounds, tiny, direction, size=25)
    assert sorted(tile.photo_id for tile in page.tiles) == ["a", "b", "c"]
    page = rounds.submit(page.concept.id, page.tiles, {"a": 1, "b": -1, "c": -1})
    assert page.tiles == []


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_rounds_go_on_with_the_threshold_dragged_to_an_end(
    rounds, database, collection, direction, threshold
):
    page = begin(rounds, collection, direction)
    database.concepts.update(page.concept.id, threshold=threshold)
    for _ in range(2):
        page = rounds.submit(page.concept.id, page.tiles, truth(page))
    assert len(page.tiles) == 10
    assert page.concept.threshold == threshold


def test_positives_are_counted_by_round(rounds, collection, direction):
    page = begin(rounds, collection, direction)
    counts = []
    for _ in range(3):
        answers = truth(page)
        counts.append(sum(label == 1 for label in answers.values()))
        page = rounds.submit(page.concept.id, page.tiles, answers)
    assert page.history.yes_by_round() == counts
    assert len(page.history.done) == 3


def test_a_page_that_comes_back_keeps_what_its_round_agreed_to(rounds, collection, direction):
    page = begin(rounds, collection, direction)
    for _ in range(3):
        page = rounds.submit(page.concept.id, page.tiles, truth(page))
    agreed = page.settings.agreements
    assert len(agreed) == 3
    undone = rounds.undo(page.concept.id)
    assert undone is not None
    assert undone.settings.agreements == agreed[:2]
    redone = rounds.redo(page.concept.id)
    assert redone is not None
    assert redone.settings.agreements == agreed
    undone = rounds.undo(page.concept.id)
    again = rounds.submit(page.concept.id, undone.tiles, truth(undone))
    assert again.settings.agreements == agreed


@pytest.mark.parametrize("how", ["relabel", "refit", "judge"])
def test_a_round_that_is_fitted_anew_keeps_what_it_agreed_to(rounds, collection, direction, how):
    page = begin(rounds, collection, direction)
    for _ in range(3):
        page = rounds.submit(page.concept.id, page.tiles, truth(page))
    agreed, concept = page.settings.agreements, page.concept.id
    photo, label = next(iter(page.history.judged.items()))
    if how == "relabel":
        anew = rounds.relabel(concept, {photo: -label})
    else:
        anew = rounds.refit(concept) if how == "refit" else rounds.choose_judge(concept, "")
    assert anew.concept.round == page.concept.round
    assert anew.settings.agreements == agreed


def test_a_page_that_comes_back_lacks_what_was_deleted_meanwhile(rounds, collection, direction):
    first = begin(rounds, collection, direction)
    shown = [tile.photo_id for tile in first.tiles]
    for deleted, left in ((shown[:2], shown[2:]), (shown, None)):
        rounds.submit(first.concept.id, first.tiles, truth(first))
        collection.delete(deleted)
        undone = rounds.undo(first.concept.id)
        assert undone is not None
        again = [tile.photo_id for tile in undone.tiles]
        if left is not None:
            assert again == left
        else:  # nothing of it is left: a page is mined in its place
            assert len(again) == len(shown)
            assert not set(again) & set(shown)


def test_a_concept_made_by_a_program_opens_at_a_page_and_can_be_undone(
    database, collection, direction
):
    rounds = Rounds(database, encode=lambda concept: direction)
    made = database.concepts.create("things", "things", "a thing")
    answers = [Label("yes-000", 1), Label("no-050", -1)]
    database.concepts.label(made.id, answers, action="by hand")
    page = rounds.page(database.concepts.get(made.id))
    assert len(page.tiles) == 25
    assert not {tile.photo_id for tile in page.tiles} & {"yes-000", "no-050"}
    undone = rounds.undo(made.id)
    assert undone is not None
    assert undone.history.judged == {}


def test_a_concept_of_labels_alone_starts_from_its_yes(rounds, database, collection):
    made = database.concepts.create("things", "things", "")
    answers = [Label(f"yes-{at:03d}", 1) for at in range(5)]
    database.concepts.label(made.id, answers, action="by hand")
    page = rounds.page(database.concepts.get(made.id))
    assert sum(tile.photo_id.startswith("yes") for tile in page.tiles) >= 10


def test_a_window_that_comes_late_for_the_first_page_sets_nothing_back(
    database, collection, direction
):
    rounds = Rounds(database, encode=lambda concept: direction)
    late = database.concepts.create("things", "things", "a thing")
    page = rounds.page(late)
    page = rounds.submit(late.id, page.tiles, truth(page))
    again = rounds.page(late)
    assert again.concept.round == page.concept.round == 2
    assert again.history.judged == page.history.judged


def test_a_concept_that_another_window_left_unanswered_comes_back_with_its_first_answer(
    rounds, database, collection, direction
):
    page = begin(rounds, collection, direction)
    database.concepts.delete(page.concept.id)
    page = rounds.submit(page.concept.id, page.tiles, truth(page))
    assert not database.concepts.get(page.concept.id).deleted
    assert page.history.judged
    database.concepts.delete(page.concept.id)
    with pytest.raises(NothingThere, match="was deleted"):
        rounds.submit(page.concept.id, page.tiles, truth(page))


def test_nothing_is_stored_of_a_turn_that_cannot_be_fitted(rounds, database, collection):
    made = database.concepts.create("things", "things", "")
    database.concepts.label(made.id, [Label("no-050", -1)], action="by hand")
    with pytest.raises(NoAnchor):
        rounds.undo(made.id)
    assert len(database.concepts.history(made.id)) == 1


def test_a_round_knows_what_was_answered_elsewhere_and_whose_answers_count(
    rounds, database, collection, direction
):
    page = begin(rounds, collection, direction)
    for _ in range(3):
        page = rounds.submit(page.concept.id, page.tiles, truth(page), by="ann")
        shown = page.tiles[0].photo_id
        database.concepts.label(page.concept.id, [Label(shown, -1, by="bob")], action="elsewhere")
    whole = History(database.concepts.history(page.concept.id))
    page = rounds.refit(page.concept.id)
    assert page.history.judged == whole.judged
    assert list(page.history.rows) == whole.rows
    theirs = rounds.choose_judge(page.concept.id, "bob").history
    assert set(theirs.judged.values()) == {-1}
    assert rounds.refit(page.concept.id).history.judged == theirs.judged
    assert rounds.choose_judge(page.concept.id, None).history.judged == whole.judged


def test_an_answer_that_another_program_wrote_before_ones_already_read_takes_its_place(
    rounds, database, collection, direction, monkeypatch
):
    page = begin(rounds, collection, direction)
    page = rounds.submit(page.concept.id, page.tiles, truth(page))
    rounds.refit(page.concept.id)
    rows = database.concepts.history(page.concept.id)
    rows.insert(3, Label("no-050", 1, action="elsewhere"))
    monkeypatch.setattr(database.concepts, "history", lambda _: list(rows))
    page = rounds.refit(page.concept.id)
    assert page.history.rows == rows
    assert page.history.judged["no-050"] == 1


def test_rounds_of_many_people_are_made_a_few_at_once(rounds, collection, direction, monkeypatch):
    concepts = [rounds.begin(collection, "a thing", direction).concept.id for _ in range(12)]
    now, most = [], []
    three = threading.Barrier(3)

    def watched(*about):
        now.append(1)
        most.append(len(now))
        three.wait(60)
        time.sleep(0.02)  # for a fourth
        page = mine_page(*about)
        now.pop()
        return page

    monkeypatch.setattr("explorer.rounds.mine_page", watched)
    monkeypatch.setattr(rounds, "_at_once", threading.BoundedSemaphore(3))
    with ThreadPoolExecutor(len(concepts)) as people:
        pages = list(people.map(rounds.refit, concepts))
    assert [page.concept.id for page in pages] == concepts
    assert max(most) == 3


def test_a_round_is_thought_out_on_one_thread_of_blas_and_leaves_the_others_as_they_were(
    rounds, collection, direction, monkeypatch
):
    def threads() -> list[int]:
        return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]

    meanwhile: list[list[int]] = []

    def fit(*args, **options):
        meanwhile.append(threads())
        return fit_and_leave_out(*args, **options)

    monkeypatch.setattr("explorer.fitting.fit_and_leave_out", fit)
    page = begin(rounds, collection, direction)
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        rounds.submit(page.concept.id, page.tiles, truth(page))
        assert threads() == before
    assert max(before) == 2
    assert [set(each) for each in meanwhile] == [{1}]
