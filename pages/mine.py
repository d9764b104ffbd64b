"""Mine: type a phrase, click right and wrong photos, get the next page."""

import streamlit as st

from classifier import ClassifierError
from encoder import EncoderError
from explorer.errors import ExplorerError
from explorer.phrases import lines, parse_phrases
from explorer.pictures import picture_from, picture_from_text
from explorer.query import Query
from explorer.rounds import Page
from pages._likeness import look_for_more
from pages._session import EMPTY, choose_collection, encoder_note, ready_encoder, shared_explorer
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.page import page_data
from pages.grid.tiles import grid_tiles
from vecdb import Collection, VecdbError
from vecdb.errors import UnknownCollection, UnknownConcept

PAGE_SIZES = (9, 25, 50, 100)
state = st.session_state


def current_page() -> Page | None:
    """Return the session's page; a concept in the address wins, so addresses can be shared."""
    wanted = st.query_params.get("concept")
    page: Page | None = state.get("page")
    if wanted and (page is None or page.concept.id != wanted):
        page = state.page = shared_explorer().rounds.page(shared_explorer().concepts.get(wanted))
        state.collection = page.concept.collection
        state.prompt = page.concept.prompt
        state.page_size = page.settings.page_size
    return page


def show(page: Page) -> None:
    """Make a page the session's own, and its address the browser's."""
    state.page = page
    state.error = ""
    st.query_params["concept"] = page.concept.id
    st.query_params["round"] = str(page.concept.round)


def on_event(event: GridEvent) -> None:
    """Answer the grid. An error leaves the page, and the clicks in the browser, as they were."""
    page: Page | None = state.get("page")
    try:
        if event["type"] == "pictures":
            state.pending = Query(
                phrases=parse_phrases(state.get("prompt", "")),
                pictures=[picture_from_text(address) for address in event["pictures"]],
            )
        elif event["type"] == "like":
            look_for_more(event)
        elif page is not None:
            answer(page, event)
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.error = str(error)


def answer(page: Page, event: GridEvent) -> None:
    """Do what was asked of the concept on the page."""
    concept = page.concept
    match event["type"]:
        case "turned":
            # The grid has got this page already, over our own route.
            now = shared_explorer().tickets.take(event["ticket"]) or shared_explorer().rounds.page(
                shared_explorer().concepts.get(concept.id)
            )
            show(now)
        case "unmarked":
            page.concept = shared_explorer().rounds.keep_settings(
                concept.id, unmarked=event["rule"]
            )
        case "threshold":
            concepts = shared_explorer().concepts
            page.concept = concepts.update(concept.id, threshold=float(event["value"]))


def on_page_size() -> None:
    """Mine the page again at its new size; the clicks stay with their photos."""
    if state.get("page"):
        try:
            concept_id = state.page.concept.id
            shared_explorer().rounds.keep_settings(concept_id, page_size=state.page_size)
            show(shared_explorer().rounds.refit(concept_id))
        except (VecdbError, ClassifierError) as error:
            state.error = str(error)


def ask() -> None:
    """Take what was typed or dropped as the next thing to look for."""
    state.error = ""
    try:
        query = Query(
            phrases=parse_phrases(state.get("prompt", ""), state.get("more_phrases", "")),
            pictures=[picture_from(file.getvalue()) for file in state.get("pictures") or []],
            photo_ids=lines(state.get("photo_ids")),
        )
    except ExplorerError as error:
        state.error = str(error)
        return
    if query:
        state.pending = query
    else:
        state.error = "Type what you are looking for, or add an example picture."


def header() -> Collection | None:
    """Draw the line of controls."""
    columns = st.columns([2, 6, 1.3, 1.3], vertical_alignment="bottom")
    with columns[0]:
        collection = choose_collection()
    if collection is None:
        return None
    columns[1].text_input(
        "What are you looking for?",
        key="prompt",
        on_change=ask,
        placeholder="What are you looking for? For example: a house by the lake",
        label_visibility="collapsed",
    )
    with columns[2].popover("Refine", width="stretch"):
        st.text_area(
            "More phrases, one a line",
            key="more_phrases",
            placeholder="+ wooden\n- people\n-0.5 snow",
        )
        st.file_uploader(
            "Example pictures",
            accept_multiple_files=True,
            key="pictures",
            type=["jpg", "png", "webp"],
        )
        st.text_area("Ids of example photos, one a line", key="photo_ids")
        st.button("Start with these", on_click=ask, width="stretch")
    state.setdefault("page_size", 25)
    columns[3].selectbox(
        "Photos per page",
        PAGE_SIZES,
        key="page_size",
        on_change=on_page_size,
        format_func=lambda size: f"{size} per page",
        label_visibility="collapsed",
    )
    return collection


def begin(collection: Collection) -> None:
    """Turn the pending query into a concept, once the encoder is there."""
    query: Query = state.pending
    if query.needs_encoder and ready_encoder(collection) is None:
        return
    del state.pending
    try:
        name = state.get("prompt", "").strip()
        size = state.page_size
        show(shared_explorer().begin(query, table=collection.name, page_size=size, name=name))
    except (EncoderError, VecdbError, ClassifierError, OSError) as error:
        state.error = str(error)


def welcome(collection: Collection) -> None:
    """Draw the page of somebody who has not asked for anything yet."""
    photo_grid(
        {
            "mode": "welcome",
            "key": "welcome",
            "intake": True,
            "tiles": grid_tiles(collection, collection.sample(12, seed=0).ids),
            "note": "Type a phrase above, or drop or paste a picture anywhere on this page.",
            "error": state.get("error", ""),
            "collection": collection.name,
        },
        key="mine_grid",
        on_event=on_event,
    )
    st.caption(f"{collection.count():,} photos, {encoder_note(collection)}.")


def grid(page: Page) -> None:
    """Draw the page."""
    data = page_data(shared_explorer(), page)
    data["error"] = state.get("error", "")
    photo_grid(data, key="mine_grid", on_event=on_event)


def main() -> None:
    """Draw the screen."""
    try:
        page = current_page()
    except (UnknownConcept, UnknownCollection) as error:
        st.query_params.clear()
        st.error(str(error))
        page = None
    collection = header()
    if collection is None:
        st.info(EMPTY)
        return
    shared_explorer().encoders.start(collection.encoder, collection.fingerprint)
    shared_explorer().rounds.memory.warm(collection.name)
    if "pending" in state:
        begin(collection)
    page = state.get("page")
    if page is None or page.concept.collection != collection.name:
        welcome(collection)
        return
    grid(page)
    st.caption(f"{collection.name}: {encoder_note(collection)}.")


main()
