"""The classes that are open: kept in the database with every change, and opened again from it."""

from typing import Any

import streamlit as st

from classifier import ClassifierError
from explorer.corrections import keep_file, name_classes, name_each
from explorer.phrases import lines
from explorer.zeroshot import TEMPLATES
from pages._current import shared_explorer
from vecdb import ClassSet, Collection, VecdbError
from vecdb.errors import UnknownClasses

NEW = ""
BOXES = ("class_name", "class_names", "class_templates", "class_threshold")
state = st.session_state


def choose_classes(collection: Collection) -> ClassSet | None:
    """Draw the list of kept classes and fill the boxes with those that are open.

    Returns:
        None where new ones are to be named.
    """
    found = {one.id: one for one in shared_explorer().database.class_sets.list(collection.encoder)}
    state.class_set = _wanted(found, collection)
    kept = found.get(state.class_set)
    _fill_boxes(kept, collection)
    if kept is None:
        st.query_params.pop("classes", None)
    else:
        st.query_params["classes"] = kept.id
    names = {NEW: "New classes", **name_each(found.values())}
    state.class_choice = state.class_set
    st.selectbox(
        "Classes",
        list(names),
        format_func=lambda one: names.get(one, one),
        key="class_choice",
        on_change=_open_chosen,
        disabled=not found,
    )
    return kept


def keep_boxes() -> None:
    """Keep what the boxes say with the classes that are open, or as new ones once any is named."""
    said: dict[str, Any] = {
        "names": lines(state.class_names),
        "templates": lines(state.class_templates),
        "threshold": state.class_threshold,
    }
    store, name = shared_explorer().database.class_sets, name_classes(said["names"])
    prefix = state.get("class_prefix", "")
    try:
        if state.class_set:
            kept = store.get(state.class_set)
            # Not drawn where a folder or uploads are classified; of another collection its own.
            if "class_prefix" in state and kept.collection == state.collection:
                said["prefix"] = prefix
            store.update(kept.id, name=state.class_name.strip() or name, **said)
        elif said["names"]:
            collection = shared_explorer().database.collection(state.collection)
            made = store.create(name, collection.name, collection.encoder, prefix=prefix, **said)
            state.class_set = made.id
    except VecdbError as error:
        state.class_error = str(error)


def name_by_folders(names: list[str]) -> None:
    """Let the folders' names be the classes: the user has said so."""
    state.class_names = "\n".join(names)
    keep_boxes()


def delete_open() -> None:
    """Hide the classes that are open; a button brings them back."""
    shared_explorer().database.class_sets.update(state.class_set, deleted=True)
    state.class_gone, state.class_set = state.class_set, NEW


def bring_back() -> None:
    """Open the classes that were deleted last."""
    state.class_set = state.pop("class_gone")
    shared_explorer().database.class_sets.update(state.class_set, deleted=False)


def open_file(collection: Collection) -> None:
    """Keep the classes of the uploaded file, and open them."""
    file = state.get(_upload())
    if file is None:
        return
    try:
        state.class_set = keep_file(shared_explorer().database.class_sets, file, collection).id
    except (ClassifierError, VecdbError) as error:
        state.class_error = str(error)
    state.class_files = state.get("class_files", 0) + 1


def draw_files(collection: Collection) -> None:
    """Draw the place for a file of classes, and what takes the open ones away."""
    st.file_uploader(
        "Open saved classes",
        type=["safetensors"],
        key=_upload(),
        on_change=open_file,
        args=[collection],
    )
    if state.class_set:
        st.button("Delete these classes", on_click=delete_open)
    if state.get("class_gone"):
        st.button("Undo the deletion", on_click=bring_back)


def _wanted(found: dict[str, ClassSet], collection: Collection) -> str:
    """Return the id of the classes to open: named by the address or chosen, else the latest."""
    if "class_set" not in state:
        named = st.query_params.get("classes", "")
        if named and named not in found:
            state.class_error = str(UnknownClasses(f"There are no classes {named!r} here."))
        here = [one.id for one in found.values() if one.collection == collection.name]
        return named if named in found else (here or [NEW])[0]
    return state.class_set if state.class_set in found else NEW


def _open_chosen() -> None:
    state.class_set = state.class_choice


def _fill_boxes(kept: ClassSet | None, collection: Collection) -> None:
    """Fill the boxes anew where other classes are open, or another window has changed these."""
    seen = (collection.name, kept.id, kept.updated) if kept else (collection.name, NEW, None)
    prefix = kept.prefix if kept and kept.collection == collection.name else ""
    if state.get("class_seen") == seen and all(box in state for box in BOXES):
        state.setdefault("class_prefix", prefix)
        return
    state.class_seen = seen
    state.class_name = kept.name if kept else ""
    state.class_names = "\n".join(kept.names) if kept else ""
    state.class_templates = "\n".join(kept.templates if kept else TEMPLATES)
    state.class_threshold = kept.threshold if kept else 0.0
    state.class_prefix = prefix


def _upload() -> str:
    """Return the key of the upload; another one is an empty one."""
    return f"class_file_{state.get('class_files', 0)}"
