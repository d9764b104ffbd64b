"""Keywords: the concept's name in sidecars beside its photos' files, and back."""

import streamlit as st

from explorer.errors import ExplorerError
from explorer.keywords import (
    describe_undone,
    describe_written,
    latest_journal,
    undo_keywords,
    write_keywords,
)
from explorer.places import Places
from pages._current import shared_explorer
from pages.adding.browser import app_places
from vecdb import Concept, VecdbError

state = st.session_state


def draw(concept: Concept) -> None:
    """Offer to write the keyword, and to take it back."""
    st.text_input(
        "Keyword",
        concept.name,
        key=f"keyword_{concept.id}",
        help="A path such as Buildings|House is kept as one; a word goes below “Concepts”.",
    )
    left, right = st.columns(2)
    left.button("Write keywords", on_click=write, args=[concept, app_places()])
    right.button(
        "Take them back",
        on_click=take_back,
        args=[concept],
        disabled=latest_journal(shared_explorer().store, concept.id) is None,
    )
    st.caption(
        "Into .xmp files beside the originals on this machine, for every match and every yes. "
        "What is in them stays, and the pictures are not touched."
    )
    for line in state.pop("keywords_told", []):
        st.text(line)


def write(concept: Concept, places: Places) -> None:
    """Write the keyword as it is typed by now; say what became of it."""
    word = state[f"keyword_{concept.id}"]
    try:
        done = write_keywords(shared_explorer(), concept, word, places=places)
        state.keywords_told = list(describe_written(done))
    except (ExplorerError, VecdbError, OSError) as error:
        state.keywords_told = [str(error)]


def take_back(concept: Concept) -> None:
    """Take the latest keywords back; say what became of them."""
    try:
        state.keywords_told = list(describe_undone(undo_keywords(shared_explorer(), concept.id)))
    except (ExplorerError, VecdbError, OSError) as error:
        state.keywords_told = [str(error)]
