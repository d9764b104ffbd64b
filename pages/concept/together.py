"""All concepts of a collection on each photo: what several classifiers say, side by side."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from commandline.words import count_things
from explorer.csv_cells import frame_as_csv
from explorer.together import MOST, Together, count_together, list_together
from pages._current import shared_explorer
from pages._likeness import look_for_more
from pages._session import count_photos
from pages._words import escape_markdown, number_names
from pages.grid import photo_grid
from pages.grid.contract import GridEvent, GridTile
from pages.grid.tiles import grid_tiles
from vecdb import Concept

SHOWN = 100
EXPORTED = 20_000
state = st.session_state


def on_event(event: GridEvent) -> None:
    """Show more when the end of the page comes near; look for more like one."""
    if event["type"] == "more":
        state.together_shown = state.get("together_shown", SHOWN) + SHOWN
    elif event["type"] == "like":
        look_for_more(event)


def draw(concepts: list[Concept]) -> None:
    """Draw the photos that some of the concepts accept, each with those that do.

    Args:
        concepts: fitted ones, of any collections.
    """
    of = {name: [c for c in concepts if c.collection == name] for name in names_of(concepts)}
    columns = st.columns([2, 4, 4, 1], vertical_alignment="bottom")
    table = columns[0].selectbox("Collection", list(of), key="together_table")
    chosen = of[table][:MOST]
    collection = shared_explorer().collection(table)
    counted = count_together(collection, chosen)
    counts = {c.id: count for c, count in zip(chosen, counted.each, strict=True)}
    names = name_each(chosen)
    labels = {key: f"{name}: {counts[key]:,}" for key, name in names.items()}
    every = pick(columns[1], "Photos that are all of", labels, "together_every")
    no = pick(columns[2], "and none of", labels, "together_no")
    listed = partial(list_together, collection, chosen, every=every, no=no)
    columns[3].download_button(
        "As CSV",
        lambda: write_csv(listed(limit=EXPORTED)),
        f"{table}-concepts.csv",
        "text/csv",
        on_click="ignore",
        help=f"A column for each concept; the first {EXPORTED:,} photos.",
        width="stretch",
    )
    limit = state.get("together_shown", SHOWN)
    found = listed(limit=limit)
    tiles = grid_tiles(collection, found.ids)
    for row, tile in enumerate(tiles):
        describe(tile, found, row, names)
    photo_grid(
        {
            "mode": "results",
            "key": f"together:{table}:{every}:{no}:{[str(c.updated) for c in chosen]}",
            "title": f"{counted.some:,} of {count_photos(collection.count())} "
            f"{'is' if counted.some == 1 else 'are'} of at least one of "
            f"{name_shown(len(chosen), len(of[table]))}, those of most first",
            "tiles": tiles,
            "more": len(found.ids) == limit,
            "collection": table,
            "note": "" if found.ids else "No photo is all of these and none of those.",
        },
        key="together_grid",
        on_event=on_event,
    )


def name_shown(shown: int, count: int) -> str:
    """Say how many concepts are shown, and of how many where not all are."""
    every = count_things(count, "concept")
    return every if shown == count else f"the latest {shown} of {every}"


def names_of(concepts: list[Concept]) -> list[str]:
    """Return the collections that the concepts are of, the open one first."""
    names = dict.fromkeys(concept.collection for concept in concepts)
    return sorted(names, key=lambda name: name != state.get("collection"))


def pick(
    place: st.delta_generator.DeltaGenerator, label: str, labels: Mapping[str, str], key: str
) -> list[str]:
    """Let concepts be chosen; returns their ids."""
    state[key] = [chosen for chosen in state.get(key, []) if chosen in labels]
    return place.multiselect(
        label, list(labels), key=key, format_func=lambda one: escape_markdown(labels[one])
    )


def name_each(concepts: list[Concept]) -> dict[str, str]:
    """Return a name for each concept, by id, that none of the others has."""
    names = number_names([concept.name for concept in concepts])
    return {concept.id: name for concept, name in zip(concepts, names, strict=True)}


def describe(tile: GridTile, found: Together, row: int, names: Mapping[str, str]) -> None:
    """Write on a tile which concepts accept its photo, and what each of them says."""
    tile["reason"] = ", ".join(names[concept.id] for concept in found.accepted(row))
    scores = zip(found.concepts, found.probabilities[row], strict=True)
    tile["meta"] += [(names[concept.id], f"{score:.2f}") for concept, score in scores]


def write_csv(found: Together) -> bytes:
    """Return a table of ids and probabilities, a column for each concept in its own name."""
    names = name_each(found.concepts).values()
    frame = pd.DataFrame(found.probabilities.round(4), columns=list(names))
    frame.insert(0, "photo_id", found.ids)
    return frame_as_csv(frame)
