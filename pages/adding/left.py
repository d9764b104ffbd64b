"""The ingests that a stopped app left, to go on with or to forget."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from commandline.words import describe_error
from explorer.errors import NotAllowed
from explorer.orders import LeftOrder, Order
from explorer.uploads import upload_folder
from ingest import IngestError
from pages._current import shared_explorer
from pages._session import clear_below
from pages._words import escape_markdown
from pages.adding.browser import app_places, check_source, roots_with
from pages.adding.queue import queue_order, tell_order, visitor

state = st.session_state


def draw_left() -> None:
    """List them, each with its buttons."""
    left = shared_explorer().jobs.left()
    with st.container():
        for one in left:
            words, go_on, forget = st.columns([5, 1, 1], vertical_alignment="center")
            told = tell_order(one.order, one.order.who, one.asked)
            words.warning(escape_markdown(f"{told}: the app was stopped before this had ended."))
            key = one.path.stem
            go_on.button("Go on", key=f"go_on_{key}", on_click=_go_on, args=[one])
            forget.button("Forget", key=f"forget_{key}", on_click=_forget, args=[one])
        refused = state.pop("data_refused", "")
        if refused:
            st.error(escape_markdown(refused))
        drawn = len(left) + bool(refused)
        state.data_left = max(drawn, state.get("data_left", 0))
        clear_below(drawn, state.data_left)


def _go_on(left: LeftOrder) -> None:
    try:
        wanted = _allowed(left.order)
    except (NotAllowed, IngestError, OSError) as refused:
        state.data_refused = describe_error(refused)
        return
    if left.path.exists():  # else somebody has decided
        queue_order(wanted)


def _allowed(order: Order) -> Order:
    """Return an order as who is here may give it: the app may be reached by others now.

    Raises:
        NotAllowed, SourceError.
    """
    below = app_places().roots
    uploads = upload_folder(shared_explorer().store, order.table)
    if uploads in (Path(order.source), Path(order.source).parent):
        below = roots_with(uploads)
    elif order.source:
        check_source(order.source)
    return replace(order, who=visitor(), options=replace(order.options, below=below))


def _forget(left: LeftOrder) -> None:
    try:
        shared_explorer().jobs.forget(left)
    except OSError as error:
        state.data_refused = f"This cannot be forgotten: {describe_error(error)}"
