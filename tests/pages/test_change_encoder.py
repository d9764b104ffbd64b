"""Concepts, Change the encoder: compare first, carry over on request."""

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from encoder import load_encoder
from explorer.encode import sibling_name
from pages._current import shared_explorer
from tests.encoder.tiny_models import KINDS


def draw() -> AppTest:
    def script():
        from pages.concept import change_encoder

        change_encoder.draw()

    test = AppTest.from_function(script, default_timeout=60).run()
    assert not test.exception
    return test


@pytest.fixture
def taught(concept) -> str:
    """A concept with a page of answers."""
    page = shared_explorer().page(concept)
    shared_explorer().answer(
        page, {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}
    )
    return str(concept)


@pytest.fixture
def sibling(taught, tmp_path) -> str:
    """The collection's photos in the vectors of a tiny SigLIP."""
    KINDS["siglip"][0](tmp_path / "siglip")
    encoder = load_encoder(str(tmp_path / "siglip"))
    explorer = shared_explorer()
    ids = explorer.collection("things").sample(1000, seed=0).ids
    target = explorer.database.create_collection(
        sibling_name("things", encoder.name), encoder.name, encoder.dim, encoder.fingerprint
    )
    vectors = encoder.encode_texts([f"{photo} on a sofa" for photo in ids])
    target.insert(pa.table({"id": ids, "url": [""] * len(ids), "vector": list(vectors)}))
    return target.name


def test_without_other_vectors_the_command_that_makes_them_is_told(taught):
    test = draw()
    assert any("python -m explorer encode" in text.value for text in test.markdown)


def test_concepts_are_compared_then_carried_over(taught, sibling):
    test = draw()
    test.button(key="change_compare").click().run()
    assert not test.exception
    assert not test.error
    assert shared_explorer().concepts.list(sibling) == []
    test.button(key="change_switch").click().run()
    assert not test.exception
    [copy] = shared_explorer().concepts.list(sibling)
    assert copy.name == "a thing"
    assert any("the old ones stay" in text.value for text in test.success)
    assert not shared_explorer().concepts.get(taught).deleted
