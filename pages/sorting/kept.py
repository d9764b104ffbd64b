"""The classes that are open: kept in the database with every change, and opened again from it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from classifier import ClassifierError
from commandline.words import describe_error
from explorer.corrections import keep_file, name_classes, name_each
from explorer.phrases import lines
from explorer.zeroshot import TEMPLATES
from pages._boxes import box, fill, hear, put, said
from pages._current import shared_explorer
from vecdb import ClassSet, Collection, VecdbError
from vecdb.errors import UnknownClasses

NEW = ""
BOXES = ("class_name", "class_names", "class_templates", "class_threshold", "class_prefix")
MADE_UP = ("class_name", "class_templates")  # where nothing is typed
GONE = "These classes were deleted, here or in another window."
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
    st.selectbox(
        "Classes",
        list(names),
        format_func=lambda one: names.get(one, one),
        key=put("class_choice", state.class_set, names),
        on_change=_open_chosen,
        disabled=not found,
    )
    return kept


def tie(name: str) -> dict[str, Any]:
    """Return the arguments of a widget that says something of the classes that are open."""
    return {"key": box(name), "on_change": keep_boxes, "args": [state.class_set]}


def keep_boxes(class_set: str) -> None:
    """Keep what the boxes say with the classes they are of, or as new ones once any is named."""
    if class_set != state.class_set:
        return  # the boxes are of others by now
    hear(*BOXES)
    state.class_failed = None
    changes: dict[str, Any] = {
        "names": lines(said("class_names")),
        "templates": lines(said("class_templates")) or list(TEMPLATES),
        "threshold": said("class_threshold"),
    }
    store = shared_explorer().database.class_sets
    name = said("class_name", "").strip() or name_classes(changes["names"])
    try:
        kept = store.get(class_set) if class_set else None
        if kept is not None and kept.deleted:
            tell_deleted("What you typed is kept as new ones." if changes["names"] else "")
            kept = None
        if kept is not None:
            # Not drawn where a folder or uploads are classified; of another collection its own.
            if box("class_prefix") in state and kept.collection == state.collection:
                changes["prefix"] = said("class_prefix")
            store.update(kept.id, name=name, **changes)
        elif changes["names"]:
            collection = shared_explorer().database.collection(state.collection)
            changes["prefix"] = said("class_prefix", "")
            made = store.create(name, collection.name, collection.encoder, **changes)
            state.class_set = made.id
    except VecdbError as error:
        state.class_error, state.class_failed = str(error), class_set


def tell_deleted(effect: str) -> None:
    """Say that the classes that are open were deleted, and what that means; offer them back."""
    state.class_error = f"{GONE} {effect}".strip()
    state.class_gone = state.class_set


def name_by_folders(class_set: str, names: list[str]) -> None:
    """Let the folders' names be the classes: the user has said so."""
    if class_set == state.class_set:
        put("class_names", "\n".join(names))
        keep_boxes(class_set)


def _delete(class_set: str) -> None:
    """Hide classes, and close them; a button brings them back."""
    shared_explorer().database.class_sets.update(class_set, deleted=True)
    state.class_gone = class_set
    if state.class_set == class_set:
        state.class_set = NEW


def _bring_back(class_set: str) -> None:
    """Open classes that were deleted."""
    shared_explorer().database.class_sets.update(class_set, deleted=False)
    state.class_set = class_set
    state.class_gone = None


def open_file(collection: Collection) -> None:
    """Keep the classes of the uploaded file, and open them."""
    file = state.get(_upload())
    if file is None:
        return
    try:
        state.class_set = keep_file(shared_explorer().database.class_sets, file, collection).id
    except (ClassifierError, VecdbError, OSError) as error:
        state.class_error = describe_error(error)
    state.class_files = state.get("class_files", 0) + 1


def draw_upload(collection: Collection) -> None:
    """Draw the place for a file of classes."""
    st.file_uploader(
        "Open saved classes",
        type=["safetensors"],
        key=_upload(),
        on_change=open_file,
        args=[collection],
    )


def offer_deletion() -> None:
    """Draw what takes the open classes away, and what brings the last ones back."""
    if state.class_set:
        _offer("Delete these classes", _delete, state.class_set)
    if gone := state.get("class_gone"):
        _offer("Undo the deletion", _bring_back, gone)


def _offer(title: str, do: Callable[[str], None], class_set: str) -> None:
    """Draw a button whose press, however late, is about the classes that it was drawn for."""
    st.button(title, key=f"{do.__name__}_{class_set}", on_click=do, args=[class_set])


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
    state.class_set = said("class_choice")


def _fill_boxes(kept: ClassSet | None, collection: Collection) -> None:
    """Let the boxes show what is kept; what is typed for new classes stays while they are open.

    So does what could not be kept, until it is.
    """
    opened = (collection.name, state.class_set)
    shown = {
        "class_name": kept.name if kept else "",
        "class_names": "\n".join(kept.names if kept else []),
        "class_templates": "\n".join(kept.templates if kept else TEMPLATES),
        "class_threshold": kept.threshold if kept else 0.0,
        "class_prefix": kept.prefix if kept and kept.collection == collection.name else "",
    }
    for name, value in shown.items():
        is_kept = (
            kept is not None
            and kept.id != state.get("class_failed")
            and (name != "class_prefix" or kept.collection == collection.name)
        )
        if state.get("class_opened") == opened and is_kept and name in MADE_UP:
            fill(name, str(value))
        elif is_kept or state.get("class_opened") != opened or box(name) not in state:
            put(name, value)
    state.class_opened, state.class_fitted_at = opened, kept and kept.updated


def _upload() -> str:
    """Return the key of the upload; another one is an empty one."""
    return f"class_file_{state.get('class_files', 0)}"
