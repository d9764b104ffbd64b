"""Change the encoder: every concept of a collection, old against new, then carried over."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

import pandas as pd
import streamlit as st

from classifier import ClassifierError
from commandline.words import count_things
from encoder import EncoderError
from explorer import change_encoder
from explorer.change_encoder import Change, Comparison
from explorer.encode import list_siblings
from explorer.errors import ExplorerError
from pages._current import shared_explorer
from pages._waiting import Share, begin, under_way, wait_for
from pages._words import escape_markdown
from vecdb import VecdbError

HOW = (
    "No collection has vectors of a second encoder yet. Stop the app, make them, then come "
    "back:\n\n```\npython -m explorer encode --table TABLE --encoder NAME\n```"
)
WHAT = (
    "Every concept is fitted anew in the other encoder's vectors, from its phrases, examples and "
    "answers. Held out: the same answers in both, ranked by fits that have not seen them. "
    "Precision and recall: by the last audit's answers. Nothing is changed until you carry the "
    "concepts over, and the old ones stay."
)
MEASURES = {"held_out": "held out", "precision": "precision", "recall": "recall"}
state = st.session_state


def draw() -> None:
    """Draw the choice of vectors, the comparison, and what carries the concepts over."""
    goes_on = under_way().get("change")
    known = bool(goes_on) or state.get("change") is not None
    with st.expander("Change the encoder", icon=":material/swap_horiz:", expanded=known):
        pairs = {pair.target: pair for pair in list_siblings(shared_explorer().database)}
        if not pairs:
            st.markdown(HOW)
            return
        st.caption(WHAT)
        # What another window has begun may be of other vectors than are chosen here.
        if found := state.pop("change_found", ""):
            state.change_target = found
        target = st.selectbox(
            "New vectors",
            list(pairs),
            key="change_target",
            format_func=lambda name: f"{pairs[name].source} in {pairs[name].encoder}",
        )
        pair = pairs[target]
        st.button(
            "Compare old and new",
            key="change_compare",
            on_click=_begin,
            args=[pair.source, pair.encoder],
            disabled=bool(goes_on),
        )
        change: Change | None = state.get("change")
        if change is not None and change.target == target:
            _show(change)
        if problem := state.pop("change_problem", ""):
            st.error(escape_markdown(problem))
        if goes_on:
            _await(*goes_on)


def _begin(table: str, encoder: str, *, switch: bool = False) -> None:
    """Begin what goes on to its end whatever is clicked."""
    if "change" in under_way():
        return
    explorer, share = shared_explorer(), Share("Fitting every concept in both encoders' vectors")
    work = partial(change_encoder.change_encoder, switch=switch, tell=share.tell)
    under_way()["change"] = begin(lambda: work(explorer, table, encoder)), share.say


def _await(begun: Future[Change], words: Callable[[], str]) -> None:
    """Say how far it is until it has ended, then what was found."""
    wait_for(begun, words)
    under_way().pop("change", None)
    try:
        state.change = begun.result()
        state.change_found = state.change.target
    except (ClassifierError, EncoderError, ExplorerError, VecdbError) as error:
        state.change, state.change_problem = None, str(error)
    st.rerun()


def _show(change: Change) -> None:
    if not change.concepts:
        st.info(escape_markdown(f"No concept of {change.table} has answers."))
        return
    st.dataframe(
        pd.DataFrame([_row(found) for found in change.concepts]), hide_index=True, key="change_rows"
    )
    if change.missing:
        missing = count_things(change.missing, "photo has", "photos have")
        st.warning(f"{missing} no new vector yet: the same `encode` command goes on.")
    todo = [found for found in change.concepts if not found.problem and not found.copy]
    carried = sum(bool(found.copy) for found in change.concepts)
    if carried:
        st.success(
            escape_markdown(f"{carried} carried over to {change.target}; the old ones stay.")
        )
    if todo:
        st.button(
            escape_markdown(f"Carry {len(todo)} over to {change.target}"),
            key="change_switch",
            on_click=_begin,
            args=[change.table, change.encoder],
            kwargs={"switch": True},
            disabled="change" in under_way(),
        )


def _row(found: Comparison) -> dict[str, str | int]:
    row: dict[str, str | int] = {"concept": found.name, "yes": found.yes, "no": found.no}
    for name, title in MEASURES.items():
        old, new = getattr(found.old, name), getattr(found.new, name)
        both = ["–" if value is None else f"{value:.2f}" for value in (old, new)]
        row[title] = "" if both == ["–", "–"] else " → ".join(both)
    notes = [f"{count_things(found.lost, 'answer')} lost"] if found.lost else []
    if found.opened:
        notes.append("without its saved classifier, which is of the old encoder")
    row["note"] = found.problem or ", ".join(notes)
    return row
