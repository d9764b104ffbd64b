"""Train: type a phrase, click right and wrong photos, get the next page."""

import streamlit as st

from classifier import ClassifierError
from commandline.words import count_things
from encoder import EncoderError
from explorer.errors import ExplorerError
from explorer.phrases import describe_phrases, lines, parse_phrases
from explorer.pictures import picture_from
from explorer.query import Query
from explorer.rounds import Page
from pages._boxes import box, hear, put, said
from pages._current import (
    ask_person,
    close_concept,
    current_concept,
    listed_concepts,
    shared_explorer,
)
from pages._likeness import look_for_more
from pages._login import current_person
from pages._session import (
    EMPTY,
    choose_collection,
    encoder_note,
    hint_at_words,
    keep,
    ready_encoder,
)
from pages._start import drop_unanswered, show, start_concept
from pages._words import escape_markdown
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.intake import pictures_of
from pages.grid.page import page_data
from pages.grid.tiles import largest_tiles
from vecdb import Collection, Concept, VecdbError
from vecdb.errors import UnknownCollection, UnknownConcept

PAGE_SIZES = (9, 25, 50, 100)
LATEST = 8
SAMPLED, WELCOME = 60, 12  # photos looked at for the start page, and shown there
GUIDE = """
**A minute to a classifier of your own**

1. Type what you are looking for, such as *a house by the lake*, and press Enter.
2. Click the photos that match, click twice on those that do not, and press **Next round**.
3. Stop when a page brings nothing new. **Concepts** then lists every match and takes it elsewhere.
"""
FIRST_PAGE = (
    "Click what matches (✓), click twice what does not (✕), then press Next round. "
    "Three to five rounds are usually enough: stop when a page brings nothing new."
)
state = st.session_state


def current_page() -> Page | None:
    """Return the page of the concept that is open."""
    concept = current_concept()
    page: Page | None = state.get("page")
    if concept is None:
        return None
    # Every change counts, not the rounds alone: labels, the threshold, an audit of other views.
    read = page and (page.concept.id, page.concept.updated)
    if page is None or read != (concept.id, concept.updated):
        page = shared_explorer().rounds.page(concept)
        show(page)
    address(page)
    return page


def address(page: Page) -> None:
    """Say in the address what is open, so that it can be shared and reloaded."""
    st.query_params["concept"] = page.concept.id
    st.query_params["round"] = str(page.concept.round)


def start_anew() -> None:
    """Leave the concept that is open, and what led to it."""
    close_concept()
    for name in ("prompt", "more_phrases", "photo_ids"):
        put(name, "")
    state.uploads = state.get("uploads", 0) + 1
    state.error = ""


def reopen(concept_id: str) -> None:
    """Go on with a concept."""
    drop_unanswered()
    state.error = ""
    show(shared_explorer().page(concept_id))
    address(state.page)


