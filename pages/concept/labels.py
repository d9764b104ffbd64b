"""Labels: every judged photo of a concept, to look over, change or clear."""

import numpy as np
import streamlit as st

from classifier import ClassifierError
from explorer.errors import ExplorerError
from explorer.history import SURE
from explorer.people import Role
from explorer.rounds import head_of
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages._login import current_person, may
from pages.concept import label_files
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.tiles import grid_tiles
from vecdb import Collection, Concept, Label, VecdbError

SHOWN = 200
ORDERS = ("Disagreements first", "By round, latest first", "By round, first round first")
SIGNS = {"All": (1, -1), "Yes": (1,), "No": (-1,)}
state = st.session_state


def on_event(event: GridEvent) -> None:
    """Store what was changed and fit again at once, so that every page agrees."""
    concept_id = state.concept_id
    try:
        if event["type"] in {"finish", "undo", "redo"}:
            current_person().check(Role.LABEL)
        if event["type"] == "finish":
            before = state.labels_before
            marks = event["marks"]
            changed = {p: marks.get(p, 0) for p in before if marks.get(p, 0) != before[p]}
            if changed:
                shared_explorer().rounds.relabel(concept_id, changed, current_person().name)
        elif event["type"] in {"undo", "redo"}:
            getattr(shared_explorer().rounds, event["type"])(concept_id)
        elif event["type"] == "more":
            state.labels_shown = event["shown"] + SHOWN
        elif event["type"] == "like":
            look_for_more(event)
        state.labels_error = ""
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.labels_error = str(error)


def sort_labels(
    rows: list[Label], order: str, probability: dict[str, float], doubtful: list[str]
) -> list[Label]:
    """Sort the labels: what looks like a slip first, then what the classifier disputes most."""
    if order == ORDERS[0]:
        wrong = {
            row.photo_id: probability.get(row.photo_id, 0.5) * -row.label + (row.label == 1)
            for row in rows
        }
        first = {photo: place for place, photo in enumerate(doubtful)}
        return sorted(
            rows, key=lambda row: (first.get(row.photo_id, len(first)), -wrong[row.photo_id])
        )
    return sorted(rows, key=lambda row: row.round, reverse=order == ORDERS[1])


def draw(collection: Collection, concept: Concept) -> None:
    """Draw the labels of a concept."""
    left, right, middle, end = st.columns([2, 3, 3, 2], vertical_alignment="bottom")
    sign = left.segmented_control("Show", list(SIGNS), default="All", required=True)
    order = right.selectbox("Order", ORDERS)
    with end:
        label_files.draw(concept)
    rows = [row for row in shared_explorer().concepts.labels(concept.id) if row.label]
    people = sorted({row.by for row in rows})
    if len(people) > 1:
        names = ["Everybody", *people]
        person = middle.selectbox("By", names, format_func=lambda name: name or "without a name")
        rows = [row for row in rows if person in (names[0], row.by)]
    rows = [row for row in rows if row.label in SIGNS[sign or "All"]]
    if not rows:
        st.info("No labels of this kind yet. They are made on the **Train** page.")
        return
    found, vectors = collection.known_vectors([row.photo_id for row in rows])
    scores = head_of(concept).probabilities(vectors)
    probability = dict(zip(found, np.asarray(scores, float), strict=True))
    doubtful = shared_explorer().rounds.doubtful(concept)
    rows = sort_labels(rows, order, probability, doubtful)
    limit = state.get("labels_shown", SHOWN)
    shown = rows[:limit]
    state.labels_before = {row.photo_id: row.label for row in shown}
    photo_grid(
        {
            "mode": "labels",
            "key": f"labels:{concept.id}:{concept.updated}:{sign}:{order}",
            "title": f"{len(rows)} labels",
            "tiles": grid_tiles(
                collection,
                [row.photo_id for row in shown],
                scores=[probability.get(row.photo_id, 0.0) for row in shown],
                reasons=[
                    SURE if row.photo_id in doubtful else f"round {row.round}" for row in shown
                ],
            ),
            "marks": state.labels_before,
            "undoable": may(Role.LABEL),
            "redoable": may(Role.LABEL),
            "more": len(rows) > limit,
            "collection": collection.name,
            "action": "Save changes" if may(Role.LABEL) else "",
            "error": state.get("labels_error", ""),
        },
        key="labels_grid",
        on_event=on_event,
    )
