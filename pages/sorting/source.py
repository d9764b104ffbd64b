"""What is classified: photos of a collection, of a folder, or uploaded."""

from functools import partial
from typing import Any, cast

import streamlit as st

from encoder import Encoder
from explorer.photo_sets import PhotoSet, of_collection, of_folder, of_uploads
from pages._session import BY_THEMSELVES, count_photos
from pages._waiting import Share, compute
from pages._words import escape_markdown
from pages.adding.browser import owner_places
from pages.sorting.kept import tie
from vecdb import Collection

SOURCES = ("Collection", "Folder", "Uploads")
state = st.session_state


def choose_source(collection: Collection, encoder: Encoder) -> PhotoSet | None:
    """Draw the choice of what is classified and return it; encoded pictures are kept.

    Returns:
        None where nothing has been given yet.

    Raises:
        OSError: the folder is not there, or nothing in it is a picture.
        NotAllowed: the folder is not one that may be looked into.
    """
    if state.get("class_kind") not in SOURCES:
        state.class_kind = SOURCES[0]
    kind = st.segmented_control("Classify", SOURCES, key="class_kind", required=True)
    if kind == "Collection":
        prefix = st.text_input("Only ids that start with", **tie("class_prefix"))
        return _read_collection(collection, prefix.strip())
    kept = state.get("class_source")
    if kind == "Folder":
        given: Any = st.text_input("Folder on this machine", key="class_folder").strip()
    else:
        given = st.file_uploader(
            "Pictures", accept_multiple_files=True, on_change=state.pop, args=("class_source", None)
        )
        if not given and kept and kept[0][:2] == (kind, encoder.name):
            # Streamlit forgets the files when another page is drawn; their vectors are here.
            count = count_photos(len(kept[1].photos.ids))
            st.caption(f"{count} uploaded before; others replace them.")
            return cast(PhotoSet, kept[1])
    if not given:
        st.caption("Nothing to classify yet.")
        return None
    files = given if kind == "Folder" else [file.file_id for file in given]
    wanted = (kind, encoder.name, files)
    if kept is None or kept[0] != wanted:
        places = owner_places() if kind == "Folder" else None
        read = partial(of_folder, places=places) if places else of_uploads
        share = Share("Encoding the pictures")
        encoded = compute(
            wanted,
            partial(read, given, encoder, tell=share.tell),
            lambda: f"{share.say()}. {BY_THEMSELVES}",
        )
        state.class_source = kept = (wanted, encoded)
    for note in kept[1].notes:
        st.caption(escape_markdown(note))
    return cast(PhotoSet, kept[1])


def _read_collection(collection: Collection, prefix: str) -> PhotoSet | None:
    found = of_collection(collection, prefix)
    for note in found.notes:
        st.caption(note)
    if found.photos.ids:
        return found
    st.caption(escape_markdown(f"No photo of {collection.name} has an id that starts with this."))
    return None
