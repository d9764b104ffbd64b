"""The photo grid: one Streamlit component for every page that shows photos."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent
SCRIPTS = (
    "grid.js", "tile.js", "pointer.js", "keys.js", "bar.js", "viewer.js", "insight.js",
    "intake.js", "mount.js",
)  # fmt: skip


def _component() -> Any:
    script = "\n".join((HERE / name).read_text("utf-8") for name in SCRIPTS)
    style = (HERE / "grid.css").read_text("utf-8")
    return st.components.v2.component("photo_grid", css=style, js=script, isolate_styles=False)


def photo_grid(
    data: dict[str, Any], *, key: str, on_event: Callable[[dict[str, Any]], None]
) -> None:
    """Show photos; call `on_event` once for every trigger, before the script runs again."""

    def relay() -> None:
        event = getattr(st.session_state.get(key), "event", None)
        if event:
            on_event(dict(event))

    _component()(data=data, key=key, on_event_change=relay)
