"""Train: type a phrase, click right and wrong photos, get the next page."""

from functools import partial

import streamlit as st

from classifier import ClassifierError
from commandline.words import count_things, describe_error
from encoder import EncoderError
from explorer.errors import ExplorerError
from explorer.page import Page
from explorer.phrases import describe_phrases, parse_phrases
from explorer.query import Query
from pages._boxes import box, put, said
from pages._current import close_concept, current_concept, shared_explorer
from pages._likeness import look_for_more
from pages._login import current_person
from pages._session import encoder_note, find_vector, keep, tell_empty
from pages._start import address, put_off, show, start_concept
from pages._waiting import place
from pages._words import escape_markdown
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.intake import pictures_of, take_addresses
from pages.grid.page import page_data
from pages.grid.tiles import largest_tiles
from pages.training.controls import header
from pages.training.offers import first_words, offer_latest
from vecdb import Collection, Concept, VecdbError
from vecdb.errors import UnknownCollection, UnknownConcept

SAMPLED, WELCOME = 60, 12  # photos looked at for the start page, and shown there
state = st.session_state


def read_address() -> None:
    """Open the collection that the address names, until another one is chosen."""
    named = st.query_params.get("collection")
    if named != state.get("named_collection"):
        state.named_collection = named
        if named and "concept" not in st.query_params:
            close_concept()
            state.collection = named
    elif named and named != state.get("collection"):
        del st.query_params["collection"]


def follow_back() -> None:
    """Leave the concept where the browser has gone back to the address from before it began."""
    was_named = state.pop("named_concept", "") == state.get("concept_id") != ""
    if was_named and state.get("screen_before") == "Train" and "concept" not in st.query_params:
        close_concept()


def current_page() -> Page | None:
    """Return the page of the concept that is open."""
    before, concept = state.get("concept_id"), current_concept()
    page: Page | None = state.get("page")
    if concept is None:
        return None
    # Every change counts, not the rounds alone: labels, the threshold, an audit of other views.
    read = page and (page.concept.id, page.concept.updated)
    if page is None or read != (concept.id, concept.updated):
        page = shared_explorer().rounds.page(concept)
        show(page)
    elif before != concept.id:
        show(page)  # it was left, and the box with its words emptied
    address(page)
    return page


def forget_left() -> None:
    """Empty the box of the words of a concept that was left.

    Where they stood on, Enter would do nothing: the browser tells of what was changed alone.
    """
    page: Page | None = state.get("page")
    if page is None or page.concept.id == state.get("concept_id") or "pending" in state:
        return
    if said("prompt") == page.concept.prompt:
        put("prompt", "")


def on_event(page: Page | None, event: GridEvent) -> None:
    """Answer the grid. An error leaves the page, and the clicks in the browser, as they were.

    Args:
        page: what was seen, though another concept may be open by now.
    """
    state.error = ""
    try:
        if event["type"] == "pictures" or event["type"] == "address":
            phrases, named = take_addresses(parse_phrases(said("prompt", "")))
            put_off(Query(phrases=phrases, pictures=[*named, *pictures_of(event)]))
        elif event["type"] == "like":
            look_for_more(event)
        elif page is not None:
            answer(page, event)
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.error = str(error)


def answer(page: Page, event: GridEvent) -> None:
    """Do what was asked of the concept on the page."""
    concept_id = page.concept.id
    match event["type"]:
        case "turned":
            # The grid has got this page already, over our own route.
            now = shared_explorer().tickets.take(event["ticket"]) or shared_explorer().rounds.page(
                shared_explorer().concepts.get(concept_id)
            )
            if (threshold := event.get("threshold")) is not None:
                now.concept = keep_threshold(now.concept.id, threshold)
            if state.get("concept_id") == now.concept.id:  # else Back has left it meanwhile
                show(now)
        case "unmarked":
            page.concept = shared_explorer().rounds.keep_settings(
                concept_id, unmarked=event["rule"]
            )
        case "threshold":
            page.concept = keep_threshold(concept_id, event["value"])


def keep_threshold(concept_id: str, threshold: float) -> Concept:
    """Keep where the threshold's line was moved to."""
    return shared_explorer().concepts.update(concept_id, threshold=float(threshold))


def begin(collection: Collection) -> None:
    """Turn the pending query into a concept, once it is encoded."""
    query, table = state.pending
    if table != collection.name:
        del state.pending
        return
    try:
        if find_vector(query, collection) is None:
            return
        address(start_concept(query, collection, said("prompt", "").strip()))
    except (EncoderError, VecdbError, ClassifierError, OSError) as error:
        state.error = describe_error(error)
    state.pop("pending", None)


def welcome(collection: Collection) -> None:
    """Draw the page of somebody who has not asked for anything yet."""
    offer_latest(collection)
    photo_grid(
        {
            "mode": "welcome",
            "key": "welcome",
            "intake": True,
            "tiles": largest_tiles(collection, SAMPLED, WELCOME),
            "note": "Type a phrase above, or drop or paste a picture anywhere on this page.",
            "error": state.get("error", ""),
            "collection": collection.name,
        },
        key="mine_grid",
        on_event=partial(on_event, None),
    )
    st.caption(f"{count_things(collection.count(), 'photo')}, {encoder_note(collection)}.")


def grid(page: Page) -> None:
    """Draw the page."""
    # Photos must not move below the pointer once they are shown. The style sheet takes these words
    # away with the first page, before the script has run, and undo does not bring them back.
    if page.concept.round > 1:
        state.past_first = page.concept.id
    elif state.get("past_first") != page.concept.id:
        with st.container(key="first_page"):
            first_words(page)
    understood = describe_phrases(list(page.settings.phrases))
    if understood and understood != page.concept.prompt:
        st.caption(f"Looking for: {escape_markdown(understood)}")
    data = page_data(shared_explorer(), page, current_person())
    data["error"] = state.get("error", "")
    photo_grid(data, key="mine_grid", on_event=partial(on_event, page))


def main() -> None:
    """Draw the screen."""
    keep(*map(box, ("prompt", "more_phrases", "photo_ids", "page_size")))
    read_address()
    follow_back()
    try:
        current_page()
    except (UnknownConcept, UnknownCollection) as error:
        st.query_params.clear()
        st.error(escape_markdown(error))
        st.page_link("concepts.py", label="The list of concepts")
    forget_left()
    collection = header()
    if collection is None:
        tell_empty()
        return
    shared_explorer().encoders.start(collection.encoder, collection.fingerprint)
    shared_explorer().rounds.memory.warm(collection.name)
    with place():
        if "pending" in state:
            begin(collection)
    page = state.get("page")
    if page is None or page.concept.id != state.get("concept_id"):
        welcome(collection)
        return
    grid(page)
    st.caption(f"{escape_markdown(collection.name)}: {encoder_note(collection)}.")
    state.named_concept = page.concept.id  # by the end of a run the browser has its address


main()
