"""Concepts: everything that was taught; an opened one with its labels, audit, results, files."""

import streamlit as st

from pages._boxes import put, said
from pages._current import (
    current_concept,
    listed_concepts,
    name_concepts,
    open_concept,
    shared_explorer,
)
from pages._session import keep
from pages._words import escape_markdown
from pages.concept import audit, export, labels, listing, news, results, truth
from vecdb import Concept
from vecdb.errors import UnknownConcept

VIEWS = {
    "results": ("Results", results.draw),
    "new": ("New", news.draw),
    "labels": ("Labels", labels.draw),
    "audit": ("Audit", audit.draw),
    "truth": ("Own labels", truth.draw),
    "export": ("Export", export.draw),
}
ERRORS = ("audit_error", "export_error", "labels_error")
state = st.session_state


def show(concept: Concept) -> None:
    """Open a concept here."""
    open_concept(concept)
    state.concepts_open = True
    address(concept.id)


def address(concept_id: str) -> None:
    """Say in the address what is open, so that it can be shared."""
    st.query_params.from_dict({"concept": concept_id, "view": state.get("concept_view", "results")})


def on_pick() -> None:
    """Open the concept that was picked."""
    show(shared_explorer().concepts.get(said("concept_pick")))


def on_view() -> None:
    """Say in the address which view is open."""
    address(state.concept_id)


def back() -> None:
    """Return to the list; the concept stays the one that is open."""
    state.concepts_open = False
    state.concept_view = "results"
    st.query_params.clear()


def draw_opened(concept: Concept) -> None:
    """Draw an opened concept."""
    wanted = st.query_params.get("view")
    if wanted in VIEWS:
        state.concept_view = wanted
    state.setdefault("concept_view", "results")
    if state.get("errors_of") != concept.id:
        state.errors_of = concept.id
        state.update(dict.fromkeys(ERRORS, ""))
    names = name_concepts(listed_concepts())
    left, middle, right = st.columns([1.3, 4, 5], vertical_alignment="center")
    left.button("All concepts", icon=":material/arrow_back:", on_click=back, width="stretch")
    middle.selectbox(
        "Concept",
        list(names),
        key=put("concept_pick", concept.id, names),
        format_func=lambda key: names.get(key, key),
        on_change=on_pick,
        label_visibility="collapsed",
    )
    view = right.segmented_control(
        "View",
        list(VIEWS),
        key="concept_view",
        format_func=lambda key: VIEWS[key][0],
        on_change=on_view,
        required=True,
        label_visibility="collapsed",
    )
    st.query_params.from_dict({"concept": concept.id, "view": view or "results"})
    if not len(concept.weights):
        # Made by a program: fitted to what is stored of it.
        with st.spinner("Fitting the concept to its answers"):
            concept = shared_explorer().page(concept.id).concept
    draw = VIEWS[view or "results"][1]
    draw(shared_explorer().collection(concept.collection), concept)


def main() -> None:
    """Draw the screen."""
    keep("concept_view")
    # An address may name a view alone: that of the concept which is open.
    named = "concept" in st.query_params or "view" in st.query_params
    if not named and state.get("screen_before") == "Concepts":
        state.concepts_open = False  # the browser has gone back to the list
    try:
        concept = current_concept()
    except UnknownConcept as error:
        st.error(escape_markdown(error))
        concept = None
    if concept is not None and (named or state.get("concepts_open")):
        state.concepts_open = True
        draw_opened(concept)
    else:
        listing.draw(show)


main()
