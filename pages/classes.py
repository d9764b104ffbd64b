"""Classes: class names become a classifier, shown as sheets, and better with every correction."""

from functools import partial
from typing import Literal

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from classifier import ClassifierError
from classifier.class_file import SavedClasses
from classifier.classes import accuracy
from commandline.words import count_things, describe_error, percent
from encoder import Encoder, EncoderError
from explorer.corrections import (
    NONE,
    Step,
    as_file,
    correct_photos,
    decide_photos,
    fit_classes,
    take_step,
)
from explorer.errors import ExplorerError
from explorer.photo_sets import PhotoSet
from explorer.zeroshot import TEMPLATES, heads_of, truth_of
from pages._boxes import said
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages._session import (
    BY_THEMSELVES,
    choose_collection,
    count_photos,
    encoder_note,
    keep,
    ready_encoder,
    tell_empty,
)
from pages._waiting import compute, place
from pages._words import escape_markdown, isolate
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.sorting import predictions
from pages.sorting.kept import (
    choose_classes,
    draw_upload,
    name_by_folders,
    offer_deletion,
    tell_deleted,
    tie,
)
from pages.sorting.source import choose_source
from pages.sorting.tiles import set_tiles
from pages.sorting.views import confusions, heat_map, per_template, sheets
from vecdb import ClassSet, Collection, VecdbError

VIEWS = ("Sheets", "One class", "Heat map", "Confusion")
SHOWN = 100
MOST_FOLDERS = 200
KEPT = ("kind", "folder", "view", "shown", "target")
MISTAKES = (EncoderError, VecdbError, ClassifierError, ExplorerError, OSError)
state = st.session_state


def on_event(found: PhotoSet, class_set: str, event: GridEvent) -> None:
    """Take the marks of a sheet as corrections: yes is the chosen class, no is not the sheet's."""
    if event["type"] == "like":
        look_for_more(event, found.small.get(event["id"]))
    if event["type"] not in {"finish", "undo", "redo"}:
        return
    store = shared_explorer().database.class_sets
    try:
        kept = store.get(class_set)
        if kept.deleted:
            tell_deleted("Nothing was corrected: undo the deletion first.")
        elif event["type"] == "finish":
            marks = event["marks"]
            said = {p: state.class_target if mark == 1 else NONE for p, mark in marks.items()}
            before = store.corrections(kept.id)
            correct_photos(store, kept, found, said)
            if said:
                steps("done", class_set).append(
                    {p: (before.get(p), name) for p, name in said.items()}
                )
                steps("undone", class_set).clear()
        else:
            back, forth = steps("done", class_set), steps("undone", class_set)
            if event["type"] == "redo":
                back, forth = forth, back
            if back:
                if reverse := take_step(store, kept, back[-1]):
                    forth.append(reverse)
                back.pop()
    except VecdbError as error:
        state.class_error = str(error)


def steps(way: Literal["done", "undone"], class_set: str) -> list[Step]:
    """Return what takes back, or makes again, the corrections of classes in this window."""
    of_each: dict[str, list[Step]] = state.setdefault(f"class_{way}", {})
    return of_each.setdefault(class_set, [])


def set_up(collection: Collection, encoder: Encoder, kept: ClassSet | None) -> PhotoSet | None:
    """Draw what is classified, and the names and templates of the classes that are open."""
    found = choose_source(collection, encoder)
    if kept is not None:
        st.text_input("Name of these classes", placeholder=kept.name, **tie("class_name"))
    st.text_area("Classes, one a line", height=240, **tie("class_names"))
    if found is not None:
        offer_folders(found, kept)
    defaults = "\n".join(TEMPLATES)
    st.text_area("Templates, averaged", height=100, placeholder=defaults, **tie("class_templates"))
    st.slider(
        f"Below this probability: {NONE}",
        0.0,
        1.0,
        step=0.01,
        **tie("class_threshold"),
    )
    if state.get("class_error"):
        st.error(escape_markdown(state.pop("class_error")))
    draw_upload(collection)
    if found is None or kept is None or not kept.names or not kept.templates:
        if found is not None:
            st.caption("Type the names of the classes above, or open kept ones.")
        return None
    return found


def fit(kept: ClassSet, found: PhotoSet, encoder: Encoder) -> SavedClasses:
    """Fit the classes that are open, waiting while their names are encoded."""
    words = f"Encoding the names of the classes. {BY_THEMSELVES}"
    names = kept.names, kept.templates
    compute((encoder.name, *names), partial(heads_of, *names, encoder), words)
    corrections = shared_explorer().database.class_sets.corrections(kept.id)
    return fit_classes(kept, corrections, found, encoder)


