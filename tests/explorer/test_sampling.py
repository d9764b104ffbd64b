"""A large collection surveyed by a sample: full pages, honest estimates, nothing judged again."""

import threading
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from explorer import Rounds, Settings, memory, mining
from explorer.kept_samples import KeptSamples, Stand
from explorer.memory import Memory
from explorer.sampling import Sample, survey_by_sample
from vecdb import PlainHead, Scope, connect
from vecdb.photos import METADATA
from vecdb.survey import SurveyPlan

DIM, PHOTOS = 32, 6000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A collection of 6,000 photos in clusters; the first 300 are the matches."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(PHOTOS, DIM)).astype(np.float32)
    vectors[:300, 0] += 4
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"{'yes' if at < 300 else 'no'}-{at:05d}" for at in range(PHOTOS)]
    with connect(f"chdb://{tmp_path_factory.mktemp('large')}/db") as database:
        collection = database.create_collection("large", "offline", DIM)
        collection.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
        yield database, collection, vectors


@pytest.fixture
def sampled(monkeypatch):
    """As if six thousand photos were many."""
    monkeypatch.setattr(memory, "SAMPLED_ABOVE", 5000)
    monkeypatch.setattr("explorer.sampling.SAMPLE_PHOTOS", 2000)


def count_calls(monkeypatch, of, name) -> list[tuple[Any, ...]]:
    """Return a list that grows by the arguments of each call of something's function."""
    calls, function = [], getattr(of, name)

    def watched(*about: Any, **options: Any) -> Any:
        calls.append(about)
        return function(*about, **options)

    monkeypatch.setattr(of, name, watched)
    return calls


def stand_of(collection):
    return Stand(collection.state(), collection.extent())


def test_a_survey_by_sample_finds_the_same_top_and_estimates_the_rest(large, sampled, tmp_path):
    database, collection, vectors = large
    sample = KeptSamples(tmp_path).take(collection, stand_of(collection))
    head, before = PlainHead(8 * vectors[0], -3.0), PlainHead(8 * vectors[1], -3.0)
    scope = Scope(exclude=collection.nearest(head.weights, 40).ids)
    plan = SurveyPlan(50, 60, 100, before)
    whole = collection.survey(head, plan, scope)
    known = Memory(database, tmp_path).known("large")
    found = survey_by_sample(
        collection, sample, PHOTOS, head, plan, scope, {"no-00400"}, set(), known.read
    )
    assert found.top == whole.top
    assert len(found.boundary) == 60
    assert not {*found.boundary} & {*scope.exclude, "no-00400"}
    assert abs(int(found.counts.sum()) - PHOTOS) <= 100
    matches, estimate = whole.counts[50:].sum(), found.counts[50:].sum()
    share = matches / PHOTOS
    assert abs(estimate - matches) <= 3 * PHOTOS * np.sqrt(share * (1 - share) / 2000)
    assert abs(found.agreement - whole.agreement) < 0.15


def test_what_no_search_of_the_index_reaches_is_found_in_the_sample(
    large, sampled, tmp_path, monkeypatch
):
    database, collection, vectors = large
    sample = KeptSamples(tmp_path).take(collection, stand_of(collection))
    head, plan = PlainHead(8 * vectors[0], -3.0), SurveyPlan(50, 60, 100)
    whole = collection.survey(head, plan, Scope())
    hidden = [photo for photo in whole.top if photo in set(sample.ids.tolist())]
    assert len(hidden) > 5
    search = type(collection).nearest

    def search_what_is_reached(self, query, k, scope, **options):
        return search(self, query, k, Scope([*scope.exclude, *hidden]), **options)

    monkeypatch.setattr(type(collection), "nearest", search_what_is_reached)
    read = Memory(database, tmp_path).known("large").read
    judged = hidden[1]
    found = survey_by_sample(collection, sample, PHOTOS, head, plan, Scope(), {judged}, set(), read)
    assert len(found.top) == 50
    assert [photo for photo in found.top if photo in whole.top] == [
        photo for photo in whole.top if photo != judged
    ]
    assert np.array_equal(found.vectors[hidden[0]], collection.vectors([hidden[0]])[0])


def test_a_sample_is_kept_until_the_photos_change(large, sampled, tmp_path):
    _, collection, _ = large
    kept, stand = KeptSamples(tmp_path), stand_of(collection)
    first = kept.take(collection, stand)
    held = kept.load("large", stand.state)
    assert held is not None
    assert held[0] == stand
    for name in ("ids", "vectors", "mean", "covariance"):
        assert np.array_equal(getattr(held[1], name), getattr(first, name))
    assert kept.load("large", stand.state + 1) is None
    merged = Stand(stand.state + 1, stand.extent)
    assert kept.take(collection, merged).ids.tolist() == first.ids.tolist()
    assert kept.load("large", merged.state) is not None


