"""Who said what about a concept's photos: one person's labels, where people differ, how far."""

import pandas as pd
import streamlit as st

from classifier import ClassifierError
from explorer.agreement import Agreement, compare_people
from explorer.errors import ExplorerError
from explorer.history import History
from explorer.people import Role
from pages._current import shared_explorer
from pages._login import current_person, may
from pages._words import escape_markdown
from vecdb import Concept, Label, VecdbError

EVERYBODY = "everybody"
MINE = "mine"
SIGNS = {1: "✓", -1: "✕"}
# A choice: everybody's labels, those that somebody has not judged yet, or one person's.
Choice = tuple[str, str]
state = st.session_state


def choose_person(history: History) -> Choice:
    """Draw the choice of whose labels are shown; nothing where one person alone has answered."""
    me = current_person().name
    choices: list[Choice] = [(EVERYBODY, "")]
    if me and may(Role.LABEL) and set(history.people) - {me}:
        choices.append((MINE, me))
    if len(history.people) > 1:
        choices += [("by", name) for name in history.people]
    if len(choices) == 1:
        return choices[0]
    return st.selectbox("By", choices, format_func=_describe_choice, key="labels_by")


def labels_of(history: History, choice: Choice) -> list[Label]:
    """Return the labels that a choice shows; of what somebody has not judged yet, unmarked."""
    kind, name = choice
    if kind == "by":
        return [row for row in History(history.rows, name).latest.values() if row.label]
    rows = [row for row in history.latest.values() if row.label]
    if kind == MINE:
        known = history.labels_by(name)
        return [row for row in rows if row.photo_id not in known]
    return rows


def describe_answers(answers: dict[str, int]) -> str:
    """Say who calls a photo what."""
    return ", ".join(f"{name_person(name)} {SIGNS[label]}" for name, label in answers.items())


def name_person(name: str) -> str:
    """Return what somebody is called on the pages."""
    return name or "without a name"


def draw_people(concept: Concept, history: History) -> None:
    """Draw how far people agree, and the choice of whose answers the concept learns from."""
    people = history.people
    if history.judge is not None and history.judge not in people:
        people = [*people, history.judge]
    if state.get("people_error"):
        st.error(escape_markdown(state.pop("people_error")))
    if len(people) < 2:
        return
    with st.expander(f"{len(people)} people"):
        rows = [_describe_pair(pair) for pair in compare_people(history)]
        if rows:
            st.dataframe(pd.DataFrame(rows), hide_index=True, key="people_agreement")
            st.caption(
                "κ, Cohen's kappa, is the agreement beyond chance: 1 is all, 0 none; in brackets "
                "its 95 % interval."
            )
        else:
            st.caption("No photo was judged by two people yet.")
        # Not None for everybody: a box takes that for nothing chosen, and "" is who gave no name.
        judges: list[Choice] = [(EVERYBODY, ""), *(("by", name) for name in people)]
        chosen = judges[0] if history.judge is None else ("by", history.judge)
        st.selectbox(
            "The concept learns from",
            judges,
            judges.index(chosen),
            format_func=_describe_judge,
            key=f"judge_{concept.id}",
            on_change=_choose_judge,
            args=[concept.id],
            disabled=not may(Role.LABEL),
        )


def _choose_judge(concept_id: str) -> None:
    kind, name = state[f"judge_{concept_id}"]
    try:
        shared_explorer().rounds.choose_judge(concept_id, name if kind == "by" else None)
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.people_error = str(error)


def _describe_judge(choice: Choice) -> str:
    kind, name = choice
    if kind == EVERYBODY:
        return "everybody: the majority, the later answer where it is even"
    return name_person(name)


def _describe_pair(pair: Agreement) -> dict[str, str | int]:
    kappa = pair.kappa
    return {
        "People": f"{name_person(pair.first)}, {name_person(pair.second)}",
        "Judged by both": pair.both,
        "Alike": pair.same,
        "κ": f"{kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})" if kappa else "–",
    }


def _describe_choice(choice: Choice) -> str:
    kind, name = choice
    if kind == EVERYBODY:
        return "Everybody"
    return "Not judged by you yet" if kind == MINE else name_person(name)
