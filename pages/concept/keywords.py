"""Keywords: the concept's name in sidecars beside its photos' files, and back."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future

import streamlit as st

from commandline.words import describe_error
from explorer.errors import ExplorerError
from explorer.exports.choice import Tell
from explorer.keywords import (
    describe_undone,
    describe_written,
    latest_journal,
    undo_keywords,
    write_keywords,
)
from explorer.places import Places
from pages._current import shared_explorer
from pages._waiting import Share, begin, under_way, wait_for
from pages.adding.browser import app_places
from vecdb import Concept, VecdbError

state = st.session_state


def draw(concept: Concept) -> None:
    """Offer to write the keyword, and to take it back; wait for what was pressed."""
    st.text_input(
        "Keyword",
        concept.name,
        key=f"keyword_{concept.id}",
        help="A path such as Buildings|House is kept as one; a word goes below “Concepts”.",
    )
    left, right = st.columns(2)
    goes_on = under_way().get(("keywords", concept.id))
    left.button(
        "Write keywords",
        key=f"keywords_write_{concept.id}",
        on_click=write,
        args=[concept, app_places()],
        disabled=bool(goes_on),
    )
    right.button(
        "Take them back",
        key=f"keywords_back_{concept.id}",
        on_click=take_back,
        args=[concept],
        disabled=bool(goes_on) or latest_journal(shared_explorer().store, concept.id) is None,
    )
    st.caption(
        "Into .xmp files beside the originals on this machine, for every match and every yes. "
        "What is in them stays, and the pictures are not touched."
    )
    for line in state.pop(f"keywords_told_{concept.id}", []):
        st.text(line)
    if goes_on:
        _await(concept.id, *goes_on)


def write(concept: Concept, places: Places) -> None:
    """Write the keyword as it is typed by now."""
    explorer, word = shared_explorer(), state[f"keyword_{concept.id}"]
    _begin(
        concept.id,
        "Writing keywords",
        lambda tell: describe_written(
            write_keywords(explorer, concept, word, places=places, tell=tell)
        ),
    )


def take_back(concept: Concept) -> None:
    """Take the latest keywords back."""
    explorer = shared_explorer()
    _begin(
        concept.id,
        "Taking keywords back",
        lambda tell: describe_undone(undo_keywords(explorer, concept.id, tell)),
    )


def _begin(concept_id: str, words: str, work: Callable[[Tell], Iterator[str]]) -> None:
    """Begin what goes on to its end whatever is clicked; one after the other."""
    if ("keywords", concept_id) in under_way():
        return
    share = Share(words)
    begun = begin(lambda: list(work(share.tell)))
    under_way()["keywords", concept_id] = begun, share.say


def _await(concept_id: str, begun: Future[list[str]], words: Callable[[], str]) -> None:
    """Say how far it is until it has ended, then what became of it."""
    wait_for(begun, words)
    under_way().pop(("keywords", concept_id), None)
    try:
        told = begun.result()
    except (ExplorerError, VecdbError, OSError) as error:
        told = [describe_error(error)]
    state[f"keywords_told_{concept_id}"] = told
    st.rerun()
