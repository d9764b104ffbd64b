"""Classes: class names become a classifier, shown as sheets, and better with every correction."""

import html
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from classifier import ClassifierError
from classifier.classes import (
    ClassHeads,
    accuracy,
    confusion,
    decided,
    load_classes,
    refitted,
    save_classes,
)
from classifier.zeroshot import TEMPLATES, heads_of, truth_of
from encoder import Encoder, EncoderError
from pages._likeness import look_for_more
from pages._session import EMPTY, choose_collection, encoder_note, ready_encoder
from pages._sources import Source, of_collection, of_folder, of_uploads
from pages.grid import photo_grid
from vecdb import Collection, VecdbError

NONE = "none of these"
VIEWS = ("Sheets", "One class", "Heat map", "Confusion")
SOURCES = ("Collection", "Folder", "Uploads")
STRIP = 12
SHOWN = 100
OTHERS = 500
EXAMPLES = 2
MISTAKES = (EncoderError, VecdbError, ClassifierError, OSError)
state = st.session_state


def on_event(found: Source, event: dict[str, Any]) -> None:
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


def source(collection: Collection, encoder: Encoder) -> Source | None:
    """Draw the choice of what is classified and return it; encoded pictures are kept."""
    kind = st.segmented_control("Classify", SOURCES, default=SOURCES[0], required=True)
    if kind == "Collection":
        prefix = st.text_input("Only ids that start with", key="class_prefix")
        return of_collection(collection, prefix.strip())
    if kind == "Folder":
        folder = st.text_input("Folder on this machine", key="class_folder").strip()
        given: Any = folder
    else:
        given = st.file_uploader("Pictures", accept_multiple_files=True)
    if not given:
        st.caption("Nothing to classify yet.")
        return None
    name = given if kind == "Folder" else str([file.file_id for file in given])
    if state.get("class_source", ("",))[0] != name:
        with st.spinner("Encoding the pictures"):
            encoded = of_folder(given, encoder) if kind == "Folder" else of_uploads(given, encoder)
        state.class_source = (name, encoded)
    found: Source = state.class_source[1]
    return found


def lines(text: str) -> list[str]:
    """Return the lines that are not empty, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def setup(collection: Collection, encoder: Encoder) -> tuple[Source, ClassHeads, float] | None:
    """Draw the left column: what is classified, the names, the templates, the file."""
    found = source(collection, encoder)
    if found is None:
        return None
    labels = sorted({label for label in found.photos.labels if label})
    if state.get("class_names_of") != found.key:
        state.class_names_of = found.key
        state.class_names = "\n".join(labels) if 1 < len(labels) <= 200 else ""
        state.class_corrections = {}
    st.text_area("Classes, one a line", key="class_names", height=240)
    state.setdefault("class_templates", "\n".join(TEMPLATES))
    st.text_area("Templates, averaged", key="class_templates", height=100)
    threshold = st.slider(f"Below this probability: {NONE}", 0.0, 1.0, 0.0, 0.01)
    names, templates = lines(state.class_names), lines(state.class_templates)
    if not names or not templates:
        st.caption("Type the names of the classes above.")
        return None
    heads = opened(encoder) or heads_of(names, templates, encoder)
    return found, corrected(heads, found), threshold


def opened(encoder: Encoder) -> ClassHeads | None:
    """Draw the place to open saved classes; return them."""
    file = st.file_uploader("Open saved classes", type=["safetensors"])
    if file is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file.name
        path.write_bytes(file.getvalue())
        return load_classes(path, encoder=encoder.name)


def corrected(heads: ClassHeads, found: Source) -> ClassHeads:
    """Fit the heads to the corrections made on this page, if there are any."""
    at = {photo: row for row, photo in enumerate(found.photos.ids)}
    known = {
        photo: name
        for photo, name in state.get("class_corrections", {}).items()
        if photo in at and (name in heads.names or name == NONE)
    }
    if not known:
        return heads
    rows = [at[photo] for photo in known]
    truth = truth_of(list(known.values()), heads.names)
    others = np.setdiff1d(np.arange(len(at)), rows)[:OTHERS]
    return refitted(heads, found.photos.vectors[rows], truth, found.photos.vectors[others])


def saved(heads: ClassHeads) -> bytes:
    """Return the classes as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classes.safetensors"
        save_classes(path, heads)
        return path.read_bytes()


def sheets(found: Source, heads: ClassHeads, chosen: np.ndarray, sure: np.ndarray) -> None:
    """Draw a strip for each class, the surest first."""
    for at in [*range(len(heads.names)), -1]:
        rows = np.flatnonzero(chosen == at)
        if at == -1 and not len(rows):
            continue
        rows = rows[np.argsort(-sure[rows], kind="stable")]
        name = heads.names[at] if at >= 0 else NONE
        pictures = "".join(
            f'<img src="{html.escape(tile["src"], quote=True)}" alt="" '
            f'title="{html.escape(tile["caption"], quote=True)}" '
            'style="width:84px;height:84px;object-fit:cover;border-radius:3px">'
            for tile in found.tiles([found.photos.ids[row] for row in rows[:STRIP]])
        )
        mean = f", mean probability {sure[rows].mean():.2f}" if len(rows) else ""
        safe = html.escape(name, quote=True)
        st.html(
            f'<div data-class="{safe}"><strong>{safe}</strong> {len(rows):,} photos{mean}'
            f'<div style="display:flex;gap:4px;overflow:hidden">{pictures}</div></div>'
        )


