"""New: the matches that were ingested since somebody last looked at them."""

import streamlit as st

from explorer.news import last_seen, mark_seen, read_new_matches
from explorer.people import Role
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages._login import may
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.tiles import grid_tiles
from vecdb import Collection, Concept, VecdbError

SHOWN = 500
state = st.session_state


def on_event(event: GridEvent) -> None:
    """Look for more like one."""
    if event["type"] == "like":
        look_for_more(event)


def draw(collection: Collection, concept: Concept) -> None:
    """Draw what is new, and keep that it was looked at; it stays here until newer ones come."""
    looked = state.setdefault("news", {})
    fresh = read_new_matches(shared_explorer(), concept, limit=SHOWN)
    if fresh.count or concept.id not in looked:
        looked[concept.id] = fresh
        if may(Role.LABEL):
            mark_seen(shared_explorer(), concept.id, fresh.until)
    found = looked[concept.id]
    since = f"{found.since:%-d %b %Y, %H:%M} UTC"
    ids = list(found.matches.ids)
    more = f", the likeliest {len(ids):,}" if found.count > len(ids) else ""
    photo_grid(
        {
            "mode": "results",
            "key": f"new:{concept.id}:{found.until}",
            "title": f"{found.count:,} new matches since {since}{more}",
            "tiles": grid_tiles(collection, ids, scores=[float(s) for s in found.matches.scores]),
            "more": False,
            "collection": collection.name,
            "note": ""
            if ids
            else "Photos that are ingested from now on, and pass the threshold, are shown here.",
        },
        key="new_grid",
        on_event=on_event,
    )


def describe_new(concept: Concept) -> str:
    """Say how many new matches a concept has, for its line in the list; empty without any."""
    if not len(concept.weights):
        return ""
    try:
        concepts = shared_explorer().concepts
        count = concepts.new_matches(concept.id, last_seen(concept), limit=1)[1]
    except VecdbError:
        return ""  # the concept says so when it is opened
    return f", {count:,} new" if count else ""
