from datetime import datetime, timezone

import numpy as np
import pyarrow as pa
import pytest

from explorer.mapping.map import SIDE, Box, Map
from vecdb import Layout, PhotosExtent

PLACES = np.array([[0.1, 0.1], [0.5, 0.5], [0.9, 0.1], [0.5, 0.9], [0.52, 0.48]])


@pytest.fixture
def shown() -> Map:
    layout = Layout(7, datetime(2026, 1, 2, tzinfo=timezone.utc), ["a", "b"], [0, 1], [0, 1])
    x, y = np.rint(PLACES.T * SIDE).astype(np.uint16)
    groups = np.array([0, 1, 0, 1, 1], np.uint16)
    return Map(None, layout, PhotosExtent(6, 99), pa.array("abcde"), x, y, groups)  # type: ignore


def test_a_box_holds_the_photos_in_it_and_of_many_the_first(shown: Map) -> None:
    assert shown.rows_in(Box(), 10).tolist() == [0, 1, 2, 3, 4]
    assert shown.rows_in(Box(), 2).tolist() == [0, 1]
    assert shown.rows_in(Box(0.4, 0.4, 0.6, 0.6), 10).tolist() == [1, 4]


@pytest.mark.parametrize(
    ("loop", "inside"),
    [
        ([(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)], [1, 4]),
        ([(0.6, 0.6), (0.6, 0.4), (0.4, 0.4), (0.4, 0.6)], [1, 4]),
        ([(0, 0), (1, 0), (0, 0.5)], [0]),
        # A horseshoe, open above: what lies in its opening is outside.
        ([(0, 0), (0.3, 0), (0.3, 0.8), (0.7, 0.8), (0.7, 0), (1, 0), (1, 1), (0, 1)], [0, 2, 3]),
        ([(0, 0), (1, 1)], []),
        ([], []),
    ],
)
def test_a_loop_holds_the_photos_inside_it_whatever_its_form(shown: Map, loop, inside) -> None:
    assert sorted(shown.rows_within(loop).tolist()) == inside


def test_photos_are_found_by_id_and_by_number_and_others_left_out(shown: Map) -> None:
    assert shown.rows_of(["c", "nobody", "a"]).tolist() == [2, 0]
    assert shown.ids_at([4, 99, 0]) == ["e", "a"]
    assert shown.rows_of_group(1).tolist() == [1, 3, 4]
    assert shown.group_sizes == [2, 3]
    assert shown.unplaced == 1


def test_values_by_id_are_put_into_the_order_of_the_map(shown: Map) -> None:
    found = shown.spread(pa.array(["e", "gone", "b"]), np.array([5, 6, 7]), -1)
    assert found.tolist() == [-1, 7, -1, -1, 5]
