"""Several people on one concept: whose answer counts, where they differ, how far they agree."""

import numpy as np
import pytest

from explorer.agreement import compare_people, find_disputed
from explorer.history import History, read_history
from vecdb import Label
from vecdb.labels import settle_votes


def vote(label: int, by: str = "", photo: str = "p") -> Label:
    return Label(photo, label, by=by)


@pytest.mark.parametrize(
    ("votes", "counts"),
    [
        ([vote(1, "ann")], (1, "ann")),
        ([vote(1, "ann"), vote(-1, "bo"), vote(-1, "cy")], (-1, "cy")),
        ([vote(-1, "ann"), vote(-1, "bo"), vote(1, "cy")], (-1, "bo")),
        ([vote(1, "ann"), vote(-1, "bo")], (-1, "bo")),
        ([vote(-1, "bo"), vote(1, "ann")], (1, "ann")),
        ([vote(1, "ann"), vote(0, "bo")], (1, "ann")),
        ([vote(0, "ann"), vote(0, "bo")], (0, "bo")),
        ([vote(1, "ann"), vote(1, "bo"), vote(0, "cy"), vote(-1, "dot")], (1, "bo")),
        # An answer without a name may be the same person's as a later one with a name.
        ([vote(1), vote(-1, "ann"), vote(1, "bo"), vote(-1, "cy")], (-1, "cy")),
        ([vote(1), vote(-1, "ann")], (-1, "ann")),
        ([vote(1), vote(0, "ann")], (1, "")),
        ([vote(-1, "ann"), vote(-1, "bo"), vote(1)], (-1, "bo")),
    ],
)
def test_the_majority_of_each_ones_latest_answer_counts_and_the_later_one_where_it_is_even(
    votes, counts
):
    found = settle_votes(votes)
    assert (found.label, found.by) == counts


@pytest.fixture
def begun(rounds, collection, direction):
    return rounds.begin(collection, "a thing", direction)


def store(rounds, concept_id: str, by: str, answers: dict[str, int]):
    return rounds.import_labels(
        concept_id, [Label(photo, label, by=by) for photo, label in answers.items()]
    )


def test_the_fit_uses_the_majority_and_undo_brings_back_what_stood(rounds, database, begun):
    concept = begun.concept.id
    store(rounds, concept, "ann", {"yes-000": 1, "yes-001": 1, "no-050": -1})
    store(rounds, concept, "bo", {"yes-000": -1, "yes-001": 1})
    store(rounds, concept, "cy", {"yes-000": -1})
    page = store(rounds, concept, "ann", {"no-050": 1})
    assert page.history.judged == {"yes-000": -1, "yes-001": 1, "no-050": 1}
    alone = rounds.begin(database.collection("things"), "a thing", _anchor_of(begun))
    same = rounds.import_labels(
        alone.concept.id, [Label(photo, label) for photo, label in page.history.judged.items()]
    )
    assert page.concept.weights == pytest.approx(same.concept.weights, abs=1e-6)
    assert rounds.undo(concept).history.judged == {"yes-000": -1, "yes-001": 1, "no-050": -1}
    assert rounds.undo(concept).history.judged["yes-000"] == -1  # bo's, the later of two
    assert rounds.undo(concept).history.judged == {"yes-000": 1, "yes-001": 1, "no-050": -1}
    assert rounds.redo(concept).history.judged["yes-000"] == -1


def test_undo_brings_back_which_of_two_answers_was_the_later(rounds, begun):
    concept = begun.concept.id
    store(rounds, concept, "ann", {"yes-000": 1, "yes-001": 1})
    store(rounds, concept, "bo", {"yes-000": -1})
    assert store(rounds, concept, "ann", {"yes-000": 1}).history.judged["yes-000"] == 1
    undone = rounds.undo(concept)
    assert undone.history.judged["yes-000"] == -1
    assert undone.history.labels_by("ann") == {"yes-000": 1, "yes-001": 1}


