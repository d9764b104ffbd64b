import numpy as np
import pyarrow as pa
import pytest


@pytest.fixture
def news(served):
    """The address of a concept's news, with one photo that was stored later."""
    explorer = served.explorer
    collection = explorer.collection("colours")
    [vector] = collection.vectors(["colours/red"])
    concept = explorer.concepts.create("reds", "colours", "")
    explorer.concepts.update(concept.id, weights=20 * vector, bias=-19.0)
    table = {"id": ["late"], "url": ["https://example.org/late.jpg"], "vector": [vector]}
    collection.insert(pa.table(table))
    return f"/api/concepts/{concept.id}/new"


def test_new_matches_are_answered_and_marked_as_looked_at(served, news):
    told = served.get(news).json()
    assert (told["count"], [hit["id"] for hit in told["hits"]]) == (1, ["late"])
    assert told["hits"][0]["probability"] == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-3)
    assert served.get(news).json()["count"] == 1  # looking at an answer marks nothing
    assert served.post(news, {"until": told["until"]}).json()["count"] == 0
    assert served.get(news).json()["hits"] == []


@pytest.mark.parametrize("sent", [{}, {"until": ""}, {"until": "-1"}, {"until": "9" * 20}])
def test_what_cannot_be_marked_is_refused(served, news, sent):
    answer = served.post(news, sent)
    assert answer.status_code == 400
    assert "until" in answer.json()["error"]
    assert served.get(news).json()["count"] == 1


def test_an_unknown_concept_and_one_without_a_fit_have_no_news(served):
    assert served.get("/api/concepts/none/new").status_code == 404
    bare = served.explorer.concepts.create("bare", "colours", "")
    assert served.get(f"/api/concepts/{bare.id}/new").status_code == 409
