"""Mine: type a phrase, click right and wrong photos, get the next page."""

import time
from typing import Any

import streamlit as st
from PIL import Image

from api import resources
from api.query import Query
from api.thumbnails import thumbnail_url
from classifier import ClassifierError
from encoder import EncoderError
from pages._history import stacks
from pages._insight import insight
from pages._likeness import look_for_more
from pages._query import parse_phrases, picture_of
from pages._rounds import Page
from pages._session import EMPTY, choose_collection, encoder_note, ready_encoder, rounds
from pages._tiles import grid_tiles
from pages.grid import photo_grid
from vecdb import Collection, VecdbError

PAGE_SIZES = (9, 25, 50, 100)
state = st.session_state


def current_page() -> Page | None:
    """Return the session's page; a concept in the address wins, so addresses can be shared."""
    wanted = st.query_params.get("concept")
    page: Page | None = state.get("page")
    if wanted and (page is None or page.concept.id != wanted):
        page = state.page = rounds().page(resources.database().concepts.get(wanted))
        state.collection = page.concept.collection
        state.prompt = page.concept.prompt
        state.page_size = page.concept.settings.get("page_size", 25)
    return page


def show(page: Page) -> None:
    """Make a page the session's own, and its address the browser's."""
    state.page = page
    state.error = ""
    st.query_params["concept"] = page.concept.id
    st.query_params["round"] = str(page.concept.round)


def on_event(event: dict[str, Any]) -> None:
    """Answer the grid. An error leaves the page, and the clicks in the browser, as they were."""
    state.asked_at = time.time()
    page: Page | None = state.get("page")
    try:
        if event["type"] == "pictures":
            state.pending = Query(
                phrases=parse_phrases(state.get("prompt", "")),
                pictures=[picture_of(address) for address in event["pictures"]],
            )
        elif event["type"] == "like":
            look_for_more(event)
        elif page is not None:
            answer(page, event)
    except (VecdbError, ClassifierError, ValueError) as error:
        state.error = str(error)


def answer(page: Page, event: dict[str, Any]) -> None:
    """Do what was asked of the concept on the page."""
    concept = page.concept
    match event["type"]:
        case "finish":
            rule = -1 if concept.settings.get("unmarked") == "negative" else 0
            show(rounds().submit(concept.id, page.tiles, event["marks"], unmarked=rule))
        case "undo" | "redo":
            turn = rounds().undo if event["type"] == "undo" else rounds().redo
            turned = turn(concept.id)
            if turned:
                show(turned)
        case "unmarked":
            keep_setting("unmarked", event["rule"])
        case "threshold":
            concepts = resources.database().concepts
            page.concept = concepts.update(concept.id, threshold=float(event["value"]))


def keep_setting(name: str, value: Any) -> None:
    """Remember a choice with the concept."""
    page: Page = state.page
    concepts = resources.database().concepts
    settings = {**concepts.get(page.concept.id).settings, name: value}
    page.concept = concepts.update(page.concept.id, settings=settings)


def on_page_size() -> None:
    """Mine the page again at its new size; the clicks stay with their photos."""
    if state.get("page"):
        try:
            keep_setting("page_size", state.page_size)
            show(rounds().refit(state.page.concept.id))
        except (VecdbError, ClassifierError) as error:
            state.error = str(error)


def ask() -> None:
    """Take what was typed or dropped as the next thing to look for."""
    query = Query(
        phrases=parse_phrases(state.get("prompt", ""), state.get("more_phrases", "")),
        pictures=[Image.open(file) for file in state.get("pictures") or []],
        photo_ids=(state.get("photo_ids") or "").split(),
    )
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
        st.text_input("Ids of example photos", key="photo_ids")
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
    encoder = ready_encoder(collection.encoder)
    if encoder is None:
        return
    del state.pending
    try:
        vector = query.vector(collection, encoder)
        settings = {
            "phrases": [list(phrase) for phrase in query.phrases],
            "page_size": state.page_size,
            "unmarked": "skip",
        }
        show(rounds().begin(collection, state.get("prompt", "").strip(), vector, settings))
    except (EncoderError, VecdbError, ClassifierError, OSError) as error:
        state.error = str(error)


def welcome(collection: Collection) -> None:
    """Draw the page of somebody who has not asked for anything yet."""
    photo_grid(
        {
            "mode": "welcome",
            "key": "welcome",
            "intake": True,
            "tiles": grid_tiles(collection, collection.sample(12, seed=0)),
            "note": "Type a phrase above, or drop or paste a picture anywhere on this page.",
            "error": state.get("error", ""),
            "like": collection.name,
        },
        key="mine_grid",
        on_event=on_event,
    )
    st.caption(f"{collection.count():,} photos, {encoder_note(collection)}.")


def grid(collection: Collection, page: Page) -> None:
    """Draw the page."""
    concept = page.concept
    tiles = grid_tiles(
        collection,
        [tile.photo_id for tile in page.tiles],
        scores=[tile.score for tile in page.tiles],
        reasons=[tile.reason for tile in page.tiles],
    )
    latest = {row.photo_id: row.label for row in page.history}
    turns = stacks(page.history)
    photo_grid(
        {
            "mode": "mine",
            "intake": True,
            "key": f"{concept.id}:{concept.round}",
            "round": concept.round,
            "title": f"Round {concept.round}",
            "tiles": tiles,
            "marks": {tile.photo_id: tile.mark for tile in page.tiles if tile.mark},
            "counts": {
                "yes": sum(label == 1 for label in latest.values()),
                "no": sum(label == -1 for label in latest.values()),
            },
            "last": last_page(page),
            "unmarked": concept.settings.get("unmarked", "skip"),
            "canUndo": bool(turns.done),
            "canRedo": bool(turns.undone),
            "judging": True,
            "like": collection.name,
            "action": "Next round" if tiles else "",
            "note": "" if tiles else "Every photo of this collection has been judged.",
            "error": state.get("error", ""),
            "insight": insight(page),
            "prefetch": [thumbnail_url(collection.name, photo) for photo in page.upcoming],
            "timing": timing(page),
        },
        key="mine_grid",
        on_event=on_event,
    )


def timing(page: Page) -> dict[str, float]:
    """Return what the round took by part, seconds, and when it was asked and sent (Unix time).

    `script` is what no other part accounts for.
    """
    parts = dict(page.timing)
    if "asked_at" in state:
        asked, sent = state.pop("asked_at"), time.time()
        script = sent - asked - sum(parts.values())
        parts |= {"script": script, "asked_at": asked, "sent_at": sent}
    return parts


def last_page(page: Page) -> str:
    """Say how many of the previous page were right."""
    rows = [r for r in page.history if r.round == page.concept.round - 1]
    latest = {row.photo_id: row.label for row in rows}
    yes = sum(label == 1 for label in latest.values())
    return f"last page {yes} of {len(latest)} yes" if latest else ""


def main() -> None:
    """Draw the screen."""
    try:
        page = current_page()
    except VecdbError as error:
        st.query_params.clear()
        st.error(str(error))
        page = None
    collection = header()
    if collection is None:
        st.info(EMPTY)
        return
    resources.encoder(collection.encoder)
    if "pending" in state:
        begin(collection)
    page = state.get("page")
    if page is None or page.concept.collection != collection.name:
        welcome(collection)
        return
    grid(collection, page)
    st.caption(f"{collection.name}: {encoder_note(collection)}.")


main()
