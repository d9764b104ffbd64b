"""The line of controls above the photos: what is looked for, and how many are shown."""

import streamlit as st

from classifier import ClassifierError
from explorer.errors import ExplorerError
from explorer.phrases import lines, parse_phrases
from explorer.pictures import picture_from
from explorer.query import Query
from pages._boxes import box, hear, put, said
from pages._current import ask_person, close_concept, shared_explorer
from pages._session import choose_collection
from pages._start import put_off, show
from pages.grid.intake import take_addresses
from vecdb import Collection, VecdbError

PAGE_SIZES = (9, 25, 50, 100)
state = st.session_state


def start_anew() -> None:
    """Leave the concept that is open, and what led to it."""
    close_concept()
    for name in ("prompt", "more_phrases", "photo_ids"):
        put(name, "")
    state.uploads = state.get("uploads", 0) + 1
    state.pop("pending", None)
    state.error = ""


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
        phrases, named = take_addresses(parse_phrases(said("prompt", ""), said("more_phrases", "")))
        files = state.get(uploads()) or []
        query = Query(
            phrases=phrases,
            pictures=[*named, *(picture_from(file.getvalue()) for file in files)],
            photo_ids=lines(said("photo_ids")),
        )
    except ExplorerError as error:
        state.error = str(error)
        return
    if query:
        put_off(query)
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
