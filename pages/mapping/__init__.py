"""The map of a collection: a Streamlit component, and what it is sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import streamlit as st

from pages.mapping.contract import MapData, MapEvent
from pages.mapping.scripts import MAP

STYLE = Path(__file__).with_name("map.css")


def _component() -> Any:
    style = STYLE.read_text("utf-8")
    return st.components.v2.component("photo_map", css=style, js=MAP.loader, isolate_styles=False)


def photo_map(data: MapData, *, key: str, on_event: Callable[[MapEvent], None]) -> None:
    """Show a map; call `on_event` once for every trigger, before the script runs again.

    What was chosen while the server was gone comes with the first run of another session, which
    cannot call for it.
    """

    def relay() -> None:
        event = getattr(st.session_state.get(key), "event", None)
        if event:
            on_event(cast(MapEvent, dict(event)))

    first = key not in st.session_state
    event = _component()(data=data, key=key, on_event_change=relay).event
    if first and event:
        on_event(cast(MapEvent, dict(event)))
        st.rerun()
