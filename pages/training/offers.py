"""What to go on with, and how to begin: the words above the first photos."""

from collections.abc import Sequence

import streamlit as st

from explorer.page import Page
from pages._current import listed_concepts, shared_explorer
from pages._session import hint_at_words
from pages._start import address, drop_unanswered, show
from pages._words import escape_markdown, isolate
from vecdb import Collection, Concept, LabelCounts

LATEST = 8
GUIDE = """
**A minute to a classifier of your own**

1. Type what you are looking for, such as *a house by the lake*, and press Enter.
2. Click the photos that match, click twice on those that do not, and press **Next round**.
3. Stop when a page brings nothing new. **Concepts** then lists every match and takes it elsewhere.
"""
FIRST_PAGE = (
    "Click what matches (✓), click twice what does not (✕), then press Next round. "
    "Three to five rounds are usually enough: stop when a page brings nothing new."
)
state = st.session_state


def reopen(concept_id: str) -> None:
    """Go on with a concept."""
    drop_unanswered()
    state.error = ""
    show(shared_explorer().page(concept_id))
    address(state.page)


def offer_twins(page: Page) -> None:
    """Offer to go on with what was taught before under the same words."""
    words, table = page.concept.prompt.strip().casefold(), page.concept.collection

    def same(other: Concept) -> bool:
        is_other = other.id != page.concept.id and other.collection == table
        return is_other and other.prompt.strip().casefold() == words != ""

    listed = [(one, n) for one, n in listed_concepts(same).values() if n.yes + n.no][:2]
    if not listed:
        return
    left, right = st.columns([6, 2], vertical_alignment="center")
    latest, _ = listed[0]
    left.text(
        f"“{latest.name}” was taught before, last on {latest.updated:%-d %B %Y}. "
        "This page starts a new one."
    )
    for (concept, _), label in zip(listed, label_each(listed), strict=True):
        right.button(
            f"Continue {label}",
            key=f"continue_{concept.id}",
            on_click=reopen,
            args=[concept.id],
            width="stretch",
        )


def label_each(listed: Sequence[tuple[Concept, LabelCounts]]) -> list[str]:
    """Return the label of a button for each concept; of those that look alike, when they changed.

    As Markdown.
    """
    labels = [f"{isolate(one.name)}: {n.yes} yes, {n.no} no" for one, n in listed]
    return [
        escape_markdown(
            label + (f", {one.updated:%-d %b, %H:%M}" if labels.count(label) > 1 else "")
        )
        for (one, _), label in zip(listed, labels, strict=True)
    ]


def offer_latest(collection: Collection) -> None:
    """List the latest concepts of a collection; without any, say how one is made."""
    listed = [
        (concept, counts)
        for concept, counts in listed_concepts().values()
        if concept.collection == collection.name
    ][:LATEST]
    if not listed:
        st.markdown(GUIDE)
        return
    st.caption("Go on with")
    with st.container(horizontal=True):
        for (concept, _), label in zip(listed, label_each(listed), strict=True):
            st.button(
                label,
                key=f"go_on_{concept.id}",
                on_click=reopen,
                args=[concept.id],
            )


def first_words(page: Page) -> None:
    """Draw what is to be said of a concept's first page."""
    if not page.history.judged:
        offer_twins(page)
        state.taught = state.get("taught") or len(listed_concepts()) > 1
        if not state.taught:
            st.caption(FIRST_PAGE)
    collection = shared_explorer().collection(page.concept.collection)
    hint_at_words(collection, page.concept.prompt)
