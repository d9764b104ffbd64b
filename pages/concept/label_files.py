"""A concept's labels as files: downloads, and an upload that becomes one action."""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from classifier import ClassifierError
from commandline.words import describe_error
from encoder import EncoderError
from explorer.errors import ExplorerError
from explorer.exports import name_file
from explorer.full_disk import passing_folder
from explorer.labels.files import read_labels, write_csv, write_json_lines
from explorer.labels.importing import drop_names, import_labels
from explorer.labels.report import describe_import
from explorer.people import Role
from pages._current import shared_explorer
from pages._login import current_person, may
from vecdb import Concept, VecdbError

WRITERS = {
    "CSV": ("csv", "text/csv", write_csv),
    "JSON lines": ("jsonl", "application/x-ndjson", write_json_lines),
}
ENDINGS = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "xml"]
state = st.session_state


def draw(concept: Concept) -> None:
    """Offer the labels as files, and take a file of labels in."""
    with st.popover("Files", width="stretch"):
        offer_downloads(concept)
        if not may(Role.LABEL):
            return
        key = f"label_file_{concept.id}_{state.get('label_files', 0)}"
        file = st.file_uploader("Labels to add", ENDINGS, key=key)
        st.text_input("Class or column of the file that is meant", key="label_category")
        st.toggle("Photos of other classes are a no", key="label_others")
        st.button(
            "Add these labels",
            key=f"label_add_{concept.id}",
            on_click=on_add,
            args=[concept, file],
            disabled=file is None,
            width="stretch",
        )
        # In here, where it was asked for: below, the popover would lie over it.
        for line in state.pop("label_told", []):
            st.text(line)


def offer_downloads(concept: Concept) -> None:
    """Offer the labels of a concept, made when they are asked for."""

    def make(write: Any) -> bytes:
        return b"".join(write(shared_explorer().concepts.votes(concept.id)))

    for title, (suffix, mime, write) in WRITERS.items():
        st.download_button(
            f"Labels as {title}",
            partial(make, write),
            f"{name_file(concept)}-labels.{suffix}",
            mime,
            on_click="ignore",
            width="stretch",
        )


def on_add(concept: Concept, file: Any) -> None:
    """Take a file in, with what is typed and chosen by now."""
    take_in(concept, file, state.label_category, state.label_others)


def take_in(concept: Concept, file: Any, category: str, others: bool) -> None:
    """Add an uploaded file's labels to a concept; say what became of them."""
    explorer = shared_explorer()
    if explorer.concepts.get(concept.id).deleted:
        return  # the list says so; one that is not there would be made
    path = Path(f"labels{Path(file.name).suffix.lower()}")
    try:
        with passing_folder() as folder:
            path = folder / path
            path.write_bytes(file.getvalue())
            done = import_labels(
                explorer,
                drop_names(partial(read_labels, path), current_person()),
                explorer.database.collection(concept.collection),
                concept.id,
                category=category.strip() or None,
                others_no=others,
                by=current_person().name,
            )
    except (VecdbError, ClassifierError, EncoderError, ExplorerError, OSError) as error:
        state.label_told = [describe_error(error).replace(str(path), file.name)]
        return
    state.label_told = list(describe_import(done, ids=False))
    state.label_files = state.get("label_files", 0) + 1
