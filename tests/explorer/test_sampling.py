"""A large collection surveyed by a sample: full pages, honest estimates, nothing judged again."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from explorer import Rounds, Settings, memory
from explorer.sampling import Sample, read_sample, survey_by_sample
from vecdb import PlainHead, Scope, connect

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


def test_a_survey_by_sample_finds_the_same_top_and_estimates_the_rest(large, sampled, tmp_path):
    _, collection, vectors = large
    sample = read_sample(collection, collection.extent(), tmp_path)
    head, before = PlainHead(8 * vectors[0], -3.0), PlainHead(8 * vectors[1], -3.0)
    scope = Scope(exclude=collection.nearest(head.weights, 40).ids)
    sizes: Any = {"top": 50, "boundary": 60, "bins": 100, "before": before, "cut": 0.0}
    whole = collection.survey(head, scope, **sizes)
    found = survey_by_sample(collection, sample, PHOTOS, head, scope, {"no-00400"}, **sizes)
    assert found.top == whole.top
    assert len(found.boundary) == 60
    assert not {*found.boundary} & {*scope.exclude, "no-00400"}
    assert abs(int(found.counts.sum()) - PHOTOS) <= 100
    matches, estimate = whole.counts[50:].sum(), found.counts[50:].sum()
    share = matches / PHOTOS
    assert abs(estimate - matches) <= 3 * PHOTOS * np.sqrt(share * (1 - share) / 2000)
    assert abs(found.agreement - whole.agreement) < 0.15


def test_a_sample_is_kept_until_the_photos_change(large, sampled, tmp_path):
    _, collection, vectors = large
    first = read_sample(collection, collection.extent(), tmp_path)
    again = read_sample(collection, collection.extent(), tmp_path)
    assert first.ids.tolist() == again.ids.tolist()
    (tmp_path / "large.npz").write_bytes(b"torn")
    assert read_sample(collection, collection.extent(), tmp_path).ids.tolist() == first.ids.tolist()
    mean, covariance = Sample(np.arange(PHOTOS), vectors).moments()
    assert np.allclose(mean, vectors.mean(axis=0), atol=1e-6)
    assert np.allclose(covariance, np.cov(vectors.T, bias=True), atol=1e-5)


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