def on_event(event: GridEvent) -> None:
    """Answer the grid. An error leaves the page, and the clicks in the browser, as they were."""
    page: Page | None = state.get("page")
    state.error = ""
    try:
        if event["type"] == "pictures" or event["type"] == "address":
            state.pending = Query(
                phrases=parse_phrases(said("prompt", "")), pictures=pictures_of(event)
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
            address(now)
        case "unmarked":
            page.concept = shared_explorer().rounds.keep_settings(
                concept.id, unmarked=event["rule"]
            )
        case "threshold":
            concepts = shared_explorer().concepts
            page.concept = concepts.update(concept.id, threshold=float(event["value"]))


def on_page_size() -> None:
    """Mine the page again at its new size; the clicks stay with their photos."""
    state.error = ""
    if state.get("concept_id"):
        try:
            concept_id = state.concept_id
            shared_explorer().rounds.keep_settings(concept_id, page_size=said("page_size"))
            show(shared_explorer().rounds.refit(concept_id))
        except (VecdbError, ClassifierError) as error:
            state.error = str(error)


def ask() -> None:
    """Take what was typed or dropped as the next thing to look for."""
    state.error = ""
    hear("prompt", "more_phrases", "photo_ids")
    try:
        query = Query(
            phrases=parse_phrases(said("prompt", ""), said("more_phrases", "")),
            pictures=[picture_from(file.getvalue()) for file in state.get(uploads()) or []],
            photo_ids=lines(said("photo_ids")),
        )
    except ExplorerError as error:
        state.error = str(error)
        return
    if query:
        state.pending = query
    else:
        state.error = "Type what you are looking for, or add an example picture."


def uploads() -> str:
    """Return the key of the upload; another one is an empty one."""
    return f"pictures_{state.get('uploads', 0)}"


def header() -> Collection | None:
    """Draw the line of controls."""
    columns = st.columns([2, 6, 1.3, 1.3, 0.9], vertical_alignment="bottom")
    with columns[0]:
        collection = choose_collection()
    if collection is None:
        return None
    columns[1].text_input(
        "What are you looking for?",
        key=box("prompt"),
        on_change=ask,
        placeholder="What are you looking for? For example: a house by the lake",
        label_visibility="collapsed",
    )
    with columns[2].popover("Refine", width="stretch"):
        st.text_area(
            "More phrases, one a line",
            key=box("more_phrases"),
            placeholder="+ wooden\n- people\n-0.5 snow",
        )
        st.file_uploader(
            "Example pictures",
            accept_multiple_files=True,
            key=uploads(),
        )
        st.text_area("Ids of example photos, one a line", key=box("photo_ids"))
        st.button("Start with these", on_click=ask, width="stretch")
        ask_person()
    if box("page_size") not in state:
        put("page_size", 25)
    columns[3].selectbox(
        "Photos per page",
        PAGE_SIZES,
        key=box("page_size"),
        on_change=on_page_size,
        format_func=lambda size: f"{size} per page",
        label_visibility="collapsed",
    )
    columns[4].button("New", on_click=start_anew, width="stretch", help="Start from nothing")
    return collection


def begin(collection: Collection) -> None:
    """Turn the pending query into a concept, once the encoder is there."""
    query: Query = state.pending
    if query.needs_encoder and ready_encoder(collection) is None:
        return
    del state.pending
    try:
        address(start_concept(query, collection, said("prompt", "").strip()))
    except (EncoderError, VecdbError, ClassifierError, OSError) as error:
        state.error = str(error)


def offer_twins(page: Page) -> None:
    """Offer to go on with what was taught before under the same words."""
    words, table = page.concept.prompt.strip().casefold(), page.concept.collection

    def same(other: Concept) -> bool:
        is_other = other.id != page.concept.id and other.collection == table
        return is_other and other.prompt.strip().casefold() == words != ""

    listed = [(one, n) for one, n in listed_concepts(same).values() if n.yes + n.no]
    for concept, counts in listed[:2]:
        left, right = st.columns([6, 2], vertical_alignment="center")
        left.text(
            f"“{concept.name}” was taught before, on {concept.updated:%-d %B %Y}. "
            "This page starts a new one."
        )
        right.button(
            f"Continue {escape_markdown(concept.name)} ({counts.yes} yes)",
            key=f"continue_{concept.id}",
            on_click=reopen,
            args=[concept.id],
            width="stretch",
        )


def offer_latest(collection: Collection) -> None:
    """List the latest concepts of a collection; without any, say how one is made."""
    listed = [
        (concept, counts)
        for concept, counts in listed_concepts().values()
        if concept.collection == collection.name
    ]
    if not listed:
        st.markdown(GUIDE)
        return
    st.caption("Go on with")
    with st.container(horizontal=True):
        for concept, counts in listed[:LATEST]:
            st.button(
                f"{escape_markdown(concept.name)}: {counts.yes} yes, {counts.no} no",
                key=f"go_on_{concept.id}",
                on_click=reopen,
                args=[concept.id],
            )


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
        on_event=on_event,
    )
    st.caption(f"{count_things(collection.count(), 'photo')}, {encoder_note(collection)}.")


def first_words(page: Page) -> None:
    """Draw what is to be said of a concept's first page."""
    if not page.history.judged:
        offer_twins(page)
        state.taught = state.get("taught") or len(listed_concepts()) > 1
        if not state.taught:
            st.caption(FIRST_PAGE)
    collection = shared_explorer().rounds.memory.collection(page.concept.collection)
    hint_at_words(collection, page.concept.prompt)


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
    photo_grid(data, key="mine_grid", on_event=on_event)


def main() -> None:
    """Draw the screen."""
    keep(*map(box, ("prompt", "more_phrases", "photo_ids", "page_size")))
    try:
        current_page()
    except (UnknownConcept, UnknownCollection) as error:
        st.query_params.clear()
        st.error(escape_markdown(error))
    collection = header()
    if collection is None:
        st.info(EMPTY)
        return
    shared_explorer().encoders.start(collection.encoder, collection.fingerprint)
    shared_explorer().rounds.memory.warm(collection.name)
    if "pending" in state:
        begin(collection)
    page = state.get("page")
    if page is None or page.concept.id != state.get("concept_id"):
        welcome(collection)
        return
    grid(page)
    st.caption(f"{escape_markdown(collection.name)}: {encoder_note(collection)}.")


main()
