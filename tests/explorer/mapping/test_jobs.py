"""Maps are made in the background, kept, brought up to date, and given up when they are stopped."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer import Explorer
from explorer.errors import NothingThere
from explorer.mapping import layout, making
from explorer.mapping.making import MapJob, middles_of
from tests.explorer.conftest import small_collection
from vecdb import Collection
from vecdb.removal import remove_collection


@pytest.fixture
def explorer(embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Explorer]:
    monkeypatch.setattr(making.Making, "_words", lambda made: None)
    # So many count as few: placed by their main directions, which takes no process of its own.
    monkeypatch.setattr(layout, "FEW", 1000)
    with Explorer(embedded, store=tmp_path / "store") as opened:
        ids, vectors = small_collection(120)
        collection = opened.database.create_collection("things", "by hand", 16)
        collection.insert(table(ids, vectors))
        yield opened


@pytest.fixture
def collection(explorer: Explorer) -> Collection:
    return explorer.database.collection("things")


def table(ids: list[str], vectors: np.ndarray) -> pa.Table:
    return pa.table({"id": ids, "url": [""] * len(ids), "vector": list(vectors)})


def finish(job: MapJob) -> MapJob:
    assert job.thread is not None
    job.thread.join(600)
    assert not job.running
    return job


def make(explorer: Explorer, **how: bool) -> MapJob:
    job = finish(explorer.maps.start("things", **how))
    assert job.error == ""
    return job


@pytest.mark.slow
def test_a_map_holds_every_photo_laid_out_or_placed_beside_its_like(
    explorer: Explorer, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "FEW", 12)
    monkeypatch.setattr(making, "SAMPLE", 80)
    monkeypatch.setattr(making, "PAGE", 15)
    assert explorer.maps.open("things") is None
    assert make(explorer).fraction == 1
    shown = explorer.maps.open("things")
    assert shown is not None
    assert (len(shown), shown.unplaced) == (120, 0)
    ids = shown.ids.to_pylist()
    assert len(set(ids)) == 120
    places = np.stack([shown.x, shown.y], axis=1).astype(float)
    yes = np.array([photo.startswith("yes") for photo in ids])
    middle = np.median(places[yes], axis=0)
    off = np.linalg.norm(places - middle, axis=1)
    assert np.median(off[yes]) < 0.5 * np.median(off[~yes])
    assert len(shown.layout.names) == shown.groups.max() + 1
    assert sum(shown.group_sizes) == 120


def test_photos_that_came_since_are_added_and_the_others_stay_where_they_were(
    explorer: Explorer, collection: Collection
) -> None:
    make(explorer)
    before = explorer.maps.open("things")
    assert before is not None
    assert explorer.maps.open("things") is before
    collection.insert(table(["new"], collection.vectors(["yes-000"])))
    now = explorer.maps.open("things")
    assert now is not None
    assert (now.unplaced, now.stamp != before.stamp) == (1, True)
    make(explorer, anew=False)
    now = explorer.maps.open("things")
    assert now is not None
    assert (len(now), now.unplaced) == (121, 0)
    assert now.layout.version == before.layout.version
    at, twin = now.rows_of(["new", "yes-000"])
    assert abs(int(now.x[at]) - int(now.x[twin])) < 2000
    assert now.x[now.rows_of(["no-100"])] == before.x[before.rows_of(["no-100"])]


def test_photos_that_are_deleted_leave_the_map_right(
    explorer: Explorer, collection: Collection
) -> None:
    make(explorer)
    collection.delete([f"yes-{at:03d}" for at in range(30)])
    shown = explorer.maps.open("things")
    assert shown is not None
    assert (len(shown), shown.unplaced) == (90, 0)
    assert not any(photo.startswith("yes") for photo in shown.ids.to_pylist())


def test_where_no_photo_is_left_to_place_others_by_the_map_is_made_anew(
    explorer: Explorer, collection: Collection
) -> None:
    make(explorer)
    ids = list(collection.records.addresses_under(""))
    collection.delete(ids)
    collection.insert(table([f"later-{at}" for at in range(40)], small_collection(40)[1]))
    make(explorer, anew=False)
    shown = explorer.maps.open("things")
    assert shown is not None
    assert len(shown) == 40


def test_a_stopped_map_is_dropped_and_the_one_before_stays(
    explorer: Explorer, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(explorer)
    before = explorer.maps.open("things")
    begun = threading.Event()

    def lay_out_slowly(vectors, progress, stop):
        begun.set()
        assert stop.wait(60)
        raise making.Stopped

    monkeypatch.setattr(making, "lay_out", lay_out_slowly)
    job = explorer.maps.start("things")
    assert explorer.maps.start("things") is job
    assert begun.wait(60)
    job.stop.set()
    assert finish(job).error == ""
    now = explorer.maps.open("things")
    assert before is not None
    assert now is not None
    assert now.layout == before.layout
    assert len(now) == 120


def test_what_goes_wrong_is_told_and_leaves_no_points_behind(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given):
        raise MemoryError("no room")

    monkeypatch.setattr(making.Anchors, "place", fail)
    monkeypatch.setattr(making, "SAMPLE", 50)
    job = finish(explorer.maps.start("things"))
    assert job.error == "The map could not be made (no room): compute it again."
    assert explorer.maps.open("things") is None
    rows = explorer.database._connection
    with rows._client() as client:
        assert client.query("SELECT count() FROM map_points").result_rows == [(0,)]


def test_a_collection_without_photos_is_told_so(explorer: Explorer) -> None:
    explorer.database.create_collection("empty", "by hand", 4)
    job = finish(explorer.maps.start("empty"))
    assert job.error == "The collection empty has no photos to place."


def test_a_browser_that_shows_another_map_is_told_to_load_again(
    explorer: Explorer, collection: Collection
) -> None:
    with pytest.raises(NothingThere, match="load the page again"):
        explorer.maps.at("things", "1.2.3")
    make(explorer)
    shown = explorer.maps.open("things")
    assert shown is not None
    assert explorer.maps.at("things", shown.stamp) is shown
    collection.delete(["no-100"])
    assert explorer.maps.at("things", shown.stamp) is shown  # its numbers hold for what is shown
    explorer.maps.open("things")
    with pytest.raises(NothingThere):
        explorer.maps.at("things", shown.stamp)


def test_the_map_of_a_collection_that_takes_a_dropped_ones_name_is_its_own(
    explorer: Explorer,
) -> None:
    make(explorer)
    assert explorer.maps.open("things") is not None
    remove_collection(explorer.database, explorer.store, "things")
    explorer.database.create_collection("things", "by hand", 16)
    assert explorer.maps.open("things") is None


def test_a_groups_name_stands_on_a_photo_of_it() -> None:
    positions = np.array([[0, 0], [0.2, 0], [0.1, 0.02], [0.9, 0.9]], np.float32)
    middles = middles_of(positions, np.array([0, 0, 0, 2]))
    np.testing.assert_allclose(middles[0], [0.1, 0.02])
    np.testing.assert_allclose(middles[2], [0.9, 0.9])
    assert len(middles) == 3
