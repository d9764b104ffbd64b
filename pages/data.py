"""Data: the collections there are, and putting photos into them."""

import pandas as pd
import streamlit as st

from pages._current import shared_explorer
from pages._session import count_photos, current_collection, open_collection
from pages._streamlit import run_when_seen
from pages.adding.deletion import draw_deletion
from pages.adding.failures import draw_failures
from pages.adding.form import draw_form
from pages.adding.left import draw_left
from pages.adding.photo_deletion import draw_photo_deletion
from pages.adding.queue import draw_queue, follow
from pages.tuning.section import Training, draw_tuning
from vecdb import CollectionInfo

# Each press is another script: the browser runs one that it knows no second time.
LEAD = "<script>/* {} */ document.querySelector('.st-key-data_chosen').scrollIntoView()</script>"
state = st.session_state


def draw_collections(rows: list[CollectionInfo]) -> None:
    """List the collections."""
    if not rows:
        if shared_explorer().jobs.running:
            st.info("The first collection is being made.")
        else:
            st.info("No collection yet: name a folder or drop pictures below.")
        return
    frame = pd.DataFrame(
        {
            "Collection": [row.name for row in rows],
            "Photos": [row.count for row in rows],
            "Encoder": [row.encoder for row in rows],
            "Dimension": [row.dim for row in rows],
            "Created (UTC)": [row.created for row in rows],
        }
    )
    when = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone="UTC")
    st.dataframe(frame, hide_index=True, column_config={"Created (UTC)": when})


def draw_one(rows: dict[str, CollectionInfo]) -> Training | None:
    """Draw what can be done with one collection: open it, see its failures, delete it.

    Returns:
        A training that is under way.
    """
    st.header("Manage a collection")
    if state.get("data_chosen") not in rows:
        state.data_chosen = current_collection(list(rows))
    pick, button = st.columns([4, 1], vertical_alignment="bottom")
    table = pick.selectbox("Which", list(rows), key="data_chosen")
    if button.button("Open", disabled=not rows[table].count):
        open_collection(table)
        st.switch_page("train.py")
    with st.expander("Failures", expanded=state.get("data_failures") == table):
        draw_failures(table)
    training = draw_tuning()
    with st.expander("Delete photos"):
        draw_photo_deletion(table)
    with st.expander("Delete the collection"):
        draw_deletion(table, count_photos(rows[table].count))
    if pressed := state.pop("data_leads", None):
        st.html(LEAD.format(pressed), unsafe_allow_javascript=True)
    return training


rows = shared_explorer().database.collections()
known = {row.name: row for row in rows}
draw_collections(rows)
drawn = draw_queue()
draw_left()
draw_form(known)
run_when_seen()
follow(drawn, draw_one(known) if known else None)
