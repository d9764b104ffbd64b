"""Concepts: everything that was taught, to open, rename, duplicate, merge and delete."""

import streamlit as st

from explorer.addresses import thumbnail_url
from explorer.audits import AuditRecord, describe_findings
from pages._session import shared_explorer
from vecdb import Concept, LabelCounts, VecdbError

STRIP = 8
SHOWN = 20
state = st.session_state


def attempt(action: str, *arguments: str, **changes: str) -> None:
    """Run one change of the store; say what went wrong in one sentence."""
    try:
        getattr(shared_explorer().concepts, action)(*arguments, **changes)
    except VecdbError as error:
        state.concepts_error = str(error)
    else:
        state.concepts_error = ""
        if action == "delete":
            state.deleted = [*state.get("deleted", []), arguments[0]]


def rename(concept_id: str) -> None:
    """Give a concept the name typed beside it."""
    name = state[f"name_{concept_id}"].strip()
    if name:
        attempt("update", concept_id, name=name)


def restore() -> None:
    """Bring the concept deleted last back."""
    attempt("restore", state.deleted.pop())


def row(concept: Concept, counts: LabelCounts, others: list[Concept]) -> None:
    """Draw one concept: strip of matches, prompt, counts, what can be done with it."""
    with st.container(border=True):
        left, middle, right = st.columns([3, 5, 2], vertical_alignment="center")
        left.text_input(
            "Name",
            concept.name,
            key=f"name_{concept.id}",
            on_change=rename,
            args=[concept.id],
            label_visibility="collapsed",
        )
        left.text(summary(concept, counts))
        if counts.latest:
            middle.html(strip(concept, counts.latest))
        else:
            middle.caption("No match marked yet.")
        right.page_link(
            "mine.py",
            label="Open",
            icon=":material/play_arrow:",
            query_params={"concept": concept.id},
        )
        with right.popover("More", width="stretch"):
            st.button(
                "Duplicate",
                key=f"copy_{concept.id}",
                on_click=attempt,
                args=["duplicate", concept.id, f"{concept.name} (copy)"],
                width="stretch",
            )
            names = {other.id: other.name for other in others}
            into = st.selectbox(
                "Merge into", list(names), format_func=names.__getitem__, index=None,
                key=f"into_{concept.id}", placeholder="another concept",
            )  # fmt: skip
            st.button(
                "Merge",
                key=f"merge_{concept.id}",
                disabled=into is None,
                on_click=attempt,
                args=["merge", into, concept.id],
                width="stretch",
            )
            st.button(
                "Delete",
                key=f"delete_{concept.id}",
                on_click=attempt,
                args=["delete", concept.id],
                width="stretch",
            )


def strip(concept: Concept, photos: list[str]) -> str:
    """Return the contact strip; the addresses are percent-encoded, so nothing in them is HTML."""
    pictures = "".join(
        f'<img src="{thumbnail_url(concept.collection, photo)}" alt="" '
        'style="width:84px;height:84px;object-fit:cover;border-radius:3px">'
        for photo in photos
    )
    return f'<div style="display:flex;gap:4px;overflow:hidden">{pictures}</div>'


def summary(concept: Concept, counts: LabelCounts) -> str:
    """Say what a concept holds in one line."""
    words = f"{concept.collection}, round {concept.round}, {counts.yes} yes, {counts.no} no"
    record = AuditRecord.read(concept)
    if record is None or record.findings is None:
        return words
    overtaken = "" if record.is_current(concept) else " (before its latest change)"
    return f"{words}. {describe_findings(record.findings)}{overtaken}"


def main() -> None:
    """Draw the screen."""
    if state.get("concepts_error"):
        st.error(state.concepts_error)
    if state.get("deleted"):
        st.button("Undo the deletion", icon=":material/undo:", on_click=restore)
    concepts = shared_explorer().concepts.list()
    if not concepts:
        st.info("No concepts yet. Type a phrase on the **Mine** page to start one.")
        return
    shown = concepts if state.get("all_concepts") else concepts[:SHOWN]
    many = len(concepts) != 1
    st.caption(f"{len(concepts)} concept{'s' if many else ''}, the latest first")
    counts = shared_explorer().concepts.counts([concept.id for concept in shown], strip=STRIP)
    for concept in shown:
        row(
            concept,
            counts[concept.id],
            [o for o in concepts if o.id != concept.id and o.collection == concept.collection],
        )
    if len(concepts) > SHOWN:
        st.toggle(f"Show all {len(concepts)}", key="all_concepts")


main()
