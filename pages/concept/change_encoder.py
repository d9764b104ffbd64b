"""Change the encoder: every concept of a collection, old against new, then carried over."""

import pandas as pd
import streamlit as st

from classifier import ClassifierError
from encoder import EncoderError
from explorer import change_encoder
from explorer.change_encoder import Change, Comparison
from explorer.encode import list_siblings
from explorer.errors import ExplorerError
from pages._current import shared_explorer
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
    with st.expander("Change the encoder", icon=":material/swap_horiz:"):
        pairs = {pair.target: pair for pair in list_siblings(shared_explorer().database)}
        if not pairs:
            st.markdown(HOW)
            return
        st.caption(WHAT)
        target = st.selectbox(
            "New vectors",
            list(pairs),
            key="change_target",
            format_func=lambda name: f"{pairs[name].source} in {pairs[name].encoder}",
        )
        pair = pairs[target]
        if st.button("Compare old and new", key="change_compare"):
            _compute(pair.source, pair.encoder, switch=False)
        change: Change | None = state.get("change")
        if change is not None and change.target == target:
            _show(change)


def _compute(table: str, encoder: str, *, switch: bool) -> None:
    with st.spinner("Fitting every concept in both encoders' vectors"):
        try:
            state.change = change_encoder.change_encoder(
                shared_explorer(), table, encoder, switch=switch
            )
        except (ClassifierError, EncoderError, ExplorerError, VecdbError) as error:
            state.change = None
            st.error(escape_markdown(error))


def _show(change: Change) -> None:
    st.dataframe(
        pd.DataFrame([_row(found) for found in change.concepts]), hide_index=True, key="change_rows"
    )
    if change.missing:
        st.warning(
            f"{change.missing} photos have no new vector yet: the same `encode` command goes on."
        )
    todo = [found for found in change.concepts if not found.problem and not found.copy]
    carried = sum(bool(found.copy) for found in change.concepts)
    if carried:
        st.success(
            escape_markdown(f"{carried} carried over to {change.target}; the old ones stay.")
        )
    if todo and st.button(
        escape_markdown(f"Carry {len(todo)} over to {change.target}"), key="change_switch"
    ):
        _compute(change.table, change.encoder, switch=True)
        st.rerun()


def _row(found: Comparison) -> dict[str, str | int]:
    row: dict[str, str | int] = {"concept": found.name, "yes": found.yes, "no": found.no}
    for name, title in MEASURES.items():
        old, new = getattr(found.old, name), getattr(found.new, name)
        row[title] = " → ".join("–" if value is None else f"{value:.2f}" for value in (old, new))
    row["note"] = found.problem or (f"{found.lost} answers lost" if found.lost else "")
    return row
