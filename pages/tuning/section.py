"""Draw the training of similarity heads: what is asked for, how far it is, what was measured."""

from dataclasses import dataclass
from threading import Event

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.tuning import BY, TuningJob
from pages._current import shared_explorer
from pages._words import escape_markdown
from tuning.errors import TuningError
from vecdb import VecdbError

state = st.session_state
WORDS = {"label": "Photos of one label", "concept": "Photos answered yes in one concept"}


@dataclass(frozen=True)
class Training:
    """A training under way as it was drawn, and its line, which is to be brought up to date."""

    job: TuningJob
    stop: Event
    stopping: bool
    line: DeltaGenerator

    def is_drawn(self) -> bool:
        """Tell whether what was drawn still holds."""
        # Training that is stopped goes on with the best head, and then may be stopped anew.
        same = self.job.stop is self.stop and self.stop.is_set() == self.stopping
        return self.job.running and same

    def draw(self) -> None:
        """Say how far it is."""
        words = escape_markdown(f"{self.job.words}.")
        self.line.progress(min(self.job.fraction, 1.0), text=words)


def draw_tuning() -> Training | None:
    """Draw the whole section; return the training under way."""
    names = [info.name for info in shared_explorer().database.collections()]
    if not names:
        return None
    with st.expander("Bring alike photos closer", expanded=_has_news()):
        st.caption(
            "Learns from what you have labelled which photos are alike. Where it is surely better "
            "on classes and photos it never saw, a collection in the tuned space is added; the one "
            "it comes from stays as it is."
        )
        _draw_form(names)
        _draw_left()
        job = shared_explorer().tunings.latest
        if job is not None and job.running:
            return _draw_training(job)
        if job is not None:
            _draw_result(job)
    return None


def _has_news() -> bool:
    tunings = shared_explorer().tunings
    return tunings.latest is not None or bool(tunings.left())


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


def _draw_left() -> None:
    tunings = shared_explorer().tunings
    if left := tunings.left():
        st.warning(
            escape_markdown(
                f"The app was stopped before the training of {left} had ended: train again."
            )
        )
        st.button("Forget the training", on_click=tunings.forget)


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


def _draw_training(job: TuningJob) -> Training:
    drawn = Training(job, job.stop, job.stop.is_set(), st.empty())
    drawn.draw()
    st.button("Stop training", on_click=drawn.stop.set, disabled=drawn.stopping)
    return drawn


def _draw_result(job: TuningJob) -> None:
    for sentence in job.measured:
        st.markdown(f"- {escape_markdown(sentence)}")
    if job.error:
        st.error(escape_markdown(job.error))
    elif job.refused:
        st.warning(escape_markdown(job.refused))
    else:
        st.success(escape_markdown(f"{job.made} is ready: choose it on any page."))
