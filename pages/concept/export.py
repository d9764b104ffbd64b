"""Export: the ways to take a concept and its matches elsewhere."""

from functools import partial
from typing import Any

import streamlit as st

from classifier import to_sql
from explorer.exports import FORMATS, as_classifier, as_zip, matches
from explorer.rounds import head_of
from pages._current import shared_explorer
from pages._words import escape_markdown
from pages.concept.label_files import offer_downloads
from vecdb import Collection, Concept, VecdbError
from vecdb.concepts import view_name

state = st.session_state


def on_view() -> None:
    """Make the view of the concept, or remove it."""
    concepts = shared_explorer().concepts
    try:
        if state.export_view_made:
            concepts.create_view(state.concept_id)
        else:
            concepts.drop_view(state.concept_id)
        state.export_error = ""
    except VecdbError as error:
        state.export_error = str(error)


def draw(collection: Collection, concept: Concept) -> None:
    """Offer the matches as files, made when they are asked for, and the concept in SQL."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Files")
        offer_files(collection, concept)
        offer_downloads(concept)
    with right:
        st.subheader("In the database")
        offer_view(concept)


def offer_view(concept: Concept) -> None:
    """Offer the concept as a view for any SQL client."""
    if state.get("export_error"):
        st.error(escape_markdown(state.export_error))
    state.export_view_made = shared_explorer().concepts.has_view(concept.id)
    st.toggle("A view of this concept", key="export_view_made", on_change=on_view)
    st.caption(
        "Any SQL client of this database can read it. It follows the concept: fitted again, or "
        "with another threshold, it shows that, and photos added later are in it."
    )
    st.code(
        f"SELECT id, url, score FROM {view_name(concept)}\nWHERE matches ORDER BY score DESC",
        language="sql",
    )


def offer_files(collection: Collection, concept: Concept) -> None:
    """Offer the matches as files."""
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
