"""Classes: class names become a classifier, shown as sheets, and better with every correction."""

from functools import partial
from typing import Any, cast

import numpy as np
import streamlit as st

from classifier import ClassifierError
from classifier.class_file import SavedClasses
from classifier.classes import accuracy, decide_classes
from encoder import Encoder, EncoderError
from explorer.corrections import NONE, apply_corrections, as_file, from_upload
from explorer.photo_sets import PhotoSet, of_collection, of_folder, of_uploads
from explorer.phrases import lines
from explorer.zeroshot import TEMPLATES, heads_of, truth_of
from pages._likeness import look_for_more
from pages._session import EMPTY, choose_collection, encoder_note, keep, ready_encoder
from pages._words import escape_markdown
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.sorting.tiles import set_tiles
from pages.sorting.views import confusions, heat_map, per_template, photos, sheets
from vecdb import Collection, VecdbError

VIEWS = ("Sheets", "One class", "Heat map", "Confusion")
SOURCES = ("Collection", "Folder", "Uploads")
SHOWN = 100
KEPT = ("kind", "prefix", "folder", "names", "templates", "threshold", "view", "shown", "target")
MISTAKES = (EncoderError, VecdbError, ClassifierError, OSError)
state = st.session_state


def on_event(found: PhotoSet, event: GridEvent) -> None:
    """Take the marks of a sheet as corrections: yes is the chosen class, no is not the sheet's."""
    if event["type"] == "like":
        look_for_more(event, found.small.get(event["id"]))
    if event["type"] != "finish":
        return
    target = state.class_target
    known: dict[str, str] = dict(state.get("class_corrections", {}))
    for photo, mark in event["marks"].items():
        known[photo] = target if mark == 1 else NONE
    state.class_corrections = known
    state.class_turn = state.get("class_turn", 0) + 1


def source(collection: Collection, encoder: Encoder) -> PhotoSet | None:
    """Draw the choice of what is classified and return it; encoded pictures are kept."""
    state.setdefault("class_kind", SOURCES[0])
    kind = st.segmented_control("Classify", SOURCES, key="class_kind", required=True)
    if kind == "Collection":
        prefix = st.text_input("Only ids that start with", key="class_prefix")
        return of_collection(collection, prefix.strip())
    kept = state.get("class_source")
    if kind == "Folder":
        given: Any = st.text_input("Folder on this machine", key="class_folder").strip()
    else:
        given = st.file_uploader(
            "Pictures", accept_multiple_files=True, on_change=state.pop, args=("class_source", None)
        )
        if not given and kept and kept[0][:2] == (kind, encoder.name):
            # Streamlit forgets the files when another page is drawn; their vectors are here.
            st.caption(f"{photos(len(kept[1].photos.ids))} uploaded before; others replace them.")
            return cast(PhotoSet, kept[1])
    if not given:
        st.caption("Nothing to classify yet.")
        return None
    files = given if kind == "Folder" else [file.file_id for file in given]
    wanted = (kind, encoder.name, files)
    if kept is None or kept[0] != wanted:
        with st.spinner("Encoding the pictures"):
            encoded = of_folder(given, encoder) if kind == "Folder" else of_uploads(given, encoder)
        state.class_source = kept = (wanted, encoded)
    for note in kept[1].notes:
        st.caption(note)
    return cast(PhotoSet, kept[1])


def setup(collection: Collection, encoder: Encoder) -> tuple[PhotoSet, SavedClasses, float] | None:
    """Draw the left column: what is classified, the names, the templates, the file."""
    found = source(collection, encoder)
    if found is None:
        return None
    labels = sorted({label for label in found.photos.labels if label})
    if state.get("class_names_of") != found.key:
        state.class_names_of = found.key
        suggested = "\n".join(labels) if 1 < len(labels) <= 200 else ""
        if suggested or state.get("class_names", "") == state.get("class_suggested", ""):
            state.class_names = suggested  # what was typed outlives pictures without labels
        state.class_suggested = suggested
        state.class_corrections = {}
    st.text_area("Classes, one a line", key="class_names", height=240)
    state.setdefault("class_templates", "\n".join(TEMPLATES))
    st.text_area("Templates, averaged", key="class_templates", height=100)
    state.setdefault("class_threshold", 0.0)
    threshold = st.slider(
        f"Below this probability: {NONE}", 0.0, 1.0, step=0.01, key="class_threshold"
    )
    classes = open_saved_classes(encoder) or read_typed_classes(encoder)
    if classes is None:
        st.caption("Type the names of the classes above, or open saved ones.")
        return None
    return found, apply_corrections(classes, found, state.class_corrections), threshold