def test_one_persons_answers_alone_can_count(rounds, database, begun):
    concept = begun.concept.id
    store(rounds, concept, "ann", {"yes-000": 1, "yes-001": 1, "no-050": -1})
    store(rounds, concept, "bo", {"yes-000": -1, "yes-002": 1})
    majority = database.concepts.get(concept)
    page = rounds.choose_judge(concept, "ann")
    assert page.history.judged == {"yes-000": 1, "yes-001": 1, "no-050": -1}
    assert not np.allclose(page.concept.weights, majority.weights)
    assert page.settings.judge == "ann"
    # It stays chosen, also for what is answered later, and for who reads the concept anew.
    page = store(rounds, concept, "bo", {"yes-001": -1})
    assert page.history.judged["yes-001"] == 1
    stored = database.concepts.get(concept)
    assert read_history(database.concepts, stored).judged == page.history.judged
    back = rounds.choose_judge(concept, None)
    assert back.history.judged["yes-001"] == -1


def test_a_photo_that_anybody_judged_does_not_come_again(rounds, begun):
    concept = begun.concept.id
    store(rounds, concept, "ann", {"yes-000": 1, "yes-001": 1})
    page = store(rounds, concept, "bo", {"yes-000": 0})
    assert page.history.judged["yes-000"] == 1
    shown = set()
    for _ in range(3):
        shown |= {tile.photo_id for tile in page.tiles}
        page = rounds.submit(concept, page.tiles, {}, unmarked="negative", by="bo")
    assert not shown & {"yes-000", "yes-001"}


def test_the_list_counts_what_the_concept_counts(rounds, database, begun):
    concept = begun.concept.id
    rng = np.random.default_rng(0)
    people = ["", "ann", "bo", "cy"]
    for _ in range(120):
        photo = f"no-0{rng.integers(30, 45)}"
        row = Label(photo, int(rng.integers(-1, 2)), by=people[rng.integers(4)])
        database.concepts.label(concept, [row], action=f"edit:{rng.integers(1 << 60)}")
    rows = database.concepts.history(concept)
    for judge in (None, "ann", ""):
        history = History(rows, judge)
        judges = {} if judge is None else {concept: judge}
        found = database.concepts.counts([concept], strip=100, judges=judges)[concept]
        assert (found.yes, found.no) == (history.yes, history.no)
        assert set(found.latest) == {p for p, label in history.judged.items() if label > 0}
    assert {row.photo_id: row.label for row in database.concepts.labels(concept)} == History(
        rows
    ).labels


def test_people_are_compared_on_the_photos_that_both_judged(rounds, begun):
    concept = begun.concept.id
    store(rounds, concept, "ann", {f"no-{at:03d}": -1 for at in range(30, 40)})
    store(rounds, concept, "ann", {f"yes-{at:03d}": 1 for at in range(10)})
    store(rounds, concept, "bo", {f"no-{at:03d}": -1 for at in range(30, 35)})
    page = store(rounds, concept, "bo", {"yes-000": 1, "yes-001": -1, "yes-002": 1})
    page = store(rounds, concept, "cy", {"yes-029": 1})
    [pair] = compare_people(page.history)
    assert (pair.first, pair.second, pair.both, pair.same) == ("ann", "bo", 8, 7)
    assert pair.differing == ("yes-001",)
    assert pair.kappa is not None
    assert pair.kappa.low < pair.kappa.value < pair.kappa.high
    assert find_disputed(page.history) == {"yes-001": {"ann": 1, "bo": -1}}


def test_a_second_window_of_somebody_else_keeps_that_they_agree(rounds, begun):
    concept = begun.concept.id
    photo = begun.tiles[0].photo_id
    rounds.submit(concept, begun.tiles, {photo: 1}, number=1, by="ann")
    page = rounds.catch_up(concept, {photo: 1}, "bo")
    assert page.history.labels_by("bo") == {photo: 1}
    rows = len(page.history)
    assert len(rounds.catch_up(concept, {photo: 1}, "bo").history) == rows


def _anchor_of(page) -> np.ndarray:
    return np.asarray(page.settings.anchor, np.float32)
