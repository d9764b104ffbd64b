"""What the grid is told of photos."""

import json

import numpy as np
import pyarrow as pa
import pytest

from pages._current import shared_explorer
from pages.grid.tiles import grid_tiles, largest_tiles
from vecdb import Collection


@pytest.fixture
def collection(empty) -> Collection:
    """Photos of several sizes; one lies in a folder that its label names, one does not."""
    made = shared_explorer().database.create_collection("shown", "offline", 4)
    rows = {
        "id": ["a", "b", "c", "hats/d"],
        "url": ["file:///pictures/cats/a.jpg", "", "", ""],
        "vector": list(np.eye(4, dtype=np.float32)),
        "label": ["cats", "cats", None, "hats"],
        "width": pa.array([4000, 64, None, 800], pa.uint32()),
        "height": pa.array([200, 64, None, 600], pa.uint32()),
    }
    made.insert(pa.table(rows))
    return made


def test_folder_names_are_folders_and_other_labels_classes(collection):
    meta = {tile["id"]: dict(tile["meta"]) for tile in grid_tiles(collection, ["a", "b", "c"])}
    assert meta["a"]["Folder"] == "cats"
    assert meta["b"]["Class"] == "cats"
    assert {"Folder", "Class", "Label"}.isdisjoint(meta["c"])
    [tile] = grid_tiles(collection, ["hats/d"])
    assert dict(tile["meta"])["Folder"] == "hats"


def test_the_start_page_shows_the_largest_pictures_of_a_sample(collection):
    tiles = largest_tiles(collection, 60, 3)
    assert [tile["id"] for tile in tiles] == ["hats/d", "a", "b"]
    assert [tile["rank"] for tile in tiles] == [1, 2, 3]


@pytest.mark.parametrize(
    "name", ["caf%E9.jpg", "%FF%FE/x.jpg", "caf%C3%A9.jpg", "line%0Abreak.jpg"]
)
def test_a_file_whose_name_is_no_text_is_told_in_text(collection, name):
    row = {
        "id": ["x"],
        "url": [f"file:///pictures/{name}"],
        "vector": [np.eye(4, dtype=np.float32)[0]],
    }
    collection.insert(pa.table(row))
    (tile,) = grid_tiles(collection, ["x"])
    assert json.dumps(tile, ensure_ascii=False).encode()
    assert dict(tile["meta"])["File"].isprintable()
