"""Search: photos by phrases, pictures, photos, a vector and any mixture of them."""

import hashlib

import streamlit as st
from PIL import Image

from classifier import ClassifierError
from commandline.words import describe_error
from encoder import EncoderError
from explorer.errors import ExplorerError
from explorer.people import Role
from explorer.phrases import lines, parse_phrases
from explorer.query import Query
from explorer.ranking import MOST_FOLDED, Ranked, rank
from pages._login import may
from pages._session import (
    choose_collection,
    encoder_note,
    find_vector,
    hint_at_words,
    tell_empty,
)
from pages._start import start_concept
from pages._waiting import place
from pages._words import escape_markdown
from pages.grid import photo_grid
from pages.grid.contract import GridEvent
from pages.grid.intake import pictures_of, take_addresses
from pages.grid.tiles import grid_tiles
from pages.searching.address import (
    conditions,
    count_filters,
    describe_count,
    describe_query,
    fill,
    key,
    least_similarity,
    remember,
    restore,
)
from pages.searching.controls import forget, narrow, refine
from pages.searching.files import offer
from pages.searching.map import draw_map
from vecdb import Collection, Filter, Scope, VecdbError

SHOWN = 100
VIEWS = {"": "Photos", "map": "Map"}
MISTAKES = (EncoderError, VecdbError, ClassifierError, ExplorerError, ValueError, OSError)
state = st.session_state


def on_event(event: GridEvent) -> None:
    """Answer the grid."""
    state.search_error = ""
    if event["type"] == "more":
        state.search_shown = event["shown"] + SHOWN
    elif event["type"] == "like":
        forget()
        fill("like", event["id"])
    elif event["type"] == "pictures" or event["type"] == "address":
        try:
            state.search_pictures = pictures_of(event)
        except ExplorerError as refused:
            state.search_error = str(refused)


def header() -> tuple[Collection, list[Image.Image]] | None:
    """Draw the line of controls."""
    columns = st.columns([2, 4.2, 1.3, 1.4, 2.1, 1.6], vertical_alignment="bottom")
    with columns[0]:
        collection = choose_collection()
    if collection is None:
        tell_empty()
        return None
    columns[1].text_input(
        "Search",
        key=key("text"),
        placeholder="Search by words, or drop or paste a picture on this page",
        label_visibility="collapsed",
    )
    with columns[2].popover("Refine", width="stretch"):
        pictures = refine()
    with columns[3].popover(name_filters(), width="stretch"):
        narrow()
    columns[4].toggle("Fold near-duplicates", key=key("fold"))
    columns[5].segmented_control(
        "View",
        list(VIEWS),
        key=key("view"),
        format_func=VIEWS.__getitem__,
        required=True,
        label_visibility="collapsed",
    )
    return collection, pictures


def name_filters() -> str:
    """Return what the popover of the filters is called: closed, it says that some are set."""
    count = count_filters()
    return f"Filters ({count})" if count else "Filters"


def read_query(pictures: list[Image.Image]) -> Query:
    """Return everything that is looked for.

    Raises:
        ValueError: the vector is not a row of numbers.
        ExplorerError: at an address there is no picture, or the server fetches none.
    """
    numbers = state[key("vector")].replace(",", " ").strip("[] \n").split()
    try:
        vector = [float(number) for number in numbers]
    except ValueError as error:
        raise ValueError(
            "The vector must be numbers with spaces or commas between them."
        ) from error
    phrases, named = take_addresses(parse_phrases(state[key("text")], state[key("more")]))
    return Query(
        phrases,
        [*named, *pictures],
        lines(state[key("like")]),
        [vector] if vector else [],
    )


def start(query: Query, collection: Collection) -> None:
    """Begin to mine from what is looked for."""
    if find_vector(query, collection) is None:
        return
    page = start_concept(query, collection, describe_query(query))
    st.switch_page("train.py", query_params={"concept": page.concept.id})


def shown_count(signature: str) -> int:
    """Return how many photos to show; a new search starts from the first page."""
    if state.get("search_signature") != signature:
        state.search_signature = signature
        state.search_shown = SHOWN
    return min(int(state.get("search_shown", SHOWN)), MOST_FOLDED)


def draw(collection: Collection, query: Query) -> None:
    """Draw the line about the search, and the photos."""
    where = conditions(collection)
    total = collection.count(Scope(where=where))
    signature = signature_of(query, where, f"{collection.name} {state[key('similar')]}")
    limit = shown_count(signature)
    with place():
        vector = find_vector(query, collection) if query else None
    if query and vector is None:
        return
    if vector is None:
        found = Ranked(collection.sample(limit, Scope(where=where), seed=0).ids, [], [])
    else:
        found = rank(
            collection,
            vector,
            limit,
            where=where,
            fold=state[key("fold")],
            threshold=least_similarity(),
        )
        left, middle, right, last = st.columns([5, 1.3, 1.7, 1.2], vertical_alignment="center")
        left.text(describe_query(query))
        middle.button("Clear", on_click=forget, width="stretch")
        if may(Role.LABEL) and right.button("Start a concept", width="stretch"):
            start(query, collection)
        with last.popover("Export", width="stretch"):
            offer(collection, vector, where, fold=state[key("fold")])
        hint_at_words(collection, " ".join(text for text, _ in query.phrases))
    notes = [f"+{len(alike)} alike" if alike else "" for alike in found.alike]
    photo_grid(
        {
            "mode": "results",
            "key": f"search:{signature}",
            "title": describe_count(total, len(found), where is not None, collection),
            "tiles": grid_tiles(
                collection,
                found.ids,
                scores=found.similarities or None,
                reasons=notes or None,
                rows=list(found.photos.values()) or None,
            ),
            "more": limit < min(total, MOST_FOLDED),
            "collection": collection.name,
            "intake": True,
            "note": "" if found.ids else "No photo satisfies all of this: loosen a filter.",
            "error": state.get("search_error", ""),
        },
        key="search_grid",
        on_event=on_event,
    )


def signature_of(query: Query, where: Filter | None, collection: str) -> str:
    """Name a search, so that the grid knows a new one from more of the same."""
    digest = hashlib.sha256(repr((query.phrases, query.photo_ids, query.vectors, where)).encode())
    for picture in query.pictures:
        digest.update(picture.tobytes())
    digest.update(f"{collection}{state[key('fold')]}".encode())
    return digest.hexdigest()[:16]


def main() -> None:
    """Draw the screen."""
    restore()
    head = header()
    if head is None:
        return
    collection, pictures = head
    pictures = [*state.get("search_pictures", []), *pictures]
    remember()
    view = draw_map if state[key("view")] == "map" else draw
    try:
        view(collection, read_query(pictures))
    except MISTAKES as error:
        st.error(escape_markdown(describe_error(error)))
    unsaid = " The pictures of this search are not in the address of the page." if pictures else ""
    st.caption(f"{encoder_note(collection)}.{unsaid}")


main()
