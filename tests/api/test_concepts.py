import base64

import numpy as np
import pytest

from classifier import Head
from tests.api.conftest import jpeg, picture
from vecdb import Label


@pytest.fixture
def reds(served):
    """A fitted concept, and its head."""
    [weights] = served.collection.vectors(["colours/red"]) * 8
    head = Head(weights.astype(np.float32), -6.0)
    concepts = served.explorer.database.concepts
    concept = concepts.create("reds", "colours", "red things")
    concepts.update(concept.id, weights=head.weights, bias=head.bias, threshold=0.6)
    concepts.label(concept.id, [Label("colours/red", 1), Label("colours/blue", -1)], action="a")
    return concept.id, head


def test_concepts_are_listed_and_one_is_shown_with_its_weights(served, reds):
    [listed] = served.get("/api/concepts").json()
    assert (listed["name"], listed["prompt"], listed["threshold"]) == ("reds", "red things", 0.6)
    one = served.get(f"/api/concepts/{reds[0]}").json()
    assert one["weights"] == pytest.approx(reds[1].weights.tolist())
    assert (one["yes"], one["no"]) == (1, 1)
    assert served.get("/api/concepts", collection="other").json() == []


def test_a_concept_applied_to_its_collection_gives_the_heads_probabilities(served, reds):
    concept, head = reds
    answer = served.get(f"/api/concepts/{concept}/apply", threshold=0, limit=3, offset=1).json()
    assert answer["count"] == 11
    ids = [hit["id"] for hit in answer["hits"]]
    scores = head.probabilities(served.collection.vectors(ids))
    assert [hit["probability"] for hit in answer["hits"]] == pytest.approx(scores, abs=1e-5)
    assert list(scores) == sorted(scores, reverse=True)
    default = served.get(f"/api/concepts/{concept}/apply").json()
    assert default["threshold"] == 0.6
    assert all(hit["probability"] >= 0.6 for hit in default["hits"])


def test_a_concept_judges_pictures_vectors_and_photos_that_are_sent(served, reds):
    concept, head = reds
    vectors = served.collection.vectors(["colours/red", "colours/blue"])
    wanted = head.probabilities(vectors)
    path = f"/api/concepts/{concept}/apply"
    for sent in (
        {"photo_ids": ["colours/red", "colours/blue"]},
        {"vectors": (vectors * 3).tolist()},
        {"images": [base64.b64encode(jpeg(picture(c))).decode() for c in ("red", "blue")]},
    ):
        results = served.post(path, sent).json()["results"]
        assert [row["probability"] for row in results] == pytest.approx(wanted, abs=0.02)
        assert [row["match"] for row in results] == [p >= 0.6 for p in wanted]


def test_what_cannot_be_judged_is_refused(served, reds):
    path = f"/api/concepts/{reds[0]}/apply"
    assert served.post(path, {}).status_code == 400
    assert served.post(path, {"vectors": [[0.0] * 24]}).status_code == 400
    assert served.post(path, {"vectors": [[1.0]]}).status_code == 400
    assert served.post(path, {"photo_ids": ["gone"]}).status_code == 404
    assert served.get("/api/concepts/none/apply").status_code == 404
    fresh = served.explorer.database.concepts.create("new", "colours", "")
    assert served.get(f"/api/concepts/{fresh.id}/apply").status_code == 409
    served.explorer.database.concepts.delete(reds[0])
    assert served.get(path).status_code == 404
