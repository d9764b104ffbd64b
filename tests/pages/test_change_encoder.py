"""Concepts, Change the encoder: compare first, carry over on request."""

from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError

import pyarrow as pa
import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from encoder import load_encoder
from explorer import change_encoder
from explorer.encode import sibling_name
from pages._current import shared_explorer
from pages._waiting import begin
from tests.encoder.tiny_models import KINDS
from tests.pages.conftest import listen


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


def test_where_nothing_was_answered_that_is_said(concept, sibling):
    shared_explorer().undo(concept)
    test = draw()
    test.button(key="change_compare").click().run()
    assert [info.value for info in test.info] == ["No concept of things has answers."]
    assert not test.dataframe


def test_two_that_carry_over_at_once_make_one_copy(taught, sibling, monkeypatch):
    """A double click, or two windows."""
    explorer = shared_explorer()
    encoder = explorer.database.collection(sibling).encoder
    carry_over, both = change_encoder._Both.carry_over, Barrier(2)

    def carry(one):
        with suppress(BrokenBarrierError):
            both.wait(1)
        return carry_over(one)

    monkeypatch.setattr(change_encoder._Both, "carry_over", carry)
    work = partial(change_encoder.change_encoder, explorer, "things", encoder, switch=True)
    for begun in [begin(work), begin(work)]:
        [found] = begun.result(60).concepts
        assert found.copy
    assert len(explorer.concepts.list(sibling)) == 1


def test_who_comes_back_meanwhile_finds_what_was_begun_and_how_far_it_is(
    taught, sibling, monkeypatch
):
    begun, compare = [], change_encoder._Both.compare
    said, go = listen(monkeypatch, "Fitting")

    def wait(one):
        begun.append(one)
        assert go.wait(60)
        return compare(one)

    def leave(*_):
        raise StopException

    monkeypatch.setattr(change_encoder._Both, "compare", wait)
    test = draw()
    with monkeypatch.context() as patch:
        patch.setattr("pages._waiting.wait", leave)
        test.button(key="change_compare").click().run()
    assert test.button(key="change_compare").disabled
    test = draw()  # the page was loaded anew
    assert "Fitting every concept in both encoders' vectors: 0 %" in said
    assert len(begun) == 1
    assert not test.button(key="change_switch").disabled
