"""What all words share is left out where words alone rank photos, and nowhere else."""

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from encoder import digest_of_nouns, load_encoder, mean_of_nouns, share_of_nouns
from explorer import Explorer
from explorer.query import Query
from tests.encoder.tiny_clip import save_tiny_clip


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny_clip(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture
def explorer(embedded, tmp_path, model: str):
    with Explorer(embedded, store=tmp_path / "store") as explorer:
        for name in (model, "offline"):
            dim = load_encoder(name).dim
            rows = np.random.default_rng(0).normal(size=(40, dim)).astype(np.float32)
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            table = "clip" if name == model else "offline"
            collection = explorer.database.create_collection(table, name, dim)
            ids = [f"p{at}" for at in range(len(rows))]
            collection.insert(pa.table({"id": ids, "url": ids, "vector": list(rows)}))
        yield explorer


def test_three_quarters_of_the_nouns_mean_is_taken_off_a_phrase(explorer, model):
    encoder = load_encoder(model)
    text = encoder.encode_texts(["a red bus"])[0]
    vector = explorer.ranking_vector("a red bus", explorer.collection("clip"))
    assert vector == pytest.approx(unit(text - 0.75 * mean_of_nouns(encoder)), abs=1e-5)


def test_a_query_with_a_picture_keeps_its_words_whole(explorer, model):
    collection = explorer.collection("clip")
    query = Query([("a red bus", 1.0)], [Image.new("RGB", (32, 32), "red")])
    plain = query.vector(collection, load_encoder(model), centred=False)
    assert explorer.ranking_vector(query, collection).tolist() == plain.tolist()


def test_the_offline_encoders_words_stay_whole(explorer):
    encoder = load_encoder("offline")
    assert share_of_nouns(encoder) == 0.0
    vector = explorer.ranking_vector("a red bus", explorer.collection("offline"))
    assert vector == pytest.approx(encoder.encode_texts(["a red bus"])[0], abs=1e-6)


def test_the_mean_is_kept_in_the_store_for_the_next_process(explorer, model):
    explorer.ranking_vector("a red bus", explorer.collection("clip"))
    encoder = load_encoder(model)
    kept = explorer.store.vectors(encoder.fingerprint, [digest_of_nouns()])
    assert kept[digest_of_nouns()] == pytest.approx(mean_of_nouns(encoder), abs=1e-6)


def test_the_first_page_ranks_as_a_search_and_the_fit_starts_from_the_phrase(explorer, model):
    page = explorer.begin("a red bus", table="clip", page_size=9)
    assert [tile.photo_id for tile in page.tiles] == explorer.search(
        "a red bus", 9, table="clip"
    ).ids
    text = load_encoder(model).encode_texts(["a red bus"])[0]
    assert page.settings.anchor == pytest.approx(text, abs=1e-5)
    answered = explorer.answer(page, {tile.photo_id: 1 for tile in page.tiles})
    again = explorer.undo(answered.concept.id)
    assert [tile.photo_id for tile in again.tiles] == [tile.photo_id for tile in page.tiles]
    assert again.concept.weights == pytest.approx(page.concept.weights, abs=1e-6)
