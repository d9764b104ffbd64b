"""The photo grid: one Streamlit component for every page that shows photos."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import streamlit as st

from pages.grid.contract import GridData, GridEvent
from pages.grid.scripts import GRID

STYLE = Path(__file__).with_name("grid.css")


def _component() -> Any:
    style = STYLE.read_text("utf-8")
    return st.components.v2.component("photo_grid", css=style, js=GRID.loader, isolate_styles=False)


def photo_grid(data: GridData, *, key: str, on_event: Callable[[GridEvent], None]) -> None:
    """Show photos; call `on_event` once for every trigger, before the script runs again."""

    def relay() -> None:
        event = getattr(st.session_state.get(key), "event", None)
        if event:
            on_event(cast(GridEvent, dict(event)))

    _component()(data=data, key=key, on_event_change=relay)
