"""Data: the collections there are, and putting photos into them."""

import re
import time

import pandas as pd
import streamlit as st

from encoder.choice import choose
from explorer import default_table
from explorer.jobs import Job, keep_uploads
from ingest import Progress
from ingest.tell import closing
from pages._current import shared_explorer
from pages._session import LOOK
from pages.tuning.section import draw_tuning
from vecdb import VecdbError

TABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
state = st.session_state


def collections() -> None:
    """List the collections."""
    rows = shared_explorer().database.collections()
    if not rows:
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


def start() -> None:
    """Begin the ingest that the form describes, or say what is missing."""
    table = state.data_table.strip()
    source = state.data_source.strip()
    files = state.get("data_files") or []
    state.data_error = ""
    if not TABLE_NAME.fullmatch(table):
        state.data_error = (
            f"{table!r} cannot name a collection: use letters, digits and underscores, "
            "a letter first."
        )
    elif not source and not files:
        state.data_error = "Name a folder or a table of addresses, or drop pictures."
    else:
        try:
            known = {info.name: info.encoder for info in shared_explorer().database.collections()}
            encoder = known.get(table) or choose()[0]
            explorer = shared_explorer()
            source = source or str(keep_uploads(explorer.store, table, files))
            explorer.jobs.start(source, table, encoder)
        except (VecdbError, OSError) as error:
            state.data_error = f"Nothing was added: {error}"


def form() -> None:
    """Draw the form."""
    st.subheader("Add photos")
    left, right = st.columns(2)
    left.text_input(
        "Folder, or a TSV, CSV, Parquet or text file of addresses, on this machine",
        key="data_source",
        placeholder="/photos/holidays or photos.tsv000",
    )
    left.text_input("Collection", default_table(), key="data_table")
    right.file_uploader(
        "Or drop pictures here, of any kind", accept_multiple_files=True, key="data_files"
    )
    if state.get("data_error"):
        st.error(state.data_error)
    job = shared_explorer().jobs.latest
    st.button("Add to the collection", on_click=start, disabled=bool(job and job.running))


def far(progress: Progress) -> str:
    """Say how far a run is."""
    done = progress.inserted + progress.skipped + progress.failed
    of = f" of {progress.total:,}" if progress.total else ""
    rate = progress.inserted / progress.seconds if progress.seconds else 0.0
    failed = f", {progress.failed:,} failed" if progress.failed else ""
    return f"{done:,}{of} photos, {rate:.0f} a second{failed}."


def running(job: Job) -> None:
    """Draw the progress of a running job until it has ended; a click draws the page anew."""
    line, stopping = st.empty(), job.stop.is_set()
    st.button("Stopping" if stopping else "Stop", on_click=job.stop.set, disabled=stopping)
    # Somebody else may press Stop: then everybody's page is drawn anew.
    while job.running and job.stop.is_set() == stopping:
        done = job.progress.fraction or 0.0 if job.progress else 0.0
        words = far(job.progress) if job.progress else f"Preparing {job.source} …"
        line.progress(done, text=f"{words} Storing what is under way." if stopping else words)
        time.sleep(LOOK)
    st.rerun()


def ended() -> None:
    """Say how the latest job ended."""
    job = shared_explorer().jobs.latest
    if job is None or job.running:
        return
    if job.error:
        st.error(job.error)
    elif job.summary is not None:
        show = st.warning if job.summary.failed or job.summary.error else st.success
        show(closing(job.summary, job.table))


collections()
form()
draw_tuning()
job = shared_explorer().jobs.latest
if job is not None and job.running:
    running(job)
else:
    ended()
