"""Open a concept that was saved as a file, here or on another machine."""

from pathlib import Path
from typing import Any

import streamlit as st

from classifier import ClassifierError
from commandline.words import describe_error
from explorer.errors import ExplorerError
from explorer.full_disk import passing_folder
from pages._current import open_concept, shared_explorer
from pages._words import escape_markdown
from vecdb import VecdbError

state = st.session_state


def tell_error() -> None:
    """Say what was wrong with the last file."""
    if error := state.pop("open_saved_error", ""):
        st.error(escape_markdown(error))


def draw() -> None:
    """Draw the place to open one."""
    names = shared_explorer().collection_names()
    if not names:
        return
    with st.popover("Open a saved concept", icon=":material/upload_file:"):
        file = st.file_uploader(
            "File of a concept", ["safetensors", "npz"], key=f"saved_{state.get('saved_files', 0)}"
        )
        st.selectbox("On the collection", names, key="saved_table")
        st.text_input("Name", key="saved_name", placeholder="as it was saved")
        st.button("Open it", on_click=open_file, args=[file], disabled=file is None)


def open_file(file: Any) -> None:
    """Make a concept of an uploaded file, and open it, under the name as it is typed by now."""
    table, name = state.saved_table, state.saved_name
    try:
        with passing_folder() as folder:
            path = folder / f"{Path(file.name).stem}{Path(file.name).suffix.lower()}"
            path.write_bytes(file.getvalue())
            concept = shared_explorer().open_saved(path, table, name).concept
    except (ClassifierError, ExplorerError, VecdbError, OSError) as error:
        # The others say of a saved concept why it does not fit here.
        foreign = type(error) is ClassifierError
        is_none = f"{file.name} is not a file of a saved concept."
        state.open_saved_error = is_none if foreign else describe_error(error)
        return
    state.saved_files = state.get("saved_files", 0) + 1
    open_concept(concept)
    state.concepts_open = True
    st.query_params.from_dict({"concept": concept.id, "view": "results"})
