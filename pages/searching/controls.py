"""The controls of the Search page that stay folded away: other ways to say it, and conditions."""

from collections.abc import Sequence

import streamlit as st
from PIL import Image

from explorer.errors import ExplorerError
from explorer.fetching import fetch_picture, fetching_allowed
from explorer.pictures import picture_from
from pages._words import escape_markdown
from pages.searching.address import (
    DAYS,
    NUMBERS,
    SHAPES,
    clear_filters,
    count_filters,
    fill,
    key,
)

state = st.session_state


def forget() -> None:
    """Look for nothing; the conditions stay."""
    for name in ("text", "more", "like", "vector"):
        fill(name, "")
    state.search_pictures = []
    state.search_uploads = state.get("search_uploads", 0) + 1


def fetch() -> None:
    """Take the picture at an address as an example."""
    address = state.search_address.strip()
    if not address:
        return
    try:
        state.search_pictures = [
            *state.get("search_pictures", []),
            picture_from(fetch_picture(address)),
        ]
        state.search_error = ""
    except ExplorerError as refused:
        state.search_error = str(refused)


def refine() -> list[Image.Image]:
    """Draw the other ways to say what is looked for; return the pictures added here."""
    st.text_area(
        "More phrases, one a line", key=key("more"), placeholder="+ at night\n- people\n-0.5 snow"
    )
    files = st.file_uploader(
        "Pictures",
        accept_multiple_files=True,
        key=f"search_files_{state.get('search_uploads', 0)}",
    )
    given, wrong = list(files), st.container()
    if st.toggle("Use the camera", key="use_camera"):
        shot = st.camera_input(
            "Camera",
            label_visibility="collapsed",
            key=f"search_camera_{state.get('search_uploads', 0)}",
        )
        given += [shot] if shot else []
    if fetching_allowed():
        st.text_input("Address of a picture", key="search_address", on_change=fetch)
    st.text_area("Ids of photos to find more like, one a line", key=key("like"), height=68)
    st.text_area(
        "A vector of the encoder, as numbers", key=key("vector"), height=68, placeholder="0.12 -0.3"
    )
    found = []
    for file in given:
        try:
            found.append(picture_from(file.getvalue()))
        except ExplorerError as refused:
            wrong.error(escape_markdown(f"{file.name}: {refused}"))
    return found


def narrow() -> None:
    """Draw the conditions on what is known of a photo: folders first, views last."""
    st.button("Clear the filters", on_click=clear_filters, disabled=not count_filters())
    left, right = st.columns(2)
    left.text_input("File name or folder holds", key=key("place"))
    left.text_input(
        "Folder or class",
        key=key("label"),
        help="The folder that a photo lies in, or what its table calls it, as a whole.",
    )
    right.text_input("Description holds", key=key("description"))
    right.text_input(
        "Similarity at least",
        key=key("similar"),
        placeholder="0.25",
        help="A cosine, as it stands on each photo; leaves out what is less like the search.",
    )
    left.text_input("Photographer holds", key=key("photographer"))
    right.text_input("Camera holds", key=key("camera"))
    left.text_input("Country holds", key=key("country"))
    right.text_input("City holds", key=key("city"))
    for column, name, title in zip(
        (left, right), DAYS, ("Taken on this day or later", "Taken before"), strict=True
    ):
        column.date_input(title, key=key(name), min_value="1900-01-01")
    draw_numbers(NUMBERS[:2])
    st.segmented_control("Shape", SHAPES, key=key("orientation"))
    st.toggle("Leave out near-duplicates noted by ingest", key=key("no_duplicates"))
    st.text_area(
        "Conditions on any column, one a line",
        key=key("where"),
        height=68,
        placeholder="split=val\niso>=400",
        help="= != < <= > >= compare, ~ is contains, case and accents aside; 2020-05 is a month.",
    )
    draw_numbers(NUMBERS[2:])


def draw_numbers(names: Sequence[str]) -> None:
    """Draw the least numbers that photos must have, side by side."""
    for column, name in zip(st.columns(2), names, strict=True):
        title = f"{name.removeprefix('min_').capitalize()} at least"
        column.number_input(title, key=key(name), min_value=0, max_value=2**31, step=1)
