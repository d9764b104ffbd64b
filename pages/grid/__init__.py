"""The photo grid: one Streamlit component for every page that shows photos."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import streamlit as st

from pages.grid.contract import GridData, GridEvent
from pages.grid.scripts import GRID

STYLE = Path(__file__).with_name("grid.css")
BEGUN_ANEW = "The server was started anew. Your clicks are kept: press the button once more."
KEPT = 8  # pages that may still be answered
state = st.session_state


def _component() -> Any:
    style = STYLE.read_text("utf-8")
    return st.components.v2.component("photo_grid", css=style, js=GRID.loader, isolate_styles=False)


def photo_grid(data: GridData, *, key: str, on_event: Callable[[GridEvent], None]) -> None:
    """Show photos; call `on_event` once for every trigger, before the script runs again.

    What is pressed on a page while the next one is on its way is told to the page's own `on_event`,
    which therefore goes by what it was made with, and not by what is open by then.

    What was pressed while the server was gone comes with the first run of another session, which
    cannot call for it and may show another page: that is said, and the page waits no longer.
    """

    heard = f"{key}_heard"
    pages: dict[str, Callable[[GridEvent], None]] = state.setdefault(f"{key}_pages", {})
    pages.pop(data["key"], None)
    pages[data["key"]] = on_event
    for left in list(pages)[:-KEPT]:
        pages.pop(left)

    def relay() -> None:
        told = getattr(state.get(key), "event", None)
        if told:
            state[heard] = state.get(heard, 0) + 1
            pages.get(told["page"], on_event)(cast(GridEvent, dict(told["event"])))

    # Streamlit tells the browser of what has changed alone, and it waits for an answer.
    data["heard"] = state.get(heard, 0)
    first = key not in state
    if state.pop(f"{key}_unheard", False):
        data["error"] = BEGUN_ANEW
    told = _component()(data=data, key=key, on_event_change=relay).event
    if first and told and told["event"]["type"] not in ("turned", "more"):
        state[f"{key}_unheard"] = True
        st.rerun()
