"""Several heads scored in one pass are what each of them says alone."""

import numpy as np
import pytest

from tests.vecdb.conftest import photos
from vecdb import Collection, Database, PlainHead
from vecdb.errors import BadVector

HEADS = [PlainHead([8, 0, 0, 0], -4), PlainHead([0, 8, 0, 0], -4), PlainHead([-1, -1, 0, 0], 0)]
CUTS = [0.0, 0.0, 0.5]


@pytest.fixture
def corners(database: Database) -> Collection:
    """Photos along the axes, and one between the first two."""
    collection = database.create_collection("corners", "by hand", 4)
    ids = ["first", "second", "third", "fourth", "both"]
    collection.insert(photos(ids, np.vstack([np.eye(4), [[0.5**0.5, 0.5**0.5, 0, 0]]])))
    return collection


def test_photos_of_most_heads_come_first_and_of_none_not_at_all(corners):
    found = corners.scores.list_together(HEADS, CUTS, limit=10)
    assert found.ids == ["both", "first", "second"]
    margin = 8 * 0.5**0.5 - 4
    assert found.probabilities[0] == pytest.approx(
        [1 / (1 + np.exp(-margin))] * 2 + [1 / (1 + np.exp(2**0.5))], abs=1e-6
    )


def test_heads_can_be_asked_to_accept_and_to_refuse(corners):
    assert corners.scores.list_together(HEADS, CUTS, every=[0, 1], limit=10).ids == ["both"]
    assert corners.scores.list_together(HEADS, CUTS, every=[1], no=[0], limit=10).ids == ["second"]
    assert corners.scores.list_together(HEADS, CUTS, every=[2], limit=10).ids == []


def test_the_first_so_many_are_listed(corners):
    assert corners.scores.list_together(HEADS, CUTS, limit=2).ids == ["both", "first"]


def test_each_head_is_counted_and_those_of_some(corners, database):
    counted = corners.scores.count_together(HEADS, CUTS)
    assert (counted.each, counted.some) == ([2, 2, 0], 3)
    for head, cut, count in zip(HEADS, CUTS, counted.each, strict=True):
        assert corners.scores.count_above(head, 1 / (1 + np.exp(-cut))) == count
    empty = database.create_collection("nothing", "by hand", 4).scores.count_together(HEADS, CUTS)
    assert (empty.each, empty.some) == ([0, 0, 0], 0)


def test_a_head_of_another_dimension_is_refused(corners):
    with pytest.raises(BadVector, match="shape"):
        corners.scores.list_together([PlainHead([1, 2])], [0.0], limit=1)
