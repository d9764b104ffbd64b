"""Results: the ranked collection above a threshold."""

import streamlit as st

from explorer.folding import group_alike
from explorer.people import Role
from explorer.rounds import head_of
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages._login import may
from pages._words import escape_markdown
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.tiles import grid_tiles
from vecdb import Collection, Concept, VecdbError

SHOWN = 100
state = st.session_state


def on_event(event: GridEvent) -> None:
    """Show more when the end of the page comes near; look for more like one."""
    if event["type"] == "more":
        state.results_shown = state.get("results_shown", SHOWN) + SHOWN
    elif event["type"] == "like":
        look_for_more(event)


def on_threshold() -> None:
    """Keep the threshold with the concept."""
    state.results_shown = SHOWN
    try:
        shared_explorer().concepts.update(state.concept_id, threshold=state.results_threshold)
    except VecdbError as error:
        st.error(escape_markdown(error))


def draw(collection: Collection, concept: Concept) -> None:
    """Draw the ranked matches."""
    columns = st.columns([4, 2], vertical_alignment="bottom")
    state.results_threshold = concept.threshold
    columns[0].slider(
        "Threshold", 0.0, 1.0, step=0.01, key="results_threshold", on_change=on_threshold,
        disabled=not may(Role.LABEL),
    )  # fmt: skip
    fold = columns[1].toggle("Fold near-duplicates", value=True)
    head = head_of(concept)
    total = collection.count_above(head, concept.threshold)
    limit = state.get("results_shown", SHOWN)
    found = collection.above(head, concept.threshold, limit=limit)
    ids, scores, notes = found.ids, list(found.scores), [""] * len(found.ids)
    if fold and ids:
        known, vectors = collection.known_vectors(ids)
        groups = group_alike(vectors)
        ids = [known[group[0]] for group in groups]
        notes = [f"+{len(group) - 1} alike" if len(group) > 1 else "" for group in groups]
        at = dict(zip(found.ids, found.scores, strict=True))
        scores = [at[photo] for photo in ids]
    photo_grid(
        {
            "mode": "results",
            "key": f"results:{concept.id}:{concept.updated}:{fold}",
            "title": f"{total:,} of {collection.count():,} photos above {concept.threshold:.2f}",
            "tiles": grid_tiles(collection, ids, scores=scores, reasons=notes),
            "more": limit < total,
            "collection": collection.name,
            "note": "" if ids else "Nothing scores that high: lower the threshold.",
        },
        key="results_grid",
        on_event=on_event,
    )
