"""What the pages share within a session: the collection, the concept, the encoder's state."""

from collections.abc import Sequence
from concurrent.futures import wait

import streamlit as st

from commandline.words import count_things
from encoder import Encoder, EncoderError
from encoder.record import describe_training
from encoder.similarity import base_encoder
from explorer import default_table
from explorer.languages import hint_at_language
from explorer.people import Role
from pages._boxes import put, said
from pages._current import close_concept, remembered_collection, shared_explorer
from pages._login import may
from pages._words import escape_markdown
from vecdb import Collection
from vecdb.errors import UnknownCollection

EMPTY = """
**No photos yet.** Put some in, then come back:

- on the **Data** page, drop pictures or name a folder, or
- stop the app and run `python -m ingest FOLDER` or `python -m ingest photos.tsv000`.
"""

LOOK = 0.25  # seconds between two looks at what loads, and at whether the user asks for more
state = st.session_state


def tell_empty() -> None:
    """Say that there are no photos, and lead those who may add some to where they do."""
    st.info(EMPTY)
    if may(Role.OWN):
        st.page_link("data.py", label="Add photos", icon=":material/add_photo_alternate:")


def choose_collection() -> Collection | None:
    """Draw the collection picker and return its choice; None where there is no collection."""
    names = _collection_names(shared_explorer().database.dsn_display)
    if not names:
        return None
    chosen = current_collection(names)
    try:
        collection = shared_explorer().rounds.memory.collection(chosen)
    except UnknownCollection:  # deleted since the names were read
        forget_collections()
        return choose_collection()
    # Each page has a picker of its own: one that all shared would begin anew on each of them.
    picker = f"collection_{state.get('screen', '')}"
    st.selectbox(
        "Collection",
        names,
        key=put(picker, chosen, names),
        label_visibility="collapsed",
        on_change=_pick_collection,
        args=[picker],
    )
    return collection


def current_collection(names: Sequence[str]) -> str:
    """Return which of the collections every page works on; note it where that one is gone."""
    if state.get("collection") not in names:
        state.missing_collection = state.get("collection", "")
        preferred = [remembered_collection(), default_table(), names[0]]
        state.collection = next(name for name in preferred if name in names)
    chosen: str = state.collection
    return chosen


def _pick_collection(picker: str) -> None:
    close_concept()
    state.collection, state.missing_collection = said(picker), ""


def open_collection(name: str) -> None:
    """Make a collection the one that every page works on."""
    close_concept()
    forget_collections()
    state.collection, state.missing_collection = name, ""


def forget_collections() -> None:
    """Ask anew which collections there are, next time."""
    _collection_names.clear()


@st.cache_data(ttl=5, show_spinner=False)
def _collection_names(database: str) -> list[str]:
    return [info.name for info in shared_explorer().database.collections() if info.count]


def ready_encoder(collection: Collection) -> Encoder | None:
    """Return a collection's encoder, waiting while it loads; None where it cannot be had.

    Both are said in words. A click, or another page, ends the waiting: the script runs anew.
    """
    future = shared_explorer().encoders.start(collection.encoder, collection.fingerprint)
    line = st.empty()
    # The script waits, not a timer of the browser: a timer that ends before the page has arrived
    # tears the page down.
    while not future.done():
        line.info(
            f"Loading the encoder {escape_markdown(collection.encoder)}. "
            "The search starts by itself when it is ready."
        )
        wait([future], LOOK)
    line.empty()
    try:
        return future.result()
    except EncoderError as error:
        st.error(escape_markdown(error))
        return None


def hint_at_words(collection: Collection, text: str) -> None:
    """Draw a hint where words are of a language that the collection's encoder does not know."""
    future = shared_explorer().encoders.start(collection.encoder, collection.fingerprint)
    if text and future.done() and future.exception() is None:
        hint = hint_at_language(text, future.result())
        if hint:
            st.info(escape_markdown(hint))


def encoder_note(collection: Collection) -> str:
    """Name the encoder, as Markdown; say what the offline one is not."""
    if collection.encoder == "offline":
        return "offline encoder, which is not CLIP: expect rougher results"
    trained = describe_training(base_encoder(collection.encoder))
    note = f"encoder {collection.encoder}{f' ({trained})' if trained else ''}"
    return escape_markdown(note)


def keep(*names: str) -> None:
    """Bring back what widgets held when their page was last open; Streamlit forgets it elsewhere.

    To be called before they are drawn.
    """
    memory = state.setdefault("kept", {})
    for name in names:
        if name in state:
            memory[name] = state[name]
        elif name in memory:
            state[name] = memory[name]


def clear_below(drawn: int, most: int) -> None:
    """Draw nothing in the places that elements of the last run may hold, up to `most` in all.

    Streamlit takes them away when a script ends, which one that follows a long job does late.
    """
    for _ in range(most - drawn):
        st.empty()


def count_photos(count: int) -> str:
    """Say how many photos."""
    return count_things(count, "photo")
