"""The list of the concepts: a strip of each one's matches, and what can be done with it."""

import html
from collections import Counter
from collections.abc import Callable

import streamlit as st

from classifier import ClassifierError
from commandline.words import count_things
from explorer.addresses import thumbnail_url
from explorer.errors import ExplorerError
from explorer.history import read_history
from explorer.limits import check_there
from explorer.people import Role
from explorer.settings import Settings
from pages._boxes import fill, hear, said
from pages._current import (
    close_concept,
    count_answers,
    describe_beginning,
    list_returning,
    listed_concepts,
    name_concepts,
    shared_explorer,
)
from pages._login import may
from pages._session import tell_empty
from pages._words import escape_markdown
from pages.concept import audit, change_encoder, news, open_saved, together
from vecdb import Concept, LabelCounts, VecdbError

SHOWN = 20
NOTHING = "No concepts yet. Type a phrase on the **Train** page to start one."
state = st.session_state


def attempt(action: str, *arguments: str, **changes: str) -> None:
    """Run one change of the store; say what went wrong in one sentence."""
    try:
        if action == "merge":
            check_there(shared_explorer().concepts.get(arguments[0]))
        getattr(shared_explorer().concepts, action)(*arguments, **changes)
        if action == "merge":
            shared_explorer().rounds.refit(arguments[0])
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.concepts_error = str(error)
    else:
        state.concepts_error = ""
        if action in ("delete", "merge"):
            state.deleted = [*state.get("deleted", []), arguments]
            if state.get("concept_id") == arguments[-1]:
                close_concept()


def on_merge(concept_id: str) -> None:
    """Merge a concept into the one that is chosen by now."""
    if into := state[f"into_{concept_id}"]:
        attempt("merge", into, concept_id)


def rename(concept_id: str) -> None:
    """Give a concept the name typed beside it; without one it keeps its own."""
    hear(f"name_{concept_id}")
    name = said(f"name_{concept_id}").strip()
    if name:
        attempt("update", concept_id, name=name)


def exclude(concept_id: str) -> None:
    """Let a concept and the others that say so exclude each other, or no longer."""
    shared_explorer().rounds.keep_settings(concept_id, exclusive=state[f"exclusive_{concept_id}"])


def restore() -> None:
    """Bring the concept deleted last back, out of the one it went into where it was merged."""
    *into, gone = state.deleted.pop()
    attempt("restore", gone)
    explorer = shared_explorer()
    for other in into:
        concept = explorer.concepts.get(other)
        done = read_history(explorer.concepts, concept).done[-1:]
        if done == [f"merge {gone}"] and not concept.deleted:  # what was said since stays
            explorer.rounds.undo(other)


def bring_back(concept_id: str) -> None:
    """Bring a concept back that was deleted here, elsewhere, or with its collection."""
    attempt("restore", concept_id)
    state.deleted = [gone for gone in state.get("deleted", []) if gone != (concept_id,)]


def draw_deleted() -> None:
    """Offer every deleted concept that holds something and whose collection is there."""
    if not state.get("concepts_deleted"):
        return
    names = name_concepts(count_answers(list_returning()))
    if not names:
        st.caption("No deleted concept has answers and a collection with photos.")
        return
    left, right = st.columns([6, 2], vertical_alignment="bottom")
    chosen = left.selectbox("Deleted, the latest first", list(names), format_func=names.__getitem__)
    right.button("Bring it back", on_click=bring_back, args=[chosen], width="stretch")


