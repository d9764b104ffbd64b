"""What the pages share within a session: the collection, the concept, the encoder's state."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from commandline.words import count_things
from encoder import Encoder, EncoderError
from encoder.record import describe_training
from encoder.similarity import base_encoder
from explorer import default_table
from explorer.languages import hint_at_language
from explorer.people import Role
from explorer.query import Query
from pages._boxes import put, said
from pages._current import close_concept, remembered_collection, shared_explorer
from pages._login import may
from pages._waiting import compute, wait_for
from pages._words import escape_markdown
from vecdb import Collection
from vecdb.errors import UnknownCollection

EMPTY = """
**No photos yet.** Put some in, then come back:

- on the **Data** page, drop pictures or name a folder, or
- stop the app and run `python -m ingest FOLDER` or `python -m ingest photos.tsv000`.
"""

BY_THEMSELVES = "The photos come by themselves when that is done."
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
        collection = shared_explorer().collection(chosen)
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

    Both are said in words.
    """
    future = shared_explorer().encoders.start(collection.encoder, collection.fingerprint)
    name = escape_markdown(collection.encoder)
    wait_for(future, f"Loading the encoder {name}. {BY_THEMSELVES}")
    try:
        return future.result()
    except EncoderError as error:
        st.error(escape_markdown(error))
        return None


def find_vector(query: Query, collection: Collection) -> np.ndarray | None:
    """Return what a query's photos are ranked by, waiting while its words are encoded.

    Once it is there, whatever else needs these words and pictures has them at once.

    Returns:
        (dim,) of unit length; None where the encoder cannot be had, which is said.

    Raises:
        EncoderError, VecdbError, ClassifierError: see `Query.vector`.
    """
    if not query.needs_encoder:
        return shared_explorer().ranking_vector(query, collection)
    if ready_encoder(collection) is None:
        return None
    given = {"words": query.phrases, "pictures": query.pictures}
    what = " and the ".join(name for name, some in given.items() if some)
    return compute(
        (collection.name, query),
        partial(shared_explorer().ranking_vector, query, collection),
        f"Encoding the {what}. {BY_THEMSELVES}",
    )


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
