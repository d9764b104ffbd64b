"""Labels: every judged photo of a concept, to look over, change or clear."""

from functools import partial
from typing import cast

import numpy as np
import streamlit as st

from classifier import ClassifierError
from commandline.words import count_things
from explorer.agreement import find_disputed
from explorer.errors import ExplorerError, NothingThere
from explorer.fitting import head_of
from explorer.history import SURE, read_history
from explorer.people import Role
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages._login import current_person, may
from pages.concept import label_files, people
from pages.grid import photo_grid
from pages.grid.contract import GridEvent, Mark
from pages.grid.tiles import grid_tiles
from vecdb import Collection, Concept, Label, VecdbError

SHOWN = 200
NONE = "No labels of this kind yet. They are made on the Train page."
JUDGED_ALL = "You have judged every photo that others have."
ORDERS = ("Disagreements first", "By round, latest first", "By round, first round first")
DIFFERING = "Differing"
SIGNS = {"All": (1, -1), "Yes": (1,), "No": (-1,), DIFFERING: (1, -1)}
state = st.session_state


def on_event(concept_id: str, before: dict[str, Mark], event: GridEvent) -> None:
    """Store what was changed and fit again at once, so that every page agrees.

    Args:
        before: the marks of all photos, also of those that are not shown.
    """
    try:
        if event["type"] in {"finish", "undo", "redo"}:
            current_person().check(Role.LABEL)
        if event["type"] == "finish":
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
    except NothingThere:  # it was deleted, as the navigation tells
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


def describe_reason(row: Label, disputed: dict[str, dict[str, int]], doubtful: list[str]) -> str:
    """Say of a label what is worth knowing first: who differs, that it may be a slip, its round."""
    if row.photo_id in disputed:
        return people.describe_answers(disputed[row.photo_id])
    return SURE if row.photo_id in doubtful else f"round {row.round}"


def draw(collection: Collection, concept: Concept) -> None:
    """Draw the labels of a concept."""
    left, right, middle, end = st.columns([2, 3, 3, 2], vertical_alignment="bottom")
    history = read_history(shared_explorer().concepts, concept)
    disputed = find_disputed(history)
    kinds = [kind for kind in SIGNS if disputed or kind != DIFFERING]
    sign = left.segmented_control("Show", kinds, default="All", required=True)
    order = right.selectbox("Order", ORDERS)
    with end:
        label_files.draw(concept)
    with middle:
        choice = people.choose_person(history)
    people.draw_people(concept, history)
    blind = choice[0] == people.MINE
    rows = people.labels_of(history, choice)
    # Of all photos, also those that are not shown: marks on them are kept, and saved.
    before = {row.photo_id: cast(Mark, 0 if blind else row.label) for row in rows}
    if not blind:
        rows = [row for row in rows if row.label in SIGNS[sign or "All"]]
    if sign == DIFFERING:
        rows = [row for row in rows if row.photo_id in disputed]
    found, vectors = collection.known_vectors([row.photo_id for row in rows])
    scores = np.asarray(head_of(concept).probabilities(vectors) if found else [], float)
    probability = dict(zip(found, scores, strict=True))
    doubtful = shared_explorer().rounds.doubtful(concept)
    if not blind:
        rows = sort_labels(rows, order, probability, doubtful)
    limit = state.get("labels_shown", SHOWN)
    shown = rows[:limit]
    photo_grid(
        {
            "mode": "labels",
            "key": f"labels:{concept.id}:{concept.updated}:{choice}{current_person().mark}",
            "title": count_things(len(rows), "label"),
            "tiles": grid_tiles(
                collection,
                [row.photo_id for row in shown],
                scores=None if blind else [probability.get(r.photo_id, 0.0) for r in shown],
                reasons=None
                if blind
                else [describe_reason(row, disputed, doubtful) for row in shown],
            ),
            "marks": {} if blind else before,
            "undoable": may(Role.LABEL) and bool(history.done),
            "redoable": may(Role.LABEL) and bool(history.undone),
            "more": len(rows) > limit,
            "collection": collection.name,
            "action": "Save changes" if may(Role.LABEL) else "",
            "note": "" if rows else JUDGED_ALL if blind else NONE,
            "error": state.get("labels_error", ""),
        },
        key="labels_grid",
        on_event=partial(on_event, concept.id, before),
    )
    if len(history.people) > 1:
        st.caption("You change your own answers alone; where people differ, the majority counts.")