def read_typed_classes(encoder: Encoder) -> SavedClasses | None:
    """Return classes as the words in the boxes have them; None without any."""
    names, templates = lines(state.class_names), lines(state.class_templates)
    if not names or not templates:
        return None
    return SavedClasses(heads_of(names, templates, encoder), {})


def open_saved_classes(encoder: Encoder) -> SavedClasses | None:
    """Draw the place to open saved classes; return them."""
    file = st.file_uploader("Open saved classes", type=["safetensors"])
    if file is None:
        return None
    saved = from_upload(file, encoder.name)
    st.caption(
        f"{len(saved.heads.names)} classes and {len(saved.corrections)} corrections opened; "
        "the boxes above rest."
    )
    return saved


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
    shown = left.selectbox(
        "Class", names, format_func=lambda name: f"{name} ({counts[name]})", key="class_shown"
    )
    order = middle.selectbox("Order", ("Surest first", "Least sure first"))
    right.selectbox("Photos marked ✓ are really", names, key="class_target")
    at = heads.names.index(shown) if shown in heads.names else -1
    rows = np.flatnonzero(chosen == at)
    rows = rows[np.argsort(sure[rows] if order[0] == "L" else -sure[rows], kind="stable")][:SHOWN]
    ids = [found.photos.ids[row] for row in rows]
    photo_grid(
        {
            "mode": "sheet",
            "key": f"classes:{found.key}:{shown}:{order}:{state.get('class_turn', 0)}:{names}",
            "title": f"{shown}: {photos(counts[shown])}",
            "tiles": set_tiles(found, ids, scores=list(sure[rows]), reasons=[""] * len(ids)),
            "collection": state.collection,
            "action": "Correct" if ids else "",
            "note": "" if ids else "No photo was put into this class.",
        },
        key="classes_grid",
        on_event=partial(on_event, found),
    )
    st.caption(
        f"✓ moves a photo to the class chosen at the right, ✕ says it is none of the classes; "
        f"then press Correct and all heads are fitted again. {done} corrected so far."
    )


def draw(collection: Collection, encoder: Encoder) -> None:
    """Draw the screen once the encoder is there."""
    left, right = st.columns([2, 7], gap="large")
    with left:
        ready = setup(collection, encoder)
    if ready is None:
        return
    found, classes, threshold = ready
    heads = classes.heads
    probabilities = heads.probabilities(found.photos.vectors)
    chosen, sure = decide_classes(probabilities, threshold), probabilities.max(axis=1)
    truth = truth_of(found.photos.labels, heads.names)
    with left:
        st.download_button(
            "Save these classes", as_file(classes), "classes.safetensors", on_click="ignore"
        )
    with right:
        known = int((truth >= 0).sum())
        words = f"{photos(len(chosen))} into {len(heads.names)} classes"
        if known:
            words += f": {accuracy(chosen, truth):.1%} of {known:,} with a known class are right"
        st.markdown(f"**{words}**")
        state.setdefault("class_view", VIEWS[0])
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
    columns = st.columns([2, 7])
    with columns[0]:
        collection = choose_collection()
    if collection is None:
        st.info(EMPTY)
        return
    encoder = ready_encoder(collection)
    if encoder is not None:
        try:
            draw(collection, encoder)
        except MISTAKES as error:
            st.error(escape_markdown(error))
    st.caption(f"{encoder_note(collection)}.")


main()
