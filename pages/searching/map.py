"""The map: a view of the Search page, where what is searched for is highlighted."""

import time

import streamlit as st

from explorer.addresses import map_url
from explorer.mapping.jobs import MapJob
from explorer.mapping.map import Map
from explorer.people import Role
from explorer.query import Query
from explorer.ranking import rank
from pages._current import listed_concepts, read_concept, shared_explorer
from pages._login import may
from pages._session import count_photos, find_vector
from pages._waiting import LOOK, place
from pages._words import escape_markdown, number_names
from pages.mapping import photo_map
from pages.mapping.contract import MapChoice, MapColour, MapEvent, MapHits
from pages.searching.address import conditions, describe_query, least_similarity
from pages.searching.chosen import draw_chosen
from vecdb import Collection, Filter, Scope

HIGHLIGHTED = 300  # nearest photos of a search, or a twentieth of all where that is fewer
FILTERED = 5_000  # photos that satisfy filters alone
AT_ONCE = 50_000  # photos up to which a map is made without being asked for
COLOURED = 12  # concepts, and sets of classes, to colour by
WAYS = {"group": "Group", "label": "Label", "date": "Date taken"}
ABOUT = (
    "The map puts all photos of a collection on one page, alike ones close together. It is made "
    "once and kept; photos that come later are added to it."
)
state = st.session_state


def draw_map(collection: Collection, query: Query) -> None:
    """Draw the map, what is found upon it, and what is chosen."""
    maps, table = shared_explorer().maps, collection.name
    shown, job = maps.open(table), maps.job(table)
    if shown is None:
        if job is None and collection.count() <= AT_ONCE and may(Role.LABEL):
            job = maps.start(table)
        _draw_making(table, job)
        return
    if shown.unplaced and (job is None or not (job.running or job.error or job.stop.is_set())):
        job = maps.start(table, anew=False)
    choice = _choice(shown)
    with place():
        hits, hint = _find(shown, query, conditions(collection))
    photo_map(
        {
            "stamp": shown.stamp,
            "collection": table,
            "count": len(shown),
            "points": map_url(table, "points"),
            "values": map_url(table, "values"),
            "photos": map_url(table, "photos"),
            "groups": [
                {"name": name, "x": x, "y": y, "count": count}
                for name, x, y, count in zip(
                    shown.layout.names, shown.layout.xs, shown.layout.ys, shown.group_sizes,
                    strict=True,
                )
            ],
            "colours": _colours(shown),
            "hits": hits,
            "hint": hint,
            "choice": choice,
        },
        key="photo_map",
        on_event=_on_event,
    )  # fmt: skip
    draw_chosen(shown, choice)
    _draw_foot(shown, job)


def _on_event(event: MapEvent) -> None:
    state.map_choice, state.map_note = event["choice"], ""
    state.map_shown = 0


def _choice(shown: Map) -> MapChoice:
    """Return what is chosen on this map; numbers of another one choose nothing."""
    if state.get("map_stamp") != shown.stamp:
        kept = state.get("map_choice", {})
        state.map_stamp = shown.stamp
        state.map_choice = {"loop": kept["loop"]} if kept.get("loop") else {}
        if state.get("map_table") != shown.collection.name:
            state.map_choice, state.map_table = {}, shown.collection.name
    chosen: MapChoice = state.map_choice
    return chosen


def _find(shown: Map, query: Query, where: Filter | None) -> tuple[MapHits, str]:
    """Return what is highlighted, and the words about it."""
    collection = shown.collection
    if query:
        vector = find_vector(query, collection)
        if vector is None:
            return {"rows": [], "x": [], "y": []}, ""
        most = min(HIGHLIGHTED, max(20, len(shown) // 20))
        ids = rank(collection, vector, most, where=where, threshold=least_similarity(), shown=0).ids
        what = f"The {count_photos(len(ids))} nearest to {describe_query(query)} stand out"
    elif where is not None:
        ids = collection.sample(FILTERED, Scope(where=where), seed=0).ids
        first = "Some of those" if len(ids) == FILTERED else "Those"
        what = f"{first} that satisfy the filters stand out: {count_photos(len(ids))}"
    else:
        return {"rows": [], "x": [], "y": []}, ""
    what = what if ids else "No photo satisfies all of this: loosen a filter"
    rows = shown.rows_of(ids)
    places = {"x": shown.x[rows].tolist(), "y": shown.y[rows].tolist()}
    return {"rows": rows.tolist(), "x": places["x"], "y": places["y"]}, f"{what}."


def _colours(shown: Map) -> list[MapColour]:
    """Return what photos can be coloured by: what is known of them, concepts, kept classes."""
    collection, table = shown.collection, shown.collection.name
    ways: list[MapColour] = [
        {"by": by, "name": WAYS[by]} for by in shared_explorer().maps.colours.choices(shown)
    ]
    opened = read_concept()
    own = [concept for concept, _ in listed_concepts().values() if concept.collection == table]
    own.sort(key=lambda concept: opened is None or concept.id != opened.id)
    names = number_names([concept.name for concept in own[:COLOURED]])
    for concept, name in zip(own, names, strict=False):
        ways.append({"by": f"probability:{concept.id}", "name": f"Probability: {name}"})
        ways.append({"by": f"answers:{concept.id}", "name": f"Answers: {name}"})
    kept = shared_explorer().database.class_sets.list(collection.encoder)
    for one in [one for one in kept if one.collection == collection.name][:COLOURED]:
        ways.append({"by": f"class:{one.id}", "name": f"Class: {one.name}"})
    return ways


def _make(table: str) -> None:
    shared_explorer().maps.start(table)


def _draw_making(table: str, job: MapJob | None) -> None:
    st.info(ABOUT)
    if job is not None and job.running:
        _follow(job)
        return
    if job is not None and job.error:
        st.error(escape_markdown(job.error))
    if may(Role.LABEL):
        st.button("Make the map", type="primary", on_click=_make, args=(table,))


def _draw_foot(shown: Map, job: MapJob | None) -> None:
    """Say how old the map is; let it be made anew."""
    table = shown.collection.name
    if job is not None and job.running:
        _follow(job)
        return
    if job is not None and job.error:
        st.error(escape_markdown(job.error))
    words, button = st.columns([6, 1.4], vertical_alignment="center")
    left = f" {count_photos(shown.unplaced)} not on it yet." if shown.unplaced else ""
    words.caption(f"This map was made on {shown.layout.made:%-d %b %Y, %H:%M} UTC.{left}")
    if may(Role.LABEL):
        button.button("Make it anew", on_click=_make, args=(table,), width="stretch")


def _follow(job: MapJob) -> None:
    """Show how far a job is until it ends; then draw what it made."""
    words, button = st.columns([6, 1.4], vertical_alignment="center")
    line = words.empty()
    button.button("Stop", on_click=job.stop.set, key="map_stop", width="stretch")
    while job.running:
        line.progress(min(job.fraction, 1.0), text=escape_markdown(f"{job.words} …"))
        time.sleep(LOOK)
    st.rerun()
