"""Own labels: what the photos came labelled with, held against the concept."""

import streamlit as st

from explorer.errors import NothingThere
from explorer.truth import SIDES, choose_label, compare_with_labels
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.tiles import grid_tiles
from vecdb import Collection, Concept

SHOWN = 200
WORDS = {"both": "All", "above": "Match without the label", "below": "Label without a match"}
state = st.session_state


def on_event(event: GridEvent) -> None:
    """Show more when the end of the page comes near; look for more like one."""
    if event["type"] == "more":
        state.truth_shown = state.get("truth_shown", SHOWN) + SHOWN
    elif event["type"] == "like":
        look_for_more(event)


def draw(collection: Collection, concept: Concept) -> None:
    """Draw how far a concept and a label agree, and the photos where they differ."""
    labels = shared_explorer().database.truth.labels(collection.name)
    if not labels:
        st.info("The photos of this collection came without labels: there is nothing to compare.")
        return
    names = list(labels)
    left, right = st.columns([3, 4], vertical_alignment="bottom")
    chosen = left.selectbox(
        "Label that the photos came with",
        names,
        index=_guess(concept, names),
        format_func=lambda name: f"{name} ({labels[name]:,})",
        placeholder="choose one",
        key=f"truth_label_{concept.id}",
    )
    side = right.segmented_control(
        "Differences", list(SIDES), default="both", format_func=WORDS.__getitem__, required=True
    )
    if chosen is None:
        st.caption("No label is called like the concept: choose one.")
        return
    limit = state.get("truth_shown", SHOWN)
    found = compare_with_labels(
        shared_explorer(), concept, chosen, side=side or "both", limit=limit
    )
    agreement = found.agreement
    columns = st.columns(4)
    for column, (title, share) in zip(
        columns[:2],
        (("Precision", agreement.precision), ("Recall", agreement.recall)),
        strict=True,
    ):
        column.metric(title, "unknown" if share is None else f"{share:.3f}")
    columns[2].metric("Match without the label", f"{agreement.above:,}")
    columns[3].metric("Label without a match", f"{agreement.below:,}")
    st.caption(
        f"On the {agreement.labelled:,} photos that came with a label, at threshold "
        f"{concept.threshold:.2f}. First come the photos whose score is farthest on the other "
        "side: there the label or the concept is likeliest wrong."
    )
    photo_grid(
        {
            "mode": "results",
            "key": f"truth:{concept.id}:{concept.updated}:{chosen}:{side}",
            "title": f"{_count(agreement.above, agreement.below, side):,} differences",
            "tiles": grid_tiles(
                collection,
                [one.id for one in found.differences],
                scores=[one.score for one in found.differences],
                reasons=[one.label for one in found.differences],
            ),
            "more": len(found.differences) == limit,
            "collection": collection.name,
            "note": "" if found.differences else "They agree on every photo.",
        },
        key="truth_grid",
        on_event=on_event,
    )


def _guess(concept: Concept, names: list[str]) -> int | None:
    try:
        return names.index(choose_label(concept, names))
    except NothingThere:
        return None


def _count(above: int, below: int, side: str | None) -> int:
    return {"above": above, "below": below}.get(side or "both", above + below)
