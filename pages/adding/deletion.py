"""A collection is deleted only by who types its name."""

import streamlit as st

from explorer.deletion import find_along
from pages._current import close_concept, current_concept, shared_explorer
from pages._session import forget_collections
from pages._words import escape_markdown
from vecdb import VecdbError
from vecdb.removal import remove_collection

state = st.session_state


def draw_deletion(table: str, photos: str) -> None:
    """Say what would go, and draw the button that takes it away."""
    explorer = shared_explorer()
    along = find_along(explorer.database, table).describe()
    words = f"{photos}, their vectors and thumbnails go for good. {along} Your files stay."
    st.markdown(escape_markdown(words))
    typed = st.text_input("Its name, to be sure", key=f"data_sure_{table}", placeholder=table)
    st.button(
        "Delete the collection",
        disabled=typed.strip() != table,
        on_click=_delete,
        args=[table],
        key=f"data_delete_{table}",
    )
    if refused := state.get("data_deletion_refused", {}).get(table):
        st.error(escape_markdown(refused))


def _delete(table: str) -> None:
    explorer = shared_explorer()
    state.data_error, state.data_note, state.data_deletion_refused = "", "", {}
    if explorer.jobs.busy(table):
        words = f"An ingest puts photos into {table}: stop or remove it first."
        state.data_deletion_refused = {table: words}
        return
    concept = current_concept()
    try:
        along = find_along(explorer.database, table).describe()
        removed = remove_collection(explorer.database, explorer.store, table)
    except VecdbError as error:
        state.data_deletion_refused = {table: str(error)}
        return
    if concept is not None and concept.collection == table:
        close_concept()
    if state.get("collection") == table:
        del state.collection
    forget_collections()
    state.pop("data_chosen", None)
    state.data_note = f"{table} is deleted: {removed.describe()} {along}"