@pytest.mark.parametrize("part", [0, 100, 5000])
def test_a_kept_sample_that_is_torn_is_drawn_anew(large, sampled, tmp_path, part):
    _, collection, _ = large
    kept, stand = KeptSamples(tmp_path), stand_of(collection)
    first = kept.take(collection, stand)
    file = tmp_path / "large.sample"
    file.write_bytes(file.read_bytes()[:part])
    assert kept.load("large", stand.state) is None
    assert kept.take(collection, stand).ids.tolist() == first.ids.tolist()
    assert kept.load("large", stand.state) is not None


def test_a_sample_that_cannot_be_kept_is_drawn_all_the_same(large, sampled, tmp_path):
    _, collection, _ = large
    (tmp_path / "taken").write_text("a file where the folder should be")
    kept = KeptSamples(tmp_path / "taken")
    assert len(kept.take(collection, stand_of(collection)).ids) == 2000
    assert kept.load("large", collection.state()) is None


def test_a_sample_knows_mean_and_covariance_of_its_vectors(large):
    _, _, vectors = large
    sample = Sample.of(np.arange(PHOTOS), vectors)
    assert np.allclose(sample.mean, vectors.mean(axis=0), atol=1e-6)
    assert np.allclose(sample.covariance, np.cov(vectors.T, bias=True), atol=1e-5)


def test_a_collection_that_was_opened_before_is_known_without_reading_a_photo(
    large, sampled, tmp_path, monkeypatch
):
    database, collection, _ = large
    before = Memory(database, tmp_path).known("large")

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a photo was read")

    for name in ("extent", "sample", "moments", "known_vectors"):
        monkeypatch.setattr(collection, name, refuse)
    again = Memory(database, tmp_path).known("large")
    assert again.stand == before.stand
    assert again.pool.ids == before.pool.ids
    assert again.sample is not None
    assert before.sample is not None
    assert np.array_equal(again.sample.covariance, before.sample.covariance)


def test_of_a_collection_made_anew_from_the_same_photos_the_sample_is_drawn_anew(
    large, sampled, tmp_path
):
    database, _, vectors = large
    vectors = vectors[:5001]
    ids = [f"{at:05d}" for at in range(5001)]
    then = pa.array([datetime(2026, 1, 1, tzinfo=timezone.utc)] * 5001, METADATA["added_at"])
    extents = set()
    for sign in (1, -1):  # as the collection of a head that is trained again under its name
        collection = database.create_collection("moved", "offline+look", DIM)
        rows = {"id": ids, "url": ids, "added_at": then, "vector": list(sign * vectors)}
        collection.insert(pa.table(rows))
        sample = KeptSamples(tmp_path).take(collection, stand_of(collection))
        assert np.array_equal(sample.vectors[:9], collection.vectors(sample.ids[:9].tolist()))
        extents.add(collection.extent())
        database.drop_collection("moved")
    assert len(extents) == 1


def test_a_merge_of_parts_changes_the_state_and_not_what_is_known(
    large, sampled, tmp_path, monkeypatch
):
    database, collection, _ = large
    monkeypatch.setattr(memory, "BACKGROUND_SECONDS", 0.0)
    known = Memory(database, tmp_path)
    before = known.known("large")
    collection._connection.run("index/merge", table="large")
    assert collection.state() != before.stand.state
    known._read_again("large")
    after = known.known("large")
    assert after.sample is not None
    assert after.sample is before.sample
    assert after.stand == stand_of(collection)


def test_rounds_by_sample_stay_full_and_find_the_matches(large, sampled, tmp_path):
    database, collection, _ = large
    rounds = Rounds(database, samples=tmp_path)
    direction = np.zeros(DIM, np.float32)
    direction[[0, 1]] = 0.8, 0.6
    page = rounds.begin(collection, "a thing", direction, Settings(page_size=25))
    seen: set[str] = set()
    for _ in range(6):
        shown = {tile.photo_id for tile in page.tiles if tile.reason != "sure?"}
        assert len(page.tiles) == 25
        assert not shown & seen
        seen |= shown
        marks = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}
        page = rounds.submit(page.concept.id, page.tiles, marks)
    assert sum(photo.startswith("yes") for photo in seen) >= 60
    assert abs(sum(page.counts) - PHOTOS) <= 100


