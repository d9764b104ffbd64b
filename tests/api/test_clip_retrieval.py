"""clip-retrieval's own client, unchanged, against this server."""

import importlib.metadata
import importlib.util
import sys
from types import ModuleType

import pytest
import requests

from encoder import load_encoder
from tests.api.conftest import jpeg, picture
from vecdb import photo_number


@pytest.fixture(scope="session")
def clip_client() -> ModuleType:
    """The client's module as installed, without the package's start: it wants faiss."""
    package = importlib.metadata.distribution("clip-retrieval")
    assert package.version == "2.45.0"
    path = package.locate_file("clip_retrieval/clip_client.py")
    spec = importlib.util.spec_from_file_location("clip_client", str(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["clip_client"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def client(served, clip_client):
    def make(**options):
        return clip_client.ClipClient(f"{served.address}/knn-service", "colours", **options)

    return make


def test_a_text_query_gives_what_the_vectors_say(served, client, model):
    results = client(num_images=5, deduplicate=False).query(text="a red thing")
    vector = load_encoder(model).encode_texts(["a red thing"])[0]
    found = served.collection.nearest(vector, 5)
    assert [row["photo_id"] for row in results] == found.ids
    assert [row["similarity"] for row in results] == pytest.approx(
        (1 - found.distances).tolist(), abs=1e-4
    )
    assert all(isinstance(row["id"], int) for row in results)
    assert {"id", "similarity", "url", "caption"} <= set(results[0])


def test_a_picture_file_finds_itself_with_similarity_one(client, tmp_path):
    (tmp_path / "mine.jpg").write_bytes(jpeg(picture("blue")))
    best = client(num_images=2).query(image=str(tmp_path / "mine.jpg"))[0]
    assert best["photo_id"] == "colours/blue"
    assert best["caption"] == "a blue picture"
    assert best["similarity"] == pytest.approx(1, abs=1e-3)


def test_an_embedding_is_a_query(served, client):
    [vector] = served.collection.vectors(["colours/pink"])
    [best] = client(num_images=1).query(embedding_input=vector.tolist())
    assert best["photo_id"] == "colours/pink"


def test_an_address_of_this_server_or_of_a_known_photo_is_answered_without_fetching(client):
    first = client(num_images=1).query(text="green")[0]
    again = client(num_images=1).query(image=first["url"])
    assert [row["photo_id"] for row in again] == [first["photo_id"]]
    known = client(num_images=1).query(image="https://example.org/red.jpg")
    assert known[0]["photo_id"] in {"colours/red", "copy of red"}


def test_another_address_is_refused_in_words_while_fetching_is_off(client):
    answer = client().query(image="http://example.org/elsewhere.jpg")
    assert "fetches no addresses" in answer["error"]


def test_near_duplicates_are_removed_where_the_client_asks(served, client):
    both = {"colours/red", "copy of red"}
    vector = served.collection.vectors(["colours/red"])[0].tolist()
    all_of_them = client(deduplicate=False).query(embedding_input=vector)
    assert both <= {row["photo_id"] for row in all_of_them}
    rest = client(deduplicate=True).query(embedding_input=vector)
    assert len(both & {row["photo_id"] for row in rest}) == 1


def test_scores_that_are_not_offered_change_nothing(client, clip_client):
    plain = client(num_images=4).query(text="red")
    fancy = client(
        num_images=4, use_mclip=True, aesthetic_score=3, modality=clip_client.Modality.TEXT
    ).query(text="red")
    assert fancy == plain


def test_results_beyond_num_images_are_numbers_whose_metadata_can_be_asked_for(served):
    asked = {"text": "red", "modality": "image", "num_images": 2, "num_result_ids": 6}
    # As its front end does: a string under no declared type, the index by name.
    results = requests.post(
        served.address + "/knn-service",
        data='{"indice_name": "colours", ' + str(asked)[1:].replace("'", '"'),
        headers={"Content-Type": "text/plain;charset=UTF-8"},
        timeout=60,
    ).json()
    assert len(results) == 6
    assert ["caption" in row for row in results] == [True] * 2 + [False] * 4
    numbers = [row["id"] for row in results]
    answer = served.post("/metadata", {"ids": [*numbers[2:], 1], "indice_name": "colours"}).json()
    assert [row["id"] for row in answer] == numbers[2:]
    for row in answer:
        assert photo_number(row["metadata"]["photo_id"]) == row["id"]
        assert row["metadata"]["url"]
    # It reads numbers of more than 15 digits as text, and sends them back so.
    mixed = [str(number) if at % 2 else number for at, number in enumerate(numbers[2:])]
    asked = {"ids": [*mixed, "1"], "indice_name": "colours"}
    assert served.post("/metadata", asked).json() == answer


@pytest.mark.parametrize("number", ["", "x", "-1", "1.5", " 1", "٣", "9" * 20, None, 1.5, True])
def test_what_is_no_number_of_a_photo_is_refused(served, number):
    answer = served.post("/metadata", {"ids": [number], "indice_name": "colours"})
    assert answer.status_code == 400
    assert "ids[0]" in answer.json()["error"]


def test_numbers_are_the_same_in_sql_and_fit_javascript(served):
    ids = ["colours/red", "copy of red"]
    numbers = [photo_number(photo) for photo in ids]
    assert served.collection.records.numbered(numbers) == dict(zip(numbers, ids, strict=True))
    assert max(numbers) < 2**53


@pytest.mark.parametrize("caption", ["a red square " * 300, "red" + "x" * 15_000])
def test_of_a_long_caption_the_beginning_is_looked_for(served, caption):
    answer = served.post("/knn-service", {"text": caption, "modality": "image", "num_images": 2})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()) == 2


def test_the_indices_are_the_collections_and_the_summary_names_the_steps(served):
    assert served.get("/indices-list").json() == ["colours"]
    served.post("/knn-service", {"text": "red", "modality": "image", "num_images": 1})
    assert "calls to the knn end point with an average latency of" in (
        served.get("/metrics-summary").text
    )


def test_a_query_for_nothing_is_refused(served):
    answer = served.post("/knn-service", {"text": "", "image": None, "modality": "image"})
    assert answer.status_code == 400
    assert served.post("/metadata", {"indice_name": "colours"}).status_code == 400
