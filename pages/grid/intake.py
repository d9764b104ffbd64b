"""Pictures that were dropped on the grid or pasted into it, or whose address was typed."""

import streamlit as st
from PIL import Image

from explorer.errors import BadInput, ExplorerError
from explorer.fetching import fetch_picture
from explorer.phrases import Phrase, is_address
from explorer.pictures import picture_from, picture_from_text
from pages.grid.contract import AddressEvent, PicturesEvent

KEPT = 300  # seconds that a picture, or why it is none, is kept: a page asks with every run


def pictures_of(event: PicturesEvent | AddressEvent) -> list[Image.Image]:
    """Read what was given; the address of another page's picture is fetched, where it may be.

    Raises:
        BadInput, NotAllowed: it is no picture, or the server fetches no addresses.
    """
    if event["type"] == "address":
        return [picture_from(fetch_picture(event["address"]))]
    return [picture_from_text(address) for address in event["pictures"]]


def take_addresses(phrases: list[Phrase]) -> tuple[list[Phrase], list[Image.Image]]:
    """Return the phrases that are words, and the pictures at those that are addresses.

    Raises:
        BadInput, NotAllowed: one is no picture or has a weight, or the server fetches none.
    """
    pictures = []
    for address, weight in phrases:
        if not is_address(address):
            continue
        if weight != 1:
            raise BadInput(
                "A picture can be looked for, not weighed or taken off: take its sign away."
            )
        found = _read(address)
        if isinstance(found, ExplorerError):
            raise found
        pictures.append(found)
    return [phrase for phrase in phrases if not is_address(phrase[0])], pictures


@st.cache_data(ttl=KEPT, max_entries=20, show_spinner="Fetching the picture")
def _read(address: str) -> Image.Image | ExplorerError:
    try:
        return picture_from(fetch_picture(address))
    except ExplorerError as error:
        return error