@pytest.mark.parametrize("deleted", ["one by one", "all but a few"])
@pytest.mark.parametrize("photos", [PHOTOS, 3000], ids=["sampled", "whole"])
def test_a_photo_deleted_meanwhile_is_not_asked_about(
    large, sampled, tmp_path, monkeypatch, photos, deleted
):
    vectors = np.random.default_rng(1).normal(size=(photos, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"{at:05d}" for at in range(photos)]
    database, name = large[0], f"going_{photos}_{deleted[:3]}"
    collection = database.create_collection(name, "offline", DIM)
    collection.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
    rounds = Rounds(database, samples=tmp_path)
    page = rounds.begin(collection, "a thing", vectors[0], Settings(page_size=25))
    left, judged = set(ids), set()
    chosen = count_calls(monkeypatch, mining, "_choose")
    for _ in range(3):
        marks = {tile.photo_id: 1 - 2 * (at % 2) for at, tile in enumerate(page.tiles)}
        # What the next round asks about while all is there, and then is deleted.
        coming = rounds.submit(page.concept.id, page.tiles, marks)
        judged |= set(marks)
        going = {tile.photo_id for tile in coming.tiles if tile.reason != "sure?"}
        if deleted == "all but a few":
            going = left - set(ids[::60])
        collection.delete(sorted(going))
        left -= going
        chosen.clear()
        page = rounds.refit(page.concept.id)
        assert len(chosen) <= 4
        asked = [tile.photo_id for tile in page.tiles]
        assert {*asked} <= left
        assert len(set(asked)) == len(asked) == min(25, len(left - judged))
        assert [row["id"] for row in page.rows or []] == asked


@pytest.mark.parametrize("of", ["the best", "the worst"])
def test_judged_photos_are_left_out_of_the_top_whatever_the_sample_says(large, tmp_path, of):
    database, collection, vectors = large
    head, plan = PlainHead(8 * vectors[0], -3.0), SurveyPlan(50, 60, 100)
    order = collection.nearest(head.weights, PHOTOS).ids
    held = order[:1000] if of == "the best" else order[-1000:]
    sample = Sample.of(np.asarray(held), collection.vectors(held))
    judged = {*order[:90:2], *order[3000:3010]}
    wanted = [photo for photo in order if photo not in judged][:50]
    read = Memory(database, tmp_path).known("large").read
    found = survey_by_sample(collection, sample, PHOTOS, head, plan, Scope(), judged, set(), read)
    assert found.top == wanted


def test_the_index_is_not_asked_past_judged_photos_that_are_far_from_the_top(
    large, sampled, tmp_path, monkeypatch
):
    database, collection, vectors = large
    sample = KeptSamples(tmp_path).take(collection, stand_of(collection))
    head, plan = PlainHead(8 * vectors[0], -3.0), SurveyPlan(50, 60, 100)
    order = collection.nearest(head.weights, PHOTOS).ids
    judged = {*order[:40], *order[-800:]}
    read = Memory(database, tmp_path).known("large").read
    asked = count_calls(monkeypatch, type(collection), "nearest")
    found = survey_by_sample(collection, sample, PHOTOS, head, plan, Scope(), judged, set(), read)
    assert found.top == order[40:90]
    assert [set(about[3].exclude) for about in asked] == [set(order[:40])]


@pytest.fixture
def going(large, sampled, tmp_path):
    """Rounds on a copy of the large collection that may lose photos, and the copy."""
    database, _, vectors = large
    name = f"going_{len(database.collections())}"
    collection = database.create_collection(name, "offline", DIM)
    ids = [f"{'yes' if at < 300 else 'no'}-{at:05d}" for at in range(PHOTOS)]
    collection.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
    return Rounds(database, samples=tmp_path), collection


def test_of_two_rounds_that_meet_a_deleted_photo_neither_asks_about_it(going, large, monkeypatch):
    rounds, collection = going
    page = rounds.begin(collection, "a thing", large[2][0], Settings(page_size=25))
    marks = {tile.photo_id: 1 - 2 * (at % 2) for at, tile in enumerate(page.tiles)}
    page = rounds.submit(page.concept.id, page.tiles, marks)
    gone = next(tile.photo_id for tile in page.tiles if tile.reason != "top")
    collection.delete([gone])
    choose = mining._choose
    meanwhile: list[threading.Thread] = []

    def choose_while_another_does(known, standing):
        mined = choose(known, standing)
        if not meanwhile:
            meanwhile.append(threading.Thread(target=mining.mine_page, args=(known, standing)))
            meanwhile[0].start()
            meanwhile[0].join()
        return mined

    monkeypatch.setattr(mining, "_choose", choose_while_another_does)
    page = rounds.refit(page.concept.id)
    assert gone not in {tile.photo_id for tile in page.tiles}
    assert len(page.tiles) == len(page.rows or []) == 25


def test_a_deleted_photo_is_not_asked_about_again(going, large):
    rounds, collection = going
    page = rounds.begin(collection, "a thing", large[2][0], Settings(page_size=50))
    for number in range(3):
        marks = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}
        for photo in list(marks)[: 3 if number == 0 else 0]:
            marks[photo] *= -1
        page = rounds.submit(page.concept.id, page.tiles, marks)
    doubted = {tile.photo_id for tile in page.tiles if tile.reason == "sure?"}
    assert doubted
    collection.delete(sorted(doubted))
    page = rounds.refit(page.concept.id)
    assert not doubted & {tile.photo_id for tile in page.tiles}
    assert [row["id"] for row in page.rows or []] == [tile.photo_id for tile in page.tiles]


def test_vectors_at_hand_do_not_keep_the_matrices_they_were_read_in(going, large):
    rounds, collection = going
    page = rounds.begin(collection, "a thing", large[2][0], Settings(page_size=25))
    for _ in range(4):
        marks = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}
        page = rounds.submit(page.concept.id, page.tiles, marks)
    held = rounds.memory.known(collection.name).vectors
    assert len(held) > 100
    assert all(vector.base is None for vector in held.values())
