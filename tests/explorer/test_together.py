"""Several concepts at once: which of them accept a photo."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.errors import BadInput
from explorer.rounds import Rounds
from explorer.settings import Settings
from explorer.together import count_together, list_together
from vecdb import Collection, Concept


@pytest.fixture
def concepts(rounds: Rounds, collection: Collection, direction: np.ndarray) -> list[Concept]:
    """One of the photos `yes-...`, and one that begins with what the first does not accept."""
    found = []
    for name, way in (("a thing", direction), ("no thing", -direction)):
        page = rounds.begin(collection, name, way, Settings(page_size=25))
        sign = 1 if name == "a thing" else -1
        marks = {
            tile.photo_id: sign if tile.photo_id.startswith("yes") else -sign for tile in page.tiles
        }
        found.append(rounds.submit(page.concept.id, page.tiles, marks).concept)
    return found


def test_each_photo_is_listed_with_the_concepts_that_accept_it(collection, concepts):
    found = list_together(collection, concepts, limit=200)
    assert len(found.ids) == len(set(found.ids)) == count_together(collection, concepts).some
    heads = np.stack([np.asarray(c.weights) for c in concepts])
    margins = collection.vectors(found.ids) @ heads.T + [c.bias for c in concepts]
    assert found.probabilities == pytest.approx(1 / (1 + np.exp(-margins)), abs=1e-5)
    for row in range(len(found.ids)):
        accepted = found.accepted(row)
        assert accepted
        assert all((c in accepted) == (found.probabilities[row, at] >= c.threshold)
                   for at, c in enumerate(concepts))  # fmt: skip


def test_a_photo_can_be_asked_to_be_of_some_and_of_none_of_others(collection, concepts):
    thing, other = concepts
    found = list_together(collection, concepts, every=[thing.id], no=[other.id], limit=200)
    assert found.ids
    assert all(found.accepted(row) == [thing] for row in range(len(found.ids)))
    counted = count_together(collection, concepts)
    assert counted.each[0] == collection.scores.count_above(thing, thing.threshold)


def test_concepts_of_another_collection_are_refused(collection, concepts):
    with pytest.raises(BadInput, match="is of the collection elsewhere: choose concepts of things"):
        list_together(collection, [replace(concepts[0], collection="elsewhere")])
    with pytest.raises(BadInput, match="0 concepts were chosen"):
        count_together(collection, [])
