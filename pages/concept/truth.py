"""Own labels: what the photos came labelled with, held against the concept."""

import streamlit as st

from commandline.words import count_things
from explorer.errors import NothingThere
from explorer.truth import SIDES, choose_label, compare_with_labels
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages._session import count_photos
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.tiles import grid_tiles
from vecdb import Collection, Concept
from vecdb.truth import Agreement

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
    label, side = choose(concept, list(labels))
    if label is None:
        st.caption("No label is called like the concept: choose one.")
        return
    limit = state.get("truth_shown", SHOWN)
    found = compare_with_labels(shared_explorer(), concept, label, side=side, limit=limit)
    draw_figures(concept, found.agreement)
    counts = {"above": found.agreement.above, "below": found.agreement.below}
    photo_grid(
        {
            "mode": "results",
            "key": f"truth:{concept.id}:{concept.updated}:{label}:{side}",
            "title": count_things(counts.get(side, sum(counts.values())), "difference"),
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


def choose(concept: Concept, labels: list[str]) -> tuple[str | None, str]:
    """Draw the choice of a label, at first the concept's, and of the side that is shown."""
    left, right = st.columns([3, 4], vertical_alignment="bottom")
    label = left.selectbox(
        "Label that the photos came with",
        labels,
        index=_guess(concept, labels),
        placeholder="choose one",
        key=f"truth_label_{concept.id}",
    )
    side = right.segmented_control(
        "Differences", list(SIDES), default="both", format_func=WORDS.__getitem__, required=True
    )
    return label, side or "both"


def draw_figures(concept: Concept, found: Agreement) -> None:
    """Draw how far they agree, and on which photos."""
    shares = {"Precision": found.precision, "Recall": found.recall}
    counts = {WORDS["above"]: found.above, WORDS["below"]: found.below}
    figures = {name: "unknown" if v is None else f"{v:.3f}" for name, v in shares.items()}
    figures |= {name: f"{count:,}" for name, count in counts.items()}
    for column, (name, figure) in zip(st.columns(4), figures.items(), strict=True):
        column.metric(name, figure)
    st.caption(
        f"On the {count_photos(found.labelled)} that came with a label, at threshold "
        f"{concept.threshold:.2f}. First come the photos whose score is farthest on the other "
        "side: there the label or the concept is likeliest wrong."
    )


def _guess(concept: Concept, names: list[str]) -> int | None:
    try:
        return names.index(choose_label(concept, names))
    except NothingThere:
        return None
