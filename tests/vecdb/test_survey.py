import numpy as np
import pytest

from tests.vecdb.conftest import photos, unit
from vecdb import Database, Label, PlainHead, Scope
from vecdb.survey import SurveyPlan

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
    scope, head = Scope(["p00007"], concept.id), PlainHead(weights, bias)
    found = collection.survey(head, SurveyPlan(20, 15, 50), scope)
    assert found.top == collection.nearest(weights, 20, scope).ids
    assert found.boundary == collection.boundary(head, 15, scope).ids
    assert not {*found.top, *found.boundary} & {"p00007", *best}
    assert np.array_equal(found.counts, collection.scores.histogram(head, 50))
    for photo in [*found.top, *found.boundary]:
        assert np.allclose(found.vectors[photo], vectors[ids.index(photo)], atol=1e-6)


def test_agreement_counts_the_photos_that_two_heads_accept(database: Database) -> None:
    collection = database.create_collection("agreed", "by chance", 2)
    vectors = np.array([[1, 0], [0.8, 0.6], [0.6, 0.8], [0, 1]], np.float32)
    collection.insert(photos(["a", "b", "c", "d"], vectors))
    east, north = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    # East accepts a, b, c at a margin of .5; north accepts b, c, d: two of four are shared.
    assert collection.scores.agreement(PlainHead(east), PlainHead(north), 0.5) == 0.5
    assert collection.scores.agreement(PlainHead(east), PlainHead(north), 2.0) == 0.0


def test_photos_are_found_at_their_places_in_the_ranking(database: Database) -> None:
    collection = database.create_collection("ranked", "by chance", DIM)
    vectors = unit(50, DIM)
    ids = [f"p{at:05}" for at in range(50)]
    collection.insert(photos(ids, vectors))
    order = [ids[at] for at in np.argsort(-(vectors @ vectors[0]), kind="stable")]
    ranks = [0, 49, 7, 7, 20, 99]
    assert collection.scores.at_ranks(PlainHead(vectors[0]), ranks) == [
        order[r] for r in (0, 49, 7, 7, 20)
    ]
