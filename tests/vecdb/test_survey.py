from typing import Any

import numpy as np
import pytest

from tests.vecdb.conftest import photos, unit
from vecdb import Database, Label

DIM = 16


@pytest.mark.parametrize("judged", [0, 30])
def test_a_survey_finds_what_the_single_searches_find(database: Database, judged: int) -> None:
    collection = database.create_collection("surveyed", "by chance", DIM)
    vectors = unit(400, DIM)
    ids = [f"p{at:05}" for at in range(400)]
    collection.insert(photos(ids, vectors))
    concept = database.concepts.create("c", "surveyed", "c")
    weights, bias = 3 * vectors[0] + vectors[1], -0.4
    best = collection.nearest(weights, judged).ids if judged else []
    database.concepts.label(concept.id, [Label(photo, 1) for photo in best], action="one")
    scope: dict[str, Any] = {"exclude": ["p00007"], "exclude_concept": concept.id}
    found = collection.survey(
        weights, bias, top=20, boundary=15, sample=10, seed=4, bins=50, **scope
    )
    assert found.top == collection.nearest(weights, 20, **scope).ids
    assert found.boundary == collection.boundary(weights, bias, 15, **scope).ids
    assert found.sample == collection.sample(10, seed=4, **scope)
    assert not {*found.top, *found.boundary, *found.sample} & {"p00007", *best}
    histogram = collection.histogram(weights, bias, bins=50)
    assert np.array_equal(found.counts, histogram.counts)
    for photo in [*found.top, *found.boundary, *found.sample]:
        assert np.allclose(found.vectors[photo], vectors[ids.index(photo)], atol=1e-6)
