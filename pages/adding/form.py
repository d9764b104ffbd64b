"""What to add, to which collection, read how."""

from dataclasses import replace

import streamlit as st

from commandline.words import describe_error
from encoder import default_encoder_name
from explorer import default_table
from explorer.errors import NotAllowed
from explorer.looks import look_at
from explorer.orders import Order
from explorer.uploads import keep_uploads, list_tables, upload_folder
from ingest import IngestError, Options
from ingest.prune import check_prunable
from pages._current import current_concept, remembered_collection, shared_explorer
from pages._session import clear_below, count_photos, keep
from pages._words import escape_markdown
from pages.adding import columns
from pages.adding.browser import app_places, browse, check_source, roots_with
from pages.adding.queue import queue_order, tell_standing, visitor
from vecdb import CollectionInfo, VecdbError
from vecdb.statements import table_name

state = st.session_state


def draw_form(known: dict[str, CollectionInfo]) -> None:
    """Draw the form, and what would be read of the source before it is."""
    st.header("Add photos")
    keep("data_source", "data_table", "data_encoder", *columns.KEYS)
    if "data_table" not in state:
        state.data_table = _open_collection(list(known))
    left, right = st.columns(2)
    source = left.text_input(
        "Folder, or a TSV, CSV, Parquet or text file of addresses, on this machine",
        key="data_source",
        placeholder="/photos/holidays or photos.tsv000",
    ).strip()
    with left.expander("Browse folders"):
        browse()
    right.file_uploader(
        "Or drop pictures here, and tables and zips of them",
        accept_multiple_files=True,
        key=f"data_files_{state.setdefault('data_drops', 0)}",
    )
    name, encoder = st.columns(2)
    name.text_input("Collection", key="data_table")
    table, words = _name(known)
    name.caption(escape_markdown(words))
    if table and _asks_encoder(source, known.get(table)):
        is_new = table not in known
        default = f"by default {default_encoder_name()}" if is_new else None
        encoder.text_input("Encoder", key="data_encoder", placeholder=default)
        encoder.caption(
            "What turns pictures and words into vectors; it stays the collection's."
            if is_new
            else "What made these vectors: the collection was made of pictures."
        )
    else:
        with encoder:
            clear_below(0, 2)
    with st.container():
        clear_below(_draw_source(source) if source else 0, 4)
    with st.container():
        error, note = state.get("data_error"), state.get("data_note") or tell_standing()
        if error:
            st.error(escape_markdown(columns.name_controls(error)))
        if note:
            st.info(escape_markdown(note))
        clear_below(bool(error) + bool(note), 2)
    st.button("Add to the collection", on_click=_start)


def _asks_encoder(source: str, info: CollectionInfo | None) -> bool:
    """Tell whether a person names the encoder: a new collection's, or of vectors among pictures."""
    if info is None or not (source and info.fingerprint):
        return info is None
    try:
        check_source(source)
        return columns.read_start(source, columns.chosen_options()).vectors
    except (NotAllowed, IngestError, OSError):
        return False  # the source says so below


def _draw_source(source: str) -> int:
    """Draw what a source would be read as, and return how many elements that took."""
    kept = state.setdefault("data_columns", {})
    try:
        check_source(source)
    except (NotAllowed, IngestError) as refused:
        st.error(escape_markdown(refused))
        return 1
    look = columns.draw_look(source)
    if look is not None:
        kept[source] = list(look.columns) or kept.get(source, [])
    with st.expander("Columns and limits", expanded=look is None and source in kept):
        columns.draw_choices(kept.get(source, []))
    with st.expander("Downloads"):
        columns.draw_manners()
    return 3 + bool(look and (look.choices or look.rows))


def _open_collection(known: list[str]) -> str:
    """Return the collection that is open, else the one that pages start with."""
    concept = current_concept()
    remembered = next((name for name in known if name == remembered_collection()), "")
    name = state.get("collection") or (concept and concept.collection) or remembered
    name = name or default_table()
    return name if name in known or default_table() in known or not known else known[0]


def _name(known: dict[str, CollectionInfo]) -> tuple[str, str]:
    """Return the table's name of the collection that is typed, and what to say of it."""
    try:
        table = table_name(state.data_table)
    except VecdbError as error:
        return "", str(error)
    called = "" if table == state.data_table.strip() else f"Stored as {table}. "
    if table in known:
        info = known[table]
        return table, f"{called}Has {count_photos(info.count)}, encoder {info.encoder}."
    return table, f"{called}A new collection."


def _start() -> None:
    """Put the ingest that the form describes into the queue, or say what is missing."""
    state.data_error, state.data_note = "", ""
    source = state.data_source.strip()
    files = state.get(f"data_files_{state.get('data_drops', 0)}") or []
    if not source and not files:
        state.data_error = "Name a folder or a table of addresses, or drop pictures."
        return
    try:
        table = table_name(state.data_table)
        explorer = shared_explorer()
        known = {info.name: info for info in explorer.database.collections()}
        encoder = (state.get("data_encoder") or "").strip()
        if not _asks_encoder(source, known.get(table)):
            encoder = ""
        if source:
            check_source(source)
            options = replace(columns.chosen_options(), below=app_places().roots)
            if options.prune:
                check_prunable(source, is_whole=options.is_whole)
            if table not in known and not encoder and look_at(source, options).vectors:
                state.data_error = (
                    "These photos have their vectors already: name the encoder that made them, for "
                    "a query is only understood by the same one."
                )
                return
            queue_order(Order(source, table, encoder, options, visitor()))
        if files:
            below = roots_with(upload_folder(explorer.store, table))
            for kept in keep_uploads(explorer.store, table, files):
                options = Options(below=below, exclude=list_tables(kept))
                queue_order(Order(str(kept), table, encoder, options, visitor()))
            state.data_drops += 1  # an empty box: what was dropped is kept, and may be large
    except (VecdbError, OSError, NotAllowed, IngestError) as error:
        state.data_error = f"Nothing was added: {describe_error(error)}"
