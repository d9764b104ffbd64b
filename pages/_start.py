"""A concept begins: from words on Train, from a search, from photos of the map."""

import streamlit as st

from explorer.page import Page
from explorer.query import Query
from pages._boxes import box, put, said
from pages._current import open_concept, shared_explorer
from pages._session import keep
from vecdb import Collection

state = st.session_state


def start_concept(query: Query, collection: Collection, prompt: str) -> Page:
    """Begin to mine from what is looked for, and make that the page of Train.

    Raises:
        EncoderError, VecdbError, ClassifierError: see `Query.vector`; what was open stays so.
    """
    keep(box("page_size"))
    page = shared_explorer().begin(
        query, table=collection.name, page_size=said("page_size", 25), prompt=prompt
    )
    state.error = ""
    drop_unanswered()
    show(page)
    state.begun = page.concept.id
    return page


def put_off(query: Query) -> None:
    """Keep what is looked for until the encoder is there, for the collection that is open."""
    state.pending = query, state.get("collection", "")


def show(page: Page) -> None:
    """Make a page the session's own, with what Train's boxes say of it."""
    state.page = page
    put("prompt", page.concept.prompt)
    put("page_size", page.settings.page_size)
    open_concept(page.concept)


def address(page: Page) -> None:
    """Say in the address what is open, so that it can be shared and reloaded."""
    st.query_params.pop("collection", None)
    st.query_params["concept"] = page.concept.id


def drop_unanswered() -> None:
    """Do not keep the concept on the page where it began in this window and nobody answered in it.

    One that another window began may have marks there that are still to be sent.
    """
    page: Page | None = state.get("page")
    if page is None or page.concept.round > 1 or page.concept.id != state.get("begun"):
        return
    if not shared_explorer().concepts.history(page.concept.id):
        shared_explorer().concepts.delete(page.concept.id)
