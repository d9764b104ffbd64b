"""A walk through the folders of the machine the app runs on."""

import os
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from explorer.errors import NotAllowed
from explorer.people import Role
from explorer.places import Places
from ingest.sources.place import find_place, is_far
from pages._login import current_person
from pages._words import escape_markdown

state = st.session_state
HERE = {"localhost", "127.0.0.1", "::1"}


def app_places() -> Places:
    """Return the folders that this app's people may look into."""
    address = st.get_option("server.address")
    return Places.of_app(only_here=address in HERE and not os.environ.get("TRUSTED_PROXIES"))


def check_source(source: str) -> None:
    """Refuse a source on this machine that may not be looked into.

    Raises:
        NotAllowed, SourceError.
    """
    place = find_place(source)
    if not is_far(str(place)):
        app_places().check(place)


def roots_with(folder: Path) -> tuple[Path, ...] | None:
    """Return where pictures may lie that a folder of dropped files names: there, and as ever."""
    roots = app_places().roots
    return None if roots is None else (*roots, folder.resolve())


def owner_places() -> Places:
    """Return the folders that who is here may look into.

    Raises:
        NotAllowed: only owners may.
    """
    current_person().check(Role.OWN)
    return app_places()


def browse() -> None:
    """Draw the folder one stands in, the ones below it, and a button that takes it as source."""
    places = app_places()
    try:
        here = places.check(Path(state.get("data_folder") or places.start()))
        below = places.folders(here)
    except NotAllowed as refused:
        state.pop("data_folder", None)
        st.info(escape_markdown(refused))
        return
    st.markdown(f"**{escape_markdown(_as_text(here))}**")
    up, take, _ = st.columns([1, 2, 4])
    top = here.parent == here or not places.allow(here.parent)
    up.button("Up", on_click=_go, args=[here.parent], disabled=top)
    take.button("Take this folder", on_click=_take, args=[here])
    if below:
        # The key holds the folder: another folder begins with nothing chosen.
        st.selectbox(
            "Folders in it",
            below,
            index=None,
            key=_key(here),
            format_func=_name_as_text,
            placeholder=f"{len(below)} inside: choose one to look into",
            on_change=_go_below,
            args=[here],
        )
    else:
        st.caption("No folders inside.")


def _go(folder: Path) -> None:
    state.data_folder = str(folder)


def _go_below(folder: Path) -> None:
    if name := state[_key(folder)]:
        _go(folder / name)


def _take(folder: Path) -> None:
    state.data_source = _as_text(folder)


def _key(folder: Path) -> str:
    return f"data_below_{_as_text(folder)}"


def _as_text(path: Path) -> str:
    """Return a path; one that is no text, as older disks have them, as its `file:` address."""
    return str(path) if _is_text(str(path)) else path.as_uri()


def _name_as_text(name: str) -> str:
    return name if _is_text(name) else quote(os.fsencode(name))


def _is_text(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
