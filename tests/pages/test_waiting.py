"""While words, pictures or classes are encoded the page says so, and a click does no harm."""

from collections.abc import Iterator
from concurrent.futures import Future
from threading import Event

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from encoder import Encoder, load_encoder
from encoder.errors import ModelNotFound
from explorer import remembered
from pages import _waiting
from pages._current import shared_explorer
from tests.browser.harness import ROOT
from tests.pages.conftest import listen

SECONDS = 60


def page(name: str) -> AppTest:
    return AppTest.from_file(str(ROOT / "pages" / name), default_timeout=2 * SECONDS)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was said while the encoder encoded, which ends when something was said of it."""
    encoder = load_encoder("offline")
    shared_explorer().encoders.start("offline", "offline").result(SECONDS)
    remembered._kept.pop(encoder, None)
    monkeypatch.setattr(_waiting, "LOOK", 0.01)
    told, heard = listen(monkeypatch, "Encoding")

    def slow(given):
        assert heard.wait(SECONDS), "nothing was said"
        return np.ones((len(given), encoder.dim), np.float32)

    for name in ("encode_texts", "encode_images", "encode_prepared"):
        monkeypatch.setattr(encoder, name, slow, raising=False)
    yield told
    remembered._kept.pop(encoder, None)


def test_train_says_that_words_are_encoded(concept, told):
    test = page("train.py").run()
    test.text_input(key="prompt").set_value("a red thing").run()
    assert "Encoding the words. The photos come by themselves when that is done." in told
    assert test.session_state.page.concept.prompt == "a red thing"
    assert not test.info


def test_search_says_that_words_and_pictures_are_encoded(concept, told):
    test = page("search.py")
    test.query_params["text"] = "a red thing"
    test.session_state.search_pictures = [Image.new("RGB", (9, 9), "red")]
    test.run()
    assert not [*test.exception, *test.error]
    assert any(words.startswith("Encoding the words and the pictures.") for words in told)
    del told[:]
    test.run()
    assert told == []


def test_classes_say_that_their_names_are_encoded(concept, told):
    shared_explorer().database.class_sets.create(
        "two", "things", "offline", names=["cat", "dog"], templates=["{}"]
    )
    test = page("classes.py").run()
    assert not [*test.exception, *test.error]
    assert any(words.startswith("Encoding the names of the classes.") for words in told)
    del told[:]
    test.run()
    assert told == []


def test_classes_say_that_pictures_are_encoded(concept, told, tmp_path):
    (tmp_path / "few").mkdir()
    Image.new("RGB", (64, 64), "red").save(tmp_path / "few" / "red.png")
    test = page("classes.py")
    test.session_state.class_kind, test.session_state.class_folder = "Folder", str(tmp_path / "few")
    test.run()
    assert not [*test.exception, *test.error]
    assert any(words.startswith("Encoding the pictures: ") for words in told)


def test_a_click_while_something_is_encoded_does_not_begin_it_again(monkeypatch):
    begun, go = [], Event()

    def work():
        begun.append(1)
        go.wait(SECONDS)
        return "found"

    class Clicked(BaseException):
        """What Streamlit stops a script with."""

    def click(awaited, words):
        raise Clicked

    monkeypatch.setattr(_waiting, "state", {})
    with monkeypatch.context() as patch:
        patch.setattr(_waiting, "wait_for", click)
        for _ in range(2):
            with pytest.raises(Clicked):
                _waiting.compute("words", work, "Encoding.")
    go.set()
    assert _waiting.compute("words", work, "Encoding.") == "found"
    assert begun == [1]
    with pytest.raises(ZeroDivisionError):
        _waiting.compute("others", lambda: 1 // 0, "Encoding.")


@pytest.mark.parametrize("way", ["its button", "its address"])
def test_words_that_wait_do_not_take_the_place_of_a_concept_opened_meanwhile(
    concept, monkeypatch, way
):
    explorer = shared_explorer()
    begun = explorer.page(concept)
    explorer.answer(begun, {begun.tiles[0].photo_id: 1})
    test = page("train.py").run()
    failed: Future[Encoder] = Future()
    failed.set_exception(ModelNotFound("No such model."))
    with monkeypatch.context() as patch:
        patch.setattr(explorer.encoders, "start", lambda *name: failed)
        test.text_input(key="prompt").set_value("a red thing").run()
        assert [error.value for error in test.error] == ["No such model."]
        if way == "its button":
            test.button(key=f"go_on_{concept}").click().run()
        else:
            test.query_params["concept"] = concept
            test.run()
    test.run()
    assert [one.id for one in explorer.concepts.list()] == [concept]
    assert test.session_state.page.concept.id == concept
