"""What is chosen on the map: to look at, to start a concept from, to answer, to take away."""

import numpy as np
import streamlit as st

from classifier import ClassifierError
from explorer.errors import ExplorerError
from explorer.history import read_history
from explorer.mapping.map import Map
from explorer.people import Role
from explorer.query import Query
from pages._current import read_concept, shared_explorer
from pages._likeness import look_for_more
from pages._login import current_person, may
from pages._session import count_photos
from pages._start import start_concept
from pages._words import escape_markdown
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.tiles import grid_tiles
from pages.mapping.contract import MapChoice
from pages.searching.files import Row, describe, offer_files
from vecdb import Concept, VecdbError

SHOWN = 60
EXAMPLES = 100  # photos that a concept starts from
ANSWERED = 5_000  # photos that get one answer at once
EXPORTED = 20_000
WORDS = {1: "yes", -1: "no", 0: "cleared"}
HOW = (
    "Draw around photos with the lasso, or click the name of a group: they are shown here, to "
    "start a concept from, to mark yes or no, to export."
)
state = st.session_state


def draw_chosen(shown: Map, choice: MapChoice) -> None:
    """Draw what is chosen, and what can be done with it; how to choose where nothing is."""
    rows = rows_chosen(shown, choice)
    if not len(rows):
        st.caption("No photo lies in there." if choice else HOW)
        return
    title = f"{count_photos(len(rows))} chosen"
    if "group" in choice:
        title += f": {shown.layout.names[choice['group']]}"
    columns = st.columns([4, 1.5, 1, 1, 1.1, 1], vertical_alignment="center")
    columns[0].markdown(f"**{escape_markdown(title)}**")
    if may(Role.LABEL):
        if columns[1].button("Start a concept", width="stretch", key="map_start"):
            _start(shown, rows)
        _draw_answers(shown, rows, columns[2:4])
    with columns[4].popover("Export", width="stretch"):
        _offer(shown, rows)
    columns[5].button("Clear", on_click=_clear, width="stretch", key="map_clear")
    _draw_note()
    limit = max(SHOWN, state.get("map_shown", 0))
    ids = shown.ids_at(rows[:limit])
    photo_grid(
        {
            "mode": "results",
            "key": f"map:{shown.stamp}:{choice}",
            "title": "",
            "tiles": grid_tiles(shown.collection, ids),
            "more": limit < len(rows),
            "collection": shown.collection.name,
        },
        key="map_grid",
        on_event=_on_event,
    )


def rows_chosen(shown: Map, choice: MapChoice) -> np.ndarray:
    """Return the numbers of the chosen photos."""
    if choice.get("loop"):
        return shown.rows_within(choice["loop"])
    if "group" in choice:
        return shown.rows_of_group(choice["group"])
    return np.array([choice["row"]] if "row" in choice else [], np.int64)


def _clear() -> None:
    state.map_choice, state.map_note = {}, ""


def _on_event(event: GridEvent) -> None:
    if event["type"] == "more":
        state.map_shown = event["shown"] + SHOWN
    elif event["type"] == "like":
        look_for_more(event)


def _start(shown: Map, rows: np.ndarray) -> None:
    """Begin a concept from some of the photos, named as the group that most are of."""
    group = int(np.bincount(shown.groups[rows]).argmax())
    query = Query(photo_ids=shown.ids_at(rows[:EXAMPLES]))
    page = start_concept(query, shown.collection, shown.layout.names[group])
    st.switch_page("train.py", query_params={"concept": page.concept.id})


def _draw_answers(shown: Map, rows: np.ndarray, places: list) -> None:
    """Draw the two buttons that answer for the concept that is open.

    As in the large picture, one that says what all are already clears it.
    """
    concept = read_concept()
    if concept is not None and concept.collection != shown.collection.name:
        concept = None
    ids = shown.ids_at(rows) if len(rows) <= ANSWERED else []
    given = _answers(concept, ids) if concept is not None else set()
    for place, label in zip(places, (1, -1), strict=True):
        pressed = given == {label}
        place.button(
            f"{'✓' if label > 0 else '✕'} {WORDS[label].capitalize()}{': clear' * pressed}",
            key=f"map_{WORDS[label]}",
            type="primary" if pressed else "secondary",
            disabled=concept is None or not ids,
            help=escape_markdown(_explain(concept, ids, pressed)),
            on_click=_answer,
            args=(concept, ids, 0 if pressed else label),
            width="stretch",
        )


def _explain(concept: Concept | None, ids: list[str], pressed: bool) -> str:
    if not ids:
        return f"At most {ANSWERED:,} at once."
    if concept is None:
        return "Open a concept of this collection on Train or Concepts: the answers go there."
    if pressed:
        return f"Takes your answers about them out of the concept '{concept.name}'."
    return f"An answer for each of them in the concept '{concept.name}'."


def _answers(concept: Concept, ids: list[str]) -> set[int]:
    """Return the answers that who is here has given on some photos; 0 is none."""
    own = read_history(shared_explorer().concepts, concept).labels_by(current_person().name)
    return {own.get(photo, 0) for photo in ids}


def _answer(concept: Concept, ids: list[str], label: int) -> None:
    try:
        person = current_person()
        person.check(Role.LABEL)
        shared_explorer().rounds.relabel(concept.id, dict.fromkeys(ids, label), person.name)
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.map_note, state.map_undo = str(error), ""
        return
    what = f"marked {WORDS[label]}" if label else WORDS[label]
    state.map_note = f"{count_photos(len(ids))} {what} in '{concept.name}'."
    state.map_undo = concept.id


def _undo() -> None:
    try:
        current_person().check(Role.LABEL)
        shared_explorer().undo(state.map_undo)
        state.map_note, state.map_undo = "Taken back.", ""
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.map_note, state.map_undo = str(error), ""


def _draw_note() -> None:
    if not state.get("map_note"):
        return
    words, button = st.columns([6, 1], vertical_alignment="center")
    words.markdown(escape_markdown(state.map_note))
    if state.get("map_undo"):
        button.button("Undo", on_click=_undo, key="map_undo_button", width="stretch")


def _offer(shown: Map, rows: np.ndarray) -> None:
    """Offer the chosen photos as files, made when they are asked for."""
    if len(rows) > EXPORTED:
        st.caption(f"{EXPORTED:,} of the {len(rows):,} chosen, drawn at random.")
    offer_files("map", lambda: table_of(shown, rows[:EXPORTED]))


def table_of(shown: Map, rows: np.ndarray) -> list[Row]:
    """Return photos by number with where they lie, their group and what is known of them."""
    places = zip(shown.ids_at(rows), shown.x[rows], shown.y[rows], shown.groups[rows], strict=True)
    found = {
        photo: {
            "x": round(int(x) / 65535, 4),
            "y": round(int(y) / 65535, 4),
            "group": shown.layout.names[group],
        }
        for photo, x, y, group in places
    }
    return describe(shown.collection, found)
