"""Single photos, or some of them, are deleted by name; the latest deletion can be undone."""

import pandas as pd
import streamlit as st

from commandline.words import count_things
from explorer.addresses import thumbnail_url
from explorer.deletion import MOST, find_along, find_named
from pages._current import shared_explorer
from pages._session import count_photos
from pages._words import escape_markdown
from vecdb import VecdbError
from vecdb.derived import source_of
from vecdb.removal import find_labelled, keep_photos, remove_photos, restore_photos

state = st.session_state


def draw_photo_deletion(table: str) -> None:
    """Draw a field of names, the photos they stand for, and the button that deletes these."""
    explorer = shared_explorer()
    collection = explorer.database.collection(table)
    if origin := source_of(table, collection.encoder):
        st.caption(escape_markdown(f"Its photos are those of {origin[0]}: delete them there."))
        return
    _draw_told(table)
    text = st.text_area(
        "Ids, addresses or file names, one a line",
        key=f"data_photos_{table}",
        placeholder="IMG_0001.JPG\nholidays/lake.jpg",
        height=100,
    )
    names = [line.strip() for line in (text or "").splitlines() if line.strip()]
    if not names:
        return
    if len(names) > MOST:
        st.error(f"At most {MOST:,} photos are deleted at once: these are {len(names):,}.")
        return
    named = find_named(collection, names)
    if missing := named.describe_missing():
        st.warning(escape_markdown(missing))
    if named.ids:
        _draw_found(table, list(named.ids))


def _draw_found(table: str, ids: list[str]) -> None:
    explorer = shared_explorer()
    rows = explorer.database.collection(table).photos(ids)
    frame = pd.DataFrame(
        {
            "Picture": [thumbnail_url(table, row["id"]) for row in rows],
            "Photo": [row["id"] for row in rows],
            "Address": [row["url"] for row in rows],
        }
    )
    pictures = st.column_config.ImageColumn(width="small")
    st.dataframe(frame, hide_index=True, width="stretch", column_config={"Picture": pictures})
    labelled = find_labelled(explorer.database, table, ids)
    told = (
        f" {count_things(labelled.labelled, 'of them has', 'of them have')} labels, in "
        f"{', '.join(labelled.concepts)}: these stay without effect."
        if labelled.labelled
        else ""
    )
    along = find_along(explorer.database, table, ids).describe()
    words = (
        f"They go with their vectors and thumbnails.{told} {along} Your files stay: an ingest of "
        "them stores them again."
    )
    st.markdown(escape_markdown(words))
    st.button(
        f"Delete {count_photos(len(ids))}",
        on_click=_delete,
        args=[table, ids],
        key=f"data_delete_photos_{table}",
    )


def _draw_told(table: str) -> None:
    """Say here, where it was asked for, what became of it; offer to undo the latest deletion."""
    if refused := state.get("data_photos_refused", {}).get(table):
        st.error(escape_markdown(refused))
    told = state.get("data_photos_told", {}).get(table)
    if not told:
        return
    if state.get("data_removed") is None:
        st.info(escape_markdown(told))
        return
    words, button = st.columns([6, 1], vertical_alignment="center")
    words.info(
        escape_markdown(
            f"{told} Undo puts them back until others are deleted, or this "
            "window is closed or loaded anew."
        )
    )
    button.button("Undo", key=f"data_undo_{table}", on_click=_undo, args=[table])


def _delete(table: str, ids: list[str]) -> None:
    explorer = shared_explorer()
    state.data_photos_refused = {}
    if explorer.jobs.busy(table):
        words = f"An ingest puts photos into {table}: stop or remove it first."
        state.data_photos_refused = {table: words}
        return
    try:
        along = find_along(explorer.database, table, ids).describe()
        kept = keep_photos(explorer.database, explorer.store, table, ids)
        removed = remove_photos(explorer.database, explorer.store, table, ids)
    except VecdbError as error:
        state.data_photos_refused = {table: str(error)}
        return
    state.data_removed = kept
    state.data_photos_told = {table: f"{removed.describe()} {along}".strip()}
    state[f"data_photos_{table}"] = ""


def _undo(table: str) -> None:
    explorer = shared_explorer()
    state.data_photos_refused = {}
    try:
        back = restore_photos(explorer.database, explorer.store, state.data_removed)
    except VecdbError as error:
        state.data_photos_refused = {table: str(error)}
        return
    words = f"{count_photos(back)} {'is' if back == 1 else 'are'} back in {table}."
    state.data_removed, state.data_photos_told = None, {table: words}