def one_class(found: Source, heads: ClassHeads, chosen: np.ndarray, sure: np.ndarray) -> None:
    """Draw the sheet of one class, where mistakes are corrected."""
    names = [*heads.names, NONE]
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
    done = len(state.get("class_corrections", {}))
    photo_grid(
        {
            "mode": "results",
            "key": f"classes:{found.key}:{shown}:{order}:{done}:{state.class_names}",
            "title": f"{shown}: {counts[shown]:,} photos",
            "tiles": found.tiles(ids, scores=list(sure[rows]), reasons=[""] * len(ids)),
            "judging": True,
            "like": state.collection,
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


def heat_map(found: Source, heads: ClassHeads, truth: np.ndarray, chosen: np.ndarray) -> None:
    """Draw the cosines of example photos with the classes' words."""
    groups = truth if (truth >= 0).any() else chosen
    rows = [
        row for at in range(len(heads.names)) for row in np.flatnonzero(groups == at)[:EXAMPLES]
    ]
    cosines = heads.cosines(found.photos.vectors[rows])
    frame = pd.DataFrame(
        [
            {"photo": f"{heads.names[groups[row]]} {n % EXAMPLES + 1}", "class": name,
             "cosine": cosines[n, at]}
            for n, row in enumerate(rows) for at, name in enumerate(heads.names)
        ]
    )  # fmt: skip
    order = list(dict.fromkeys(frame["photo"])) if len(frame) else []
    chart = (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            alt.X("class:N", sort=list(heads.names), title="class, in words"),
            alt.Y("photo:N", sort=order, title="example photos"),
            alt.Color("cosine:Q", scale=alt.Scale(scheme="greys")),
            tooltip=["photo", "class", alt.Tooltip("cosine:Q", format=".3f")],
        )
    )
    st.altair_chart(chart, width="stretch")


def confusions(heads: ClassHeads, chosen: np.ndarray, truth: np.ndarray) -> None:
    """Draw the table of true against chosen classes."""
    if not (truth >= 0).any():
        st.info("The true classes of these pictures are not known, so nothing can be counted.")
        return
    table = confusion(chosen, truth, len(heads.names))
    frame = pd.DataFrame(table, index=list(heads.names), columns=[*heads.names, NONE])
    st.caption("Rows: the true class. Columns: the class that was chosen.")
    st.dataframe(frame, height=38 * (len(frame) + 1))


def per_template(found: Source, heads: ClassHeads, encoder: Encoder, truth: np.ndarray) -> None:
    """Draw the accuracy that each template reaches by itself."""
    rows = []
    for template in heads.templates:
        alone = heads_of(heads.names, [template], encoder).probabilities(found.photos.vectors)
        rows.append({"template": template, "accuracy": accuracy(decided(alone, 0), truth)})
    frame = pd.DataFrame(rows)
    frame["accuracy"] = frame["accuracy"].map("{:.1%}".format)
    st.dataframe(frame, hide_index=True)


def draw(collection: Collection, encoder: Encoder) -> None:
    """Draw the screen once the encoder is there."""
    left, right = st.columns([2, 7], gap="large")
    with left:
        ready = setup(collection, encoder)
    if ready is None:
        return
    found, heads, threshold = ready
    probabilities = heads.probabilities(found.photos.vectors)
    chosen, sure = decided(probabilities, threshold), probabilities.max(axis=1)
    truth = truth_of(found.photos.labels, heads.names)
    with left:
        st.download_button(
            "Save these classes", saved(heads), "classes.safetensors", on_click="ignore"
        )
    with right:
        known = int((truth >= 0).sum())
        words = f"{len(chosen):,} photos into {len(heads.names)} classes"
        if known:
            words += f": {accuracy(chosen, truth):.1%} of {known:,} with a known class are right"
        st.markdown(f"**{words}**")
        view = st.segmented_control("View", VIEWS, default=VIEWS[0], required=True)
        if view == "Sheets":
            sheets(found, heads, chosen, sure)
        elif view == "One class":
            one_class(found, heads, chosen, sure)
        elif view == "Heat map":
            heat_map(found, heads, truth, chosen)
        else:
            confusions(heads, chosen, truth)
            if known:
                per_template(found, heads, encoder, truth)


def main() -> None:
    """Draw the screen."""
    columns = st.columns([2, 7])
    with columns[0]:
        collection = choose_collection()
    if collection is None:
        st.info(EMPTY)
        return
    encoder = ready_encoder(collection.encoder)
    if encoder is not None:
        try:
            draw(collection, encoder)
        except MISTAKES as error:
            st.error(str(error))
    st.caption(f"{encoder_note(collection)}.")


main()
