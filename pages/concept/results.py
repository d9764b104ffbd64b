"""Results: the ranked collection above a threshold."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from commandline.words import percent
from explorer.fitting import head_of
from explorer.folding import group_alike
from explorer.matches import Count, count_in_parts, count_matches
from explorer.memory import Known
from explorer.people import Role
from pages._boxes import put, said
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages._login import may
from pages._session import count_photos
from pages._words import escape_markdown
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.tiles import grid_tiles
from vecdb import Collection, Concept, Place, VecdbError

SHOWN = 100
state = st.session_state


@dataclass
class Listing:
    """The matches listed so far; the next page begins behind `last`, and `done` means none."""

    key: tuple[str, ...]
    ids: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    vectors: list[np.ndarray] = field(default_factory=list)
    last: Place | None = None
    done: bool = False


def on_event(event: GridEvent) -> None:
    """Show more when the end of the page comes near; look for more like one."""
    if event["type"] == "more":
        state.results_shown = state.get("results_shown", SHOWN) + SHOWN
    elif event["type"] == "like":
        look_for_more(event)


def on_threshold(concept_id: str) -> None:
    """Keep the threshold with the concept."""
    state.results_shown = SHOWN
    try:
        threshold = said(f"results_threshold_{concept_id}")
        shared_explorer().concepts.update(concept_id, threshold=threshold)
    except VecdbError as error:
        st.error(escape_markdown(error))


def list_matches(collection: Collection, concept: Concept, limit: int) -> Listing:
    """Return the first `limit` matches; what was listed before is not asked for again."""
    key = (concept.id, str(concept.updated), str(collection.state()))
    listing: Listing | None = state.get("results_listing")
    if listing is None or listing.key != key:
        listing = state.results_listing = Listing(key)
    while len(listing.ids) < limit and not listing.done:
        wanted = limit - len(listing.ids)
        found = collection.scores.above(
            head_of(concept), concept.threshold, limit=wanted, after=listing.last
        )
        scores = dict(zip(found.ids, found.scores.tolist(), strict=True))
        known, vectors = collection.known_vectors(found.ids)
        listing.ids += known
        listing.scores += [scores[photo] for photo in known]
        listing.vectors += list(vectors)
        listing.last, listing.done = found.last, len(found) < wanted
    return listing


def offer_count(known: Known, concept: Concept) -> Count:
    """Return how many photos match; where that is an estimate, offer to count them all."""
    key = f"results_count:{concept.id}:{concept.updated}:{known.stand.state}"
    count: Count = state.get(key) or count_matches(known, head_of(concept), concept.threshold)
    if count.low == count.high:
        return count
    if not state.get("results_counting"):
        st.button(f"Count all {known.extent.count:,} photos", key="results_count", on_click=_begin)
        return count
    st.button("Stop counting", key="results_stop", on_click=_stop)
    bar, exact = st.progress(0.0), 0
    for share, exact in count_in_parts(known, head_of(concept), concept.threshold):
        bar.progress(share, f"{exact:,} in the first {percent(share)}")
    bar.empty()
    state.results_counting = False
    state[key] = Count(exact, exact, exact)
    st.rerun()


def _begin() -> None:
    state.results_counting = True


def _stop() -> None:
    state.results_counting = False


def draw(collection: Collection, concept: Concept) -> None:
    """Draw the ranked matches."""
    columns = st.columns([4, 2], vertical_alignment="bottom")
    columns[0].slider(
        "Threshold", 0.0, 1.0, step=0.01,
        key=put(f"results_threshold_{concept.id}", concept.threshold),
        on_change=on_threshold, args=[concept.id],
        disabled=not may(Role.LABEL),
    )  # fmt: skip
    fold = columns[1].toggle("Fold near-duplicates", value=True)
    known = shared_explorer().rounds.memory.known(collection.name)
    listing = list_matches(collection, concept, state.get("results_shown", SHOWN))
    ids, scores, notes = listing.ids, listing.scores, [""] * len(listing.ids)
    if fold and ids:
        groups = group_alike(np.asarray(listing.vectors))
        notes = [f"+{len(group) - 1} alike" if len(group) > 1 else "" for group in groups]
        ids = [listing.ids[group[0]] for group in groups]
        scores = [listing.scores[group[0]] for group in groups]
    count = offer_count(known, concept)
    photo_grid(
        {
            "mode": "results",
            "key": f"results:{concept.id}:{concept.updated}:{fold}",
            "title": f"{count.describe()} of {count_photos(collection.count())} above "
            f"{concept.threshold:.2f}",
            "tiles": grid_tiles(collection, ids, scores=scores, reasons=notes),
            "more": not listing.done,
            "collection": collection.name,
            "note": "" if ids else "Nothing scores that high: lower the threshold.",
        },
        key="results_grid",
        on_event=on_event,
    )
