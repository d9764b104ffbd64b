import threading

import numpy as np
import pytest

from explorer.mapping.neighbours import Stopped, nearest_rows, neighbour_lists
from tests.vecdb.conftest import unit


@pytest.mark.parametrize("n", [7, 130, 641, 3000])
def test_the_nearest_are_those_of_a_plain_sort_however_many_there_are(n: int) -> None:
    rows, others = unit(40, 16, seed=1), unit(n, 16, seed=2)
    numbers, products = nearest_rows(rows, others, 5)
    expected = np.argsort(-(rows @ others.T), axis=1, kind="stable")[:, :5]
    np.testing.assert_array_equal(numbers, expected)
    np.testing.assert_allclose(products, np.take_along_axis(rows @ others.T, expected, 1))


def test_each_photo_is_its_own_nearest_also_among_many_copies() -> None:
    vectors = np.vstack([np.repeat(unit(1, 8), 30, axis=0), unit(30, 8, seed=3)])
    numbers, distances = neighbour_lists(vectors, 5, lambda share: None, threading.Event())
    np.testing.assert_array_equal(numbers[:, 0], np.arange(60))
    assert all(len(set(row)) == 5 for row in numbers.tolist())
    assert (np.diff(distances, axis=1) >= 0).all()
    assert distances[:30].max() < 1e-6


def test_progress_reaches_one_and_a_stop_ends_the_search() -> None:
    told: list[float] = []
    neighbour_lists(unit(2500, 8), 3, told.append, threading.Event())
    assert told == sorted(told)
    assert told[-1] == 1
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        neighbour_lists(unit(50, 8), 3, told.append, stop)
