"""Matches of a large collection: estimates that hold, counts that can be stopped."""

import numpy as np
import pyarrow as pa
import pytest

from explorer import matches, memory
from explorer.matches import Count, count_in_parts, count_matches, estimate_count
from explorer.memory import Known, Memory
from vecdb import Collection, PlainHead, connect
from vecdb.scores import Scores

PHOTOS, DIM = 4000, 16
HEAD = PlainHead(3 * np.eye(DIM)[0], -0.5)


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    vectors = np.random.default_rng(0).normal(size=(PHOTOS, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"p{at:05d}" for at in range(PHOTOS)]
    with connect(f"chdb://{tmp_path_factory.mktemp('matches')}/db") as database:
        collection = database.create_collection("things", "by chance", DIM)
        rows = {"id": ids, "url": ids, "vector": list(vectors), "description": ids}
        collection.insert(pa.table(rows))
        yield database, collection


@pytest.fixture
def sampled(collection, monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "SAMPLED_ABOVE", 1000)
    monkeypatch.setattr("explorer.sampling.SAMPLE_PHOTOS", 1500)
    return Memory(collection[0], tmp_path).known("things")


def test_an_estimate_holds_the_truth_nineteen_times_of_twenty():
    rng = np.random.default_rng(1)
    for share in (0.002, 0.05, 0.5, 0.97):
        truth = round(share * 100_000)
        hits = rng.hypergeometric(truth, 100_000 - truth, 2000, size=400)
        counts = [estimate_count(int(hit), 2000, 100_000) for hit in hits]
        held = np.mean([count.low <= truth <= count.high for count in counts])
        assert held >= 0.92, share


@pytest.mark.parametrize(("hits", "drawn"), [(0, 50), (50, 50), (1, 1), (0, 1)])
def test_an_estimate_stays_among_the_photos_there_are(hits, drawn):
    count = estimate_count(hits, drawn, 50)
    assert 0 <= count.low <= count.value <= count.high <= 50
    assert hits <= count.low
    assert count.high <= 50 - (drawn - hits)


def test_a_count_says_whether_it_is_an_estimate():
    assert Count(1234, 1234, 1234).describe() == "1,234"
    assert Count(1234, 1100, 1400).describe() == "about 1,234 (1,100 to 1,400)"


@pytest.mark.parametrize("probability", [0.0, 0.3, 0.6, 1.0])
def test_a_large_collection_is_estimated_and_counted_when_asked(
    collection: tuple[object, Collection], sampled: Known, probability: float
):
    truth = collection[1].scores.count_above(HEAD, probability)
    count = count_matches(sampled, HEAD, probability)
    spread = count.high - count.low
    assert abs(count.value - truth) <= spread
    steps = list(count_in_parts(sampled, HEAD, probability))
    assert len(steps) == matches.PARTS
    assert steps[-1] == (1.0, truth)
    assert [counted for _, counted in steps] == sorted(counted for _, counted in steps)


def test_a_count_that_is_stopped_asks_for_no_more(sampled: Known, monkeypatch):
    asked = []
    count = Scores.count_between

    def note(self, head, probability, after, upto):
        asked.append(after)
        return count(self, head, probability, after, upto)

    monkeypatch.setattr(Scores, "count_between", note)
    parts = count_in_parts(sampled, HEAD, 0.5)
    next(parts)
    next(parts)
    parts.close()
    assert len(asked) == 2


def test_a_small_collection_is_counted_at_once(collection, tmp_path):
    database, things = collection
    known = Memory(database, tmp_path).known("things")
    truth = things.scores.count_above(HEAD, 0.5)
    assert count_matches(known, HEAD, 0.5) == Count(truth, truth, truth)
    assert list(count_in_parts(known, HEAD, 0.5)) == [(1.0, truth)]
