"""Keywords on the Export page: how far they are, what became of them, and back."""

from concurrent.futures import wait
from threading import Event

import numpy as np
import pyarrow as pa
import pytest

from explorer.keywords import undo_keywords, write_keywords, writing
from pages._current import shared_explorer
from pages._waiting import Share, begin, under_way
from tests.browser.latency import picture
from tests.pages.conftest import listen
from tests.pages.test_data import press
from tests.pages.test_screens import run

COUNT = 4


@pytest.fixture
def houses(empty):
    """Return a concept of which some pictures on this machine are matches, and their folder."""
    folder = empty / "pictures"
    folder.mkdir()
    for at in range(COUNT):
        (folder / f"{at}.jpg").write_bytes(picture(np.random.default_rng(at)))
    vectors = np.eye(512, dtype=np.float32)[[0] * COUNT]
    urls = [path.as_uri() for path in sorted(folder.iterdir())]
    explorer = shared_explorer()
    made = explorer.database.create_collection("things", "offline", 512)
    made.insert(pa.table({"id": urls, "url": urls, "vector": list(vectors)}))
    concept = explorer.concepts.create("houses", "things", "")
    explorer.concepts.update(concept.id, weights=vectors[0])
    return concept.id, folder


def test_the_page_says_how_far_keywords_are_and_a_click_does_not_end_them(houses, monkeypatch):
    concept, folder = houses
    said, heard = listen(monkeypatch, "Writing keywords: ")
    replace_file = writing.replace_file

    def write(path, content):
        if path.name == "2.xmp":
            assert heard.wait(60)
        replace_file(path, content)

    monkeypatch.setattr(writing, "replace_file", write)
    test = run("concepts.py", concept=concept, view="export")
    press(test, "Write keywords")
    assert "Writing keywords: 50 %" in said
    assert f"{COUNT}" in " ".join(one.value for one in test.text)
    assert len(list(folder.glob("*.xmp"))) == COUNT
    press(test, "Take them back")
    assert not list(folder.glob("*.xmp"))
    assert any(one.label == "Take them back" and one.disabled for one in test.button)


def test_what_keeps_keywords_from_being_written_is_a_sentence(houses):
    concept, folder = houses
    shared_explorer().concepts.update(concept, weights=-np.eye(512, dtype=np.float32)[0])
    test = run("concepts.py", concept=concept, view="export")
    press(test, "Write keywords")
    assert any("No photo reaches the threshold" in one.value for one in test.text)
    assert len(list(folder.iterdir())) == COUNT


def test_what_is_told_of_keywords_is_of_the_concept_that_is_open(houses):
    concept, folder = houses
    explorer = shared_explorer()
    other = explorer.concepts.create("lakes", "things", "")
    explorer.concepts.update(other.id, weights=np.eye(512, dtype=np.float32)[0])
    held = Event()
    test = run("concepts.py", concept=concept, view="export")
    under_way()["keywords", other.id] = begin(held.wait), Share("Writing keywords").say
    press(test, "Write keywords")
    assert len(list(folder.glob("*.xmp"))) == COUNT
    assert any("'houses' was written" in one.value for one in test.text)
    held.set()
    del under_way()["keywords", other.id]


def test_a_page_loaded_anew_finds_the_keywords_that_are_being_written(houses, monkeypatch):
    concept, _ = houses
    said, go = listen(monkeypatch, "Writing")

    def work():
        assert go.wait(60)
        return ["12 are written."]

    under_way()["keywords", concept] = begin(work), Share("Writing keywords").say
    test = run("concepts.py", concept=concept, view="export")
    assert "Writing keywords: 0 %" in said
    assert any("12 are written." in one.value for one in test.text)
    assert not under_way()


def test_keywords_that_are_being_written_are_taken_back_to_the_last(houses, monkeypatch):
    concept, folder = houses
    explorer, replace_file = shared_explorer(), writing.replace_file
    half, on = Event(), Event()

    def write(path, content):
        if path.name == "2.xmp":
            half.set()
            assert on.wait(60)
        replace_file(path, content)

    monkeypatch.setattr(writing, "replace_file", write)
    wrote = begin(lambda: write_keywords(explorer, explorer.concepts.get(concept)))
    assert half.wait(60)
    took = begin(lambda: undo_keywords(explorer, concept))
    wait([took], 1)
    on.set()
    assert wrote.result(60).written == COUNT
    assert took.result(60).restored == COUNT
    assert not list(folder.glob("*.xmp"))