def offer_folders(found: PhotoSet, kept: ClassSet | None) -> None:
    """Offer the folders that the photos lie in as classes; nothing is made of them by itself."""
    names = sorted({label for label in found.photos.labels if label})
    if 1 < len(names) <= MOST_FOLDERS and (kept is None or set(names) - set(kept.names)):
        st.button(
            f"Take the {len(names)} folder names or labels as classes",
            key=f"class_folders_{state.class_set}",
            on_click=name_by_folders,
            args=[state.class_set, names],
            help="What the photos' folders, or a column of their table, call them.",
        )


def one_class(found: PhotoSet, classes: SavedClasses, chosen: np.ndarray, sure: np.ndarray) -> None:
    """Draw the sheet of one class, where mistakes are corrected."""
    heads, done = classes.heads, len(classes.corrections)
    names = [*heads.names, NONE]
    for choice in ("class_shown", "class_target"):
        if state.get(choice) not in names:
            state.pop(choice, None)
    counts = {name: int((chosen == (at if name != NONE else -1)).sum())
              for at, name in enumerate(names)}  # fmt: skip
    left, middle, right = st.columns(3)
    # A choice comes back from the browser as its text: counts would change it, the title has them.
    shown = left.selectbox("Class", names, key="class_shown")
    order = middle.selectbox("Order", ("Surest first", "Least sure first"))
    right.selectbox("Photos marked ✓ are really", names, key="class_target")
    at = heads.names.index(shown) if shown in heads.names else -1
    rows = np.flatnonzero(chosen == at)
    rows = rows[np.argsort(sure[rows] if order[0] == "L" else -sure[rows], kind="stable")][:SHOWN]
    ids = [found.photos.ids[row] for row in rows]
    photo_grid(
        {
            "mode": "sheet",
            "key": f"classes:{found.key}:{shown}:{state.class_fitted_at}",
            "title": f"{isolate(shown)}: {count_photos(counts[shown])}",
            "tiles": set_tiles(found, ids, scores=list(sure[rows]), reasons=[""] * len(ids)),
            "collection": state.collection,
            "action": "Correct" if ids else "",
            "undoable": bool(steps("done", state.class_set)),
            "redoable": bool(steps("undone", state.class_set)),
            "note": "" if ids else "No photo was put into this class.",
        },
        key="classes_grid",
        on_event=partial(on_event, found, state.class_set),
    )
    st.caption(
        f"✓ moves a photo to the class chosen at the right, ✕ says it is none of the classes; "
        f"then press Correct and all heads are fitted again. {done} corrected so far; Undo takes "
        "back what was corrected in this window, until it is loaded anew."
    )


def draw(
    collection: Collection, encoder: Encoder, left: DeltaGenerator, right: DeltaGenerator
) -> None:
    """Draw the screen once the encoder is there."""
    above, saving, last = (left.container() for _ in range(3))
    with above:
        kept = choose_classes(collection)
    with last:
        offer_deletion()
    with above:
        found = set_up(collection, encoder, kept)
    if found is None or kept is None:
        return
    with right, place():
        classes = fit(kept, found, encoder)
    threshold, heads = said("class_threshold"), classes.heads
    chosen, sure = decide_photos(classes, found.photos.ids, found.photos.vectors, threshold)
    truth = truth_of(found.photos.labels, heads.names)
    with saving:
        st.download_button(
            "Save these classes", as_file(classes), "classes.safetensors", on_click="ignore"
        )
        predictions.offer(found, classes, threshold)
    with right.container(key="sorted"):
        predictions.draw_notes(found, heads)
        known = int((truth >= 0).sum())
        words = (
            f"{count_photos(len(chosen))} into {count_things(len(heads.names), 'class', 'classes')}"
        )
        if known:
            right_share = percent(accuracy(chosen, truth), 1)
            words += f": {right_share} of {known:,} with a known class are right"
        st.markdown(f"**{words}**")
        if state.get("class_view") not in VIEWS:  # gone while nothing was classified
            state.class_view = VIEWS[0]
        view = st.segmented_control("View", VIEWS, key="class_view", required=True)
        if view == "Sheets":
            sheets(found, heads, chosen, sure)
        elif view == "One class":
            one_class(found, classes, chosen, sure)
        elif view == "Heat map":
            heat_map(found, heads, truth, chosen)
        else:
            confusions(heads, chosen, truth)
            if known:
                per_template(found, heads, encoder, truth)


def main() -> None:
    """Draw the screen."""
    keep(*(f"class_{name}" for name in KEPT))
    left, right = st.columns([5, 14], gap="large")
    with left:
        collection = choose_collection()
    if collection is None:
        tell_empty()
        return
    encoder = ready_encoder(collection)
    if encoder is not None:
        try:
            draw(collection, encoder, left, right)
        except MISTAKES as error:
            st.error(escape_markdown(describe_error(error)))
    st.caption(f"{encoder_note(collection)}.")


main()
