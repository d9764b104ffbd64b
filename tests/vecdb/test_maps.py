"""Maps on every engine: what is stored, what follows when photos come, go and change."""

import numpy as np
import pyarrow as pa
import pytest

from tests.vecdb.conftest import photos
from vecdb import Collection, Database, PlainHead
from vecdb.maps import Placed, Unplaced


def place_all(database: Database, collection: Collection, *, anchors: bool = True) -> int:
    """Put every photo on a new map, each at (its vector's first, its second number)."""
    version = database.maps.begin()
    rest(database, collection, version, anchors=anchors)
    database.maps.finish(collection.name, version, ["left", "right"], np.array([[0, 0], [1, 1]]))
    return version


def rest(database: Database, collection: Collection, version: int, *, anchors: bool) -> int:
    done = 0
    for found in database.maps.unplaced(collection, version, 3):
        groups = np.arange(len(found.ids)).astype(np.uint16) % 2
        placed = Placed(found.ids, found.vectors[:, :2], groups)
        database.maps.add(collection.name, version, found, placed, anchors=anchors)
        done += len(found.ids)
    return done


def where(database: Database, version: int) -> dict[str, list[float]]:
    found = database.maps.points("axes", version)
    return dict(zip(found.ids.to_pylist(), found.positions.tolist(), strict=True))


def test_a_map_is_there_once_it_is_finished_and_says_where_each_photo_lies(
    database: Database, axes: Collection
) -> None:
    assert database.maps.current("axes") is None
    version = place_all(database, axes)
    layout = database.maps.current("axes")
    assert layout is not None
    assert (layout.version, layout.names, layout.xs) == (version, ["left", "right"], [0, 1])
    assert where(database, version) == {"a": [1, 0], "b": [0, 1], "c": [0, 0], "d": [0, 0]}


def test_the_order_of_a_maps_photos_stays_and_is_that_of_the_sample(
    database: Database, axes: Collection
) -> None:
    version = place_all(database, axes)
    order = database.maps.points("axes", version).ids.to_pylist()
    assert database.maps.sample(axes, 4).ids.to_pylist() == order
    assert database.maps.sample(axes, 2).ids.to_pylist() == order[:2]
    assert order != sorted(order)


def test_photos_that_come_are_found_to_be_placed_and_those_that_go_are_off_the_map(
    database: Database, axes: Collection
) -> None:
    version = place_all(database, axes)
    axes.insert(photos("ef", np.eye(4)[:2]))
    axes.delete(["a", "c"])
    assert sorted(where(database, version)) == ["b", "d"]
    assert rest(database, axes, version, anchors=False) == 2
    assert where(database, version) == {"b": [0, 1], "d": [0, 0], "e": [1, 0], "f": [0, 1]}
    assert rest(database, axes, version, anchors=False) == 0
    anchors, vectors = database.maps.anchors(axes, version)
    assert sorted(anchors.positions.tolist()) == [[0, 0], [0, 1]]
    assert vectors.tolist() == np.eye(4)[[1, 3]].tolist()


def test_a_photo_that_was_replaced_is_placed_anew(database: Database, axes: Collection) -> None:
    version = place_all(database, axes)
    axes.replace(photos("a", np.eye(4)[1:2]))
    assert sorted(where(database, version)) == ["b", "c", "d"]
    rest(database, axes, version, anchors=False)
    assert where(database, version)["a"] == [0, 1]


def test_a_new_map_takes_the_place_of_the_old_one_and_goes_with_its_collection(
    database: Database, axes: Collection
) -> None:
    old, new = place_all(database, axes), place_all(database, axes)
    layout = database.maps.current("axes")
    assert layout is not None
    assert layout.version == new > old
    assert where(database, old) == {}
    database.drop_collection("axes")
    assert database.maps.current("axes") is None
    database.create_collection("axes", "by hand", 4).insert(photos("abcd", np.eye(4)))
    assert where(database, new) == {}


def test_values_to_colour_by_are_read_of_the_whole_collection(database: Database) -> None:
    collection = database.create_collection("many", "by hand", 4)
    taken = pa.array([0, None, 86400], pa.timestamp("s", "UTC"))
    collection.insert(photos("abc", np.eye(4)[:3], label=["dog", "", None], taken=taken))

    def read(found: tuple[pa.Array, pa.Array]) -> dict:
        return dict(zip(*(part.to_pylist() for part in found), strict=True))

    assert read(database.maps.labels("many")) == {"a": "dog", "b": "", "c": ""}
    assert read(database.maps.dates("many")) == {"a": 0, "c": 86400}
    believed = read(database.maps.probabilities(collection, PlainHead([2, 0, -2, 0], 0.0)))
    assert believed == pytest.approx({"a": 0.8808, "b": 0.5, "c": 0.1192}, abs=1e-4)
    assert database.maps.count_known("many") == (1, 2)
    pages = list(collection.pages_of_vectors(2))
    assert [ids for ids, _ in pages] == [["a", "b"], ["c"]]
    assert pages[1][1].tolist() == [[0, 0, 1, 0]]


def test_what_is_added_twice_lies_on_the_map_once(database: Database, axes: Collection) -> None:
    version = place_all(database, axes)
    again = database.maps.sample(axes, 4)
    groups = np.zeros(4, np.uint16)
    database.maps.add(
        "axes", version, Unplaced(again.ids, again.revisions, again.vectors),
        Placed(again.ids, again.vectors[:, :2], groups), anchors=True,
    )  # fmt: skip
    assert len(database.maps.points("axes", version).ids) == 4
