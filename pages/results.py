"""Results: the ranked collection above a threshold, and the ways to take it elsewhere."""

from functools import partial
from typing import Any

import streamlit as st

from classifier import to_sql
from explorer.exports import FORMATS, as_classifier, as_zip, matches
from explorer.folding import group_alike
from explorer.rounds import head_of
from pages._likeness import look_for_more
from pages._session import open_concept, shared_explorer
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
        st.error(str(error))


def export(collection: Collection, concept: Concept) -> None:
    """Offer the matches as files. Files are made when they are asked for."""
    head = head_of(concept)
    name = "".join(c if c.isalnum() else "-" for c in concept.name).strip("-").lower() or "concept"

    def table() -> Any:
        return matches(collection, head, concept.threshold)

    for title, (suffix, mime, render) in FORMATS.items():
        st.download_button(
            title,
            partial(lambda render: render(table()), render),
            f"{name}.{suffix}",
            mime,
            on_click="ignore",
            width="stretch",
        )
    st.download_button(
        "Zip of pictures",
        lambda: as_zip(shared_explorer().store, collection, table()),
        f"{name}.zip",
        "application/zip",
        on_click="ignore",
        width="stretch",
    )
    st.download_button(
        "Classifier (.safetensors)",
        lambda: as_classifier(concept, head, shared_explorer().concepts.labels(concept.id)),
        f"{name}.safetensors",
        on_click="ignore",
        width="stretch",
    )
    st.download_button(
        "SQL statement",
        lambda: to_sql(head, collection.name),
        f"{name}.sql",
        "text/plain",
        on_click="ignore",
        width="stretch",
    )


def draw(collection: Collection, concept: Concept) -> None:
    """Draw the ranked matches."""
    columns = st.columns([4, 2, 2], vertical_alignment="bottom")
    state.results_threshold = concept.threshold
    columns[0].slider(
        "Threshold", 0.0, 1.0, step=0.01, key="results_threshold", on_change=on_threshold
    )
    fold = columns[1].toggle("Fold near-duplicates", value=True)
    with columns[2].popover("Export", width="stretch"):
        export(collection, concept)
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


concept = open_concept()
if concept is not None:
    draw(shared_explorer().database.collection(concept.collection), concept)
