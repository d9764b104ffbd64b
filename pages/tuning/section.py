"""Draw the training of similarity heads: what is asked for, how far it is, what was measured."""

import time

import streamlit as st

from explorer.tuning import BY, TuningJob
from pages._current import shared_explorer
from pages._waiting import LOOK
from pages._words import escape_markdown
from tuning.errors import TuningError
from vecdb import VecdbError

state = st.session_state
WORDS = {"label": "Photos of one label", "concept": "Photos answered yes in one concept"}


def draw_tuning() -> None:
    """Draw the whole section; nothing where there is no collection."""
    names = [info.name for info in shared_explorer().database.collections()]
    if not names:
        return
    with st.expander("Bring alike photos closer", expanded=_has_news()):
        st.caption(
            "Learns from what you have labelled which photos are alike. Where it is surely better "
            "on classes and photos it never saw, a collection in the tuned space is added; the one "
            "it comes from stays as it is."
        )
        _draw_form(names)
        job = shared_explorer().tunings.latest
        if job is not None and job.running:
            _draw_progress(job)
        elif job is not None:
            _draw_result(job)


def _has_news() -> bool:
    return shared_explorer().tunings.latest is not None


def _draw_form(names: list[str]) -> None:
    left, middle, right = st.columns(3)
    table = left.selectbox("Learn from collection", names, key="tuning_table")
    middle.selectbox("What is alike", BY, format_func=WORDS.__getitem__, key="tuning_by")
    right.text_input("Name of the head", key="tuning_name", placeholder="look")
    st.checkbox("Serve it whatever was measured", key="tuning_force")
    tunings = shared_explorer().tunings
    job = tunings.latest
    st.button("Train", on_click=_start, disabled=bool(job and job.running))
    for name in tunings.names(table):
        st.button(
            escape_markdown(f"Delete {table}__{name} and its head"),
            on_click=_delete,
            args=(table, name),
        )
    if state.get("tuning_error"):
        st.error(escape_markdown(state.tuning_error))


def _start() -> None:
    state.tuning_error = ""
    shared_explorer().tunings.start(
        state.tuning_table, state.tuning_name.strip(), state.tuning_by, force=state.tuning_force
    )


def _delete(table: str, name: str) -> None:
    state.tuning_error = ""
    try:
        shared_explorer().tunings.delete(table, name)
    except (TuningError, VecdbError) as error:
        state.tuning_error = str(error)


def _draw_progress(job: TuningJob) -> None:
    line, stop = st.empty(), job.stop
    st.button("Stop training", on_click=stop.set, disabled=stop.is_set())
    stopping = stop.is_set()
    # Training that is stopped goes on with the best head, and then may be stopped anew.
    while job.running and job.stop is stop and stop.is_set() == stopping:
        line.progress(min(job.fraction, 1.0), text=escape_markdown(f"{job.words}."))
        time.sleep(LOOK)
    st.rerun()


def _draw_result(job: TuningJob) -> None:
    for sentence in job.measured:
        st.markdown(f"- {escape_markdown(sentence)}")
    if job.error:
        st.error(escape_markdown(job.error))
    elif job.refused:
        st.warning(escape_markdown(job.refused))
    else:
        st.success(escape_markdown(f"{job.made} is ready: choose it on any page."))
