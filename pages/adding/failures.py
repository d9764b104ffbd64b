"""The photos of a collection that could not be had, with the reasons, and another try."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from explorer.orders import Order
from ingest import Options
from pages._current import shared_explorer
from pages._session import clear_below, count_photos
from pages._words import escape_markdown
from pages.adding.browser import app_places
from pages.adding.queue import queue_order, visitor

state = st.session_state
SHOWN = 500
ALL = "All reasons"


def draw_failures(table: str) -> None:
    """List the failures of a collection by reason, and offer to try them again."""
    store = shared_explorer().database.failures
    counts = store.counts(table)
    if not counts:
        st.caption("No photo of this collection has failed.")
        clear_below(1, 5)
        return
    total = sum(counts.values())
    names = {ALL: f"{ALL} ({total:,})", **{r: f"{r} ({n:,})" for r, n in counts.items()}}
    reason = st.selectbox(
        "Failed for", list(names), format_func=names.__getitem__, key=f"data_reason_{table}"
    )
    wanted = "" if reason == ALL else reason
    rows = store.list(table, reason=wanted, limit=SHOWN)
    frame = pd.DataFrame(
        {
            "Photo": [row.photo_id for row in rows],
            "Reason": [row.reason for row in rows],
            "Address": [row.url for row in rows],
            "Tried": [row.attempts for row in rows],
            "Last (UTC)": [row.created for row in rows],
        }
    )
    when = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone="UTC")
    st.dataframe(frame, hide_index=True, width="stretch", column_config={"Last (UTC)": when})
    count = counts.get(wanted, total)
    if count > SHOWN:
        st.caption(f"The latest {SHOWN:,} of {count:,}.")
    known = shared_explorer().jobs.source_of(table)
    if known is None:
        st.caption(
            "They are tried again at their addresses alone. To have captions and labels of a table "
            "again, add the table once more instead: it goes on where it ended."
        )
    st.button(
        f"Try {count_photos(count)} again",
        on_click=_retry,
        args=[table, wanted, known],
        key=f"data_retry_{table}",
    )
    if known:
        st.caption(escape_markdown(f"From {known.source}."))


def _retry(table: str, reason: str, known: Order | None) -> None:
    source, options = (known.source, known.options) if known else ("", Options())
    below = options.below if known else app_places().roots
    options = replace(options, limit=None, prune=False, retry_failed=True, below=below)
    queue_order(Order(source, table, options=options, who=visitor(), retry=reason))
