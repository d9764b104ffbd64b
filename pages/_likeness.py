"""More like this: from a tile of any page to the Search page, with that photo in its address."""

import streamlit as st

from explorer.pictures import picture_from_text
from pages.grid.contract import LikeEvent

state = st.session_state


def look_for_more(event: LikeEvent, picture: str | None = None) -> None:
    """Note what a grid asked for.

    Args:
        event: the grid's, with the photo's id and the collection to search.
        picture: a `data:` address where the photo itself lies in no collection.
    """
    address = {"collection": event["collection"]}
    if picture is None:
        address["like"] = event["id"]
    state.wanted = (address, [] if picture is None else [picture_from_text(picture)])


def go() -> None:
    """Open the Search page if that was asked for. Callbacks cannot: pages change in the script."""
    if "wanted" in state:
        state.search_kept, state.search_pictures = state.pop("wanted")
        state.search_error = ""
        st.switch_page("search.py")