def row(
    concept: Concept,
    counts: LabelCounts,
    others: dict[str, str],
    show: Callable[[Concept], None],
    *,
    alike: bool,
) -> None:
    """Draw one concept: strip of matches, prompt, counts, what can be done with it.

    Args:
        others: names of those it may be merged into, by id.
        show: opens it.
        alike: another one has its name and counts.
    """
    with st.container(border=True):
        left, middle, right = st.columns([3, 5, 2], vertical_alignment="center")
        if may(Role.LABEL):
            left.text_input(
                "Name",
                key=fill(f"name_{concept.id}", concept.name),
                placeholder=concept.name,
                on_change=rename,
                args=[concept.id],
                label_visibility="collapsed",
            )
        else:
            left.text(concept.name)
        left.text(summary(concept, counts, alike=alike))
        if counts.latest:
            middle.html(strip(concept, counts.latest))
        else:
            middle.caption("No match marked yet.")
        if may(Role.LABEL):
            right.page_link(
                "train.py",
                label="Train",
                icon=":material/play_arrow:",
                width="stretch",
                query_params={"concept": concept.id},
            )
        right.button(
            "Open", key=f"open_{concept.id}", on_click=show, args=[concept], width="stretch"
        )
        if not may(Role.LABEL):
            return
        with right.popover("More", width="stretch", key=f"more_{concept.id}"):
            st.button(
                "Duplicate",
                key=f"copy_{concept.id}",
                on_click=attempt,
                args=["duplicate", concept.id, f"{concept.name} (copy)"],
                width="stretch",
            )
            st.checkbox(
                "Excludes the others that say so",
                Settings.read(concept.settings).exclusive,
                key=f"exclusive_{concept.id}",
                on_change=exclude,
                args=[concept.id],
                help="A photo is of one such concept only: a yes for another one is a no here.",
            )
            into = st.selectbox(
                "Merge into", list(others), format_func=others.__getitem__, index=None,
                key=f"into_{concept.id}", placeholder="another concept", width=320,  # names in full
            )  # fmt: skip
            st.button(
                "Merge",
                key=f"merge_{concept.id}",
                disabled=into is None,
                on_click=on_merge,
                args=[concept.id],
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
    """Return the contact strip; its addresses are percent-encoded, so nothing in them is HTML."""
    pictures = "".join(
        f'<img src="{thumbnail_url(concept.collection, photo)}" alt="" '
        f'title="{html.escape(photo, quote=True)}" '
        'style="width:84px;height:84px;object-fit:contain;border-radius:3px">'
        for photo in photos
    )
    return f'<div style="display:flex;gap:4px;overflow:hidden">{pictures}</div>'


def summary(concept: Concept, counts: LabelCounts, *, alike: bool) -> str:
    """Say what a concept holds in one line, and when it was begun where another looks like it."""
    words = f"{concept.collection}, round {concept.round}, {counts.yes} yes, {counts.no} no"
    words += f", begun {describe_beginning(concept)}" if alike else ""
    words += news.describe_new(concept)
    audited = audit.describe_audit(concept)
    return f"{words}. {audited}" if audited else words


def draw(show: Callable[[Concept], None]) -> None:
    """Draw the list of the concepts.

    Args:
        show: opens one.
    """
    if state.get("concepts_error"):
        st.error(escape_markdown(state.concepts_error))
    if state.get("deleted") and may(Role.LABEL):
        what = "deletion" if len(state.deleted[-1]) == 1 else "merge"
        st.button(f"Undo the {what}", icon=":material/undo:", on_click=restore)
    if may(Role.LABEL):
        open_saved.tell_error()
        with st.container(horizontal=True, vertical_alignment="center"):
            open_saved.draw()
            st.toggle("Deleted concepts", key="concepts_deleted", width="content")
        draw_deleted()
    listed = listed_concepts()
    if not listed and not shared_explorer().collection_names():
        tell_empty()
        return
    if not listed:
        st.info(NOTHING)
        return
    concepts = [concept for concept, _ in listed.values()]
    if show_together([concept for concept in concepts if len(concept.weights)]):
        return
    shown = concepts if state.get("all_concepts") else concepts[:SHOWN]
    names = name_concepts(listed)
    looks = Counter((one.name, one.collection, n.yes, n.no) for one, n in listed.values())
    st.caption(f"{count_things(len(concepts), 'concept')}, the latest first")
    for concept in shown:
        others = {
            other.id: names[other.id]
            for other in concepts
            if other.id != concept.id and other.collection == concept.collection
        }
        counts = listed[concept.id][1]
        look = concept.name, concept.collection, counts.yes, counts.no
        row(concept, counts, others, show, alike=looks[look] > 1)
    if len(concepts) > SHOWN:
        st.toggle(f"Show all {len(concepts)}", key="all_concepts")
    if may(Role.OWN):
        change_encoder.draw()


def show_together(concepts: list[Concept]) -> bool:
    """Offer the concepts side by side where there are several; whether they are drawn so."""
    if len(concepts) < 2 or not st.toggle("Side by side on each photo", key="concepts_together"):
        return False
    together.draw(concepts)
    return True
