"""Export: the ways to take a concept and its matches elsewhere."""

from functools import partial
from typing import Any

import streamlit as st

from classifier import to_sql
from explorer.exports import FORMATS, as_classifier, as_zip, matches
from explorer.rounds import head_of
from pages._current import shared_explorer
from vecdb import Collection, Concept


def draw(collection: Collection, concept: Concept) -> None:
    """Offer the matches as files. Files are made when they are asked for."""
    head = head_of(concept)
    name = "".join(c if c.isalnum() else "-" for c in concept.name).strip("-").lower() or "concept"

    def table() -> Any:
        return matches(collection, head, concept.threshold)

    for title, (suffix, mime, render) in FORMATS.items():
        st.download_button(
            title,
            partial(lambda render: render(table()), render),
            f"{name}.{suffix}",
            mime,
            on_click="ignore",
        )
    st.download_button(
        "Zip of pictures",
        lambda: as_zip(shared_explorer().store, collection, table()),
        f"{name}.zip",
        "application/zip",
        on_click="ignore",
    )
    st.download_button(
        "Classifier (.safetensors)",
        lambda: as_classifier(concept, head, shared_explorer().concepts.labels(concept.id)),
        f"{name}.safetensors",
        on_click="ignore",
    )
    st.download_button(
        "SQL statement",
        lambda: to_sql(head, collection.name),
        f"{name}.sql",
        "text/plain",
        on_click="ignore",
    )
