"""The Classes page as a script: what is typed is kept, and opened again."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from explorer.zeroshot import TEMPLATES
from pages._current import shared_explorer
from pages._session import forget_collections
from tests.pages.test_concepts import Grids
from tests.pages.test_screens import run
from vecdb import VecdbError

DIM = 512


@pytest.fixture
def things(empty):
    """Six photos in two folders, in vectors of the offline encoder's dimension."""
    vectors = np.random.default_rng(0).normal(size=(6, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"{folder}/{at}" for folder in ("cats", "dogs") for at in range(3)]
    labels = [photo.partition("/")[0] for photo in ids]
    made = shared_explorer().database.create_collection("things", "offline", DIM)
    columns = {"id": ids, "url": [""] * 6, "vector": list(vectors), "label": labels}
    made.insert(pa.table(columns))
    shared_explorer().encoders.start("offline").result(120)
    return made


def kept():
    return shared_explorer().database.class_sets.list()


def labelled(widgets, label):
    return next(widget for widget in widgets if widget.label == label)


def press(test, label):
    labelled(test.button, label).click().run()
    assert not test.exception


def open_sheet():
    """Take the folders' names as classes, and look at one of them."""
    test = run("classes.py")
    press(test, "Take the 2 folder names or labels as classes")
    labelled(test.segmented_control, "View").set_value("One class").run()
    return test


def test_folders_are_classes_only_after_the_user_says_so_and_are_then_kept(things):
    test = run("classes.py")
    assert labelled(test.text_area, "Classes, one a line").value == ""
    assert kept() == []
    press(test, "Take the 2 folder names or labels as classes")
    [made] = kept()
    assert (made.names, made.collection) == (["cats", "dogs"], "things")
    assert any("6 photos into 2 classes" in text.value for text in test.markdown)


def test_what_is_typed_is_kept_at_once_and_opened_again(things):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat\ndog").run()
    labelled(test.text_input, "Name of these classes").set_value("pets").run()
    labelled(test.text_input, "Only ids that start with").set_value("cats/").run()
    test.slider[0].set_value(0.3).run()
    [made] = kept()
    assert (made.name, made.names, made.prefix, made.threshold) == (
        "pets", ["cat", "dog"], "cats/", 0.3,
    )  # fmt: skip
    again = run("classes.py")
    assert labelled(again.text_area, "Classes, one a line").value == "cat\ndog"
    assert labelled(again.text_input, "Only ids that start with").value == "cats/"
    assert any("3 photos into 2 classes" in text.value for text in again.markdown)
    assert again.query_params["classes"] == made.id


@pytest.mark.parametrize(("kind", "label", "shown"), [
    ("text_input", "Name of these classes", "cat"),
    ("text_area", "Templates, averaged", "\n".join(TEMPLATES)),
])  # fmt: skip
def test_a_box_that_is_emptied_is_left_to_who_types_on_in_it(things, kind, label, shown):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat").run()
    labelled(getattr(test, kind), label).set_value("").run()
    box = labelled(getattr(test, kind), label)
    assert (box.value, box.placeholder) == ("", shown)
    [made] = kept()
    assert (made.name, list(made.templates)) == ("cat", list(TEMPLATES))


def test_another_windows_change_is_shown_and_not_overwritten(things):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat\ndog").run()
    [made] = kept()
    shared_explorer().database.class_sets.update(made.id, names=["cat", "dog", "horse"])
    test.run()
    assert labelled(test.text_area, "Classes, one a line").value == "cat\ndog\nhorse"
    test.slider[0].set_value(0.2).run()
    assert kept()[0].names == ["cat", "dog", "horse"]


def test_deleted_classes_are_hidden_and_brought_back(things):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat\ndog").run()
    press(test, "Delete these classes")
    assert kept() == []
    assert labelled(test.text_area, "Classes, one a line").value == ""
    press(test, "Undo the deletion")
    assert labelled(test.text_area, "Classes, one a line").value == "cat\ndog"


def test_a_class_that_is_called_as_photos_of_none_are_is_refused_in_a_sentence(things):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat\nnone of these").run()
    assert not test.exception
    assert "photos of no class are 'none of these'" in test.error[0].value
    labelled(test.text_area, "Classes, one a line").set_value("cat\nneither").run()
    assert any("6 photos into 2 classes" in text.value for text in test.markdown)


def test_what_could_not_be_kept_stays_in_its_box_and_is_kept_with_the_next_change(
    things, monkeypatch
):
    def fail(*arguments, **changes):
        raise VecdbError("The disk is full.")

    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat\ndog").run()
    with monkeypatch.context() as patch:
        patch.setattr(type(shared_explorer().database.class_sets), "update", fail)
        labelled(test.text_area, "Classes, one a line").set_value("cat\nhorse").run()
    assert test.error[0].value == "The disk is full."
    test.run()
    assert labelled(test.text_area, "Classes, one a line").value == "cat\nhorse"
    test.slider[0].set_value(0.2).run()
    assert kept()[0].names == ["cat", "horse"]


@pytest.mark.parametrize("typed", ["cat\nhorse", ""])
def test_what_is_typed_for_classes_that_another_window_deleted_becomes_new_ones(things, typed):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat\ndog").run()
    [made] = kept()
    shared_explorer().database.class_sets.update(made.id, deleted=True)
    labelled(test.text_area, "Classes, one a line").set_value(typed).run()
    assert "were deleted" in test.error[0].value
    assert ("kept as new ones" in test.error[0].value) == bool(typed)
    assert labelled(test.text_area, "Classes, one a line").value == typed
    assert [one.names for one in kept()] == ([typed.split("\n")] if typed else [])
    press(test, "Undo the deletion")
    assert made.id in [one.id for one in kept()]


def test_corrections_of_classes_that_another_window_deleted_are_told(things, monkeypatch):
    grids = Grids(monkeypatch)
    test = open_sheet()
    [made] = kept()
    shared_explorer().database.class_sets.update(made.id, deleted=True)
    grids.answer(test, type="finish", marks={"cats/1": 1})
    assert "Nothing was corrected" in test.error[0].value
    press(test, "Undo the deletion")
    assert made.id in [one.id for one in kept()]


def test_a_corrected_photo_goes_where_it_was_said_to_belong(things, monkeypatch):
    grids = Grids(monkeypatch)
    test = open_sheet()
    shown = [tile["id"] for tile in grids.data["tiles"]]
    grids.answer(test, type="finish", marks=dict.fromkeys(shown, -1))
    assert not set(shown) & {tile["id"] for tile in grids.data["tiles"]}
    labelled(test.selectbox, "Class").set_value("none of these").run()
    assert {tile["id"] for tile in grids.data["tiles"]} == set(shown)


def test_corrections_are_undone_one_after_the_other(things, monkeypatch):
    grids = Grids(monkeypatch)
    test = open_sheet()
    [made] = kept()

    def said():
        found = shared_explorer().database.class_sets.corrections(made.id)
        return {photo: one.name for photo, one in found.items()}

    assert not grids.data["undoable"]
    grids.answer(test, type="finish", marks={})
    assert not grids.data["undoable"]
    grids.answer(test, type="finish", marks={"cats/1": -1, "dogs/1": -1})
    grids.answer(test, type="finish", marks={"cats/1": 1})
    assert said() == {"cats/1": "cats", "dogs/1": ""}
    for before in ({"cats/1": "", "dogs/1": ""}, {}):
        assert grids.data["undoable"]
        grids.answer(test, type="undo")
        assert said() == before
    assert not grids.data["undoable"]
    assert any("0 corrected so far" in caption.value for caption in test.caption)
    for after in ({"cats/1": "", "dogs/1": ""}, {"cats/1": "cats", "dogs/1": ""}):
        assert grids.data["redoable"]
        grids.answer(test, type="redo")
        assert said() == after
    assert not grids.data["redoable"]
    grids.answer(test, type="undo")
    grids.answer(test, type="finish", marks={"dogs/1": 1})
    assert not grids.data["redoable"]


def test_undo_leaves_what_another_window_said_since(things, monkeypatch):
    grids = Grids(monkeypatch)
    test = open_sheet()
    [made] = kept()
    store = shared_explorer().database.class_sets
    grids.answer(test, type="finish", marks={"cats/1": -1, "dogs/1": -1})
    theirs = store.corrections(made.id)["dogs/1"]
    store.correct(made.id, {"dogs/1": replace(theirs, name="dogs")})
    grids.answer(test, type="undo")
    assert {photo: one.name for photo, one in store.corrections(made.id).items()} == {
        "dogs/1": "dogs"
    }
    store.correct(made.id, {"cats/1": replace(theirs, name="cats")})
    grids.answer(test, type="redo")
    assert {photo: one.name for photo, one in store.corrections(made.id).items()} == {
        "dogs/1": "dogs",
        "cats/1": "cats",
    }


def test_the_marks_of_a_sheet_stay_while_its_order_changes(things, monkeypatch):
    grids = Grids(monkeypatch)
    test = open_sheet()
    key = grids.data["key"]
    labelled(test.selectbox, "Order").set_value("Least sure first").run()
    assert grids.data["key"] == key


def test_a_single_class_is_counted_in_the_singular(things):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat").run()
    assert "cat · 1 class" in labelled(test.selectbox, "Classes").options


def test_classes_that_an_address_names_in_vain_are_told(things):
    test = run("classes.py", classes="nowhere")
    assert [error.value for error in test.error] == ["There are no classes 'nowhere' here."]


def test_classes_apply_to_another_collection_of_the_same_encoder(things):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat\ndog").run()
    labelled(test.text_input, "Only ids that start with").set_value("cats/").run()
    [made] = kept()
    other = shared_explorer().database.create_collection("others", "offline", DIM)
    vectors = list(np.eye(2, DIM, dtype=np.float32))
    other.insert(pa.table({"id": ["x", "y"], "url": ["", ""], "vector": vectors}))
    forget_collections()
    test.run()
    labelled(test.selectbox, "Collection").set_value("others").run()
    assert any("2 photos into 2 classes" in text.value for text in test.markdown)
    assert kept()[0].id == made.id
    assert kept()[0].prefix == "cats/"


def test_a_view_is_chosen_again_after_nothing_was_classified(things):
    test = run("classes.py")
    labelled(test.text_area, "Classes, one a line").set_value("cat\ndog").run()
    labelled(test.selectbox, "Classes").set_value("").run()
    labelled(test.text_area, "Classes, one a line").set_value("cats\ndogs").run()
    assert test.session_state["class_view"] == "Sheets"
