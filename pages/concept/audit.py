"""Audit: a blind, random check that says how good a classifier really is."""

from functools import partial
from typing import cast

import numpy as np
import streamlit as st

from classifier import ClassifierError
from classifier.audit import Findings, Interval, plan
from commandline.words import count_things, percent
from explorer.audits import (
    AuditRecord,
    answer_audit,
    begin_audit,
    blind_answers,
    describe_findings,
    open_questions,
    read_answers,
    take_back_answers,
)
from explorer.errors import ExplorerError
from explorer.fitting import head_of
from explorer.matches import count_matches
from explorer.people import Role
from pages._current import shared_explorer
from pages._login import current_person, may
from pages._session import count_photos
from pages._words import escape_markdown
from pages.grid import photo_grid
from pages.grid.contract import GridEvent, Mark
from pages.grid.tiles import grid_tiles
from vecdb import Collection, Concept, VecdbError

PAGE = 25
WIDTHS = {
    "Quick: precision to ± 10 points": 0.1,
    "Thorough: ± 5 points": 0.05,
    "Rough: ± 20 points": 0.2,
}
# Why there is none.
UNKNOWN = {
    "precision": "No photo is above the threshold.",
    "recall": "No answer was a yes, so nothing tells what is missed.",
}
state = st.session_state


def on_event(concept_id: str, audit_id: str, asked: list[str], event: GridEvent) -> None:
    """Keep the answers of a page, or take the last one's back.

    Args:
        asked: the photos of the page.
    """
    state.audit_error = ""
    if event["type"] == "undo":
        on_back(concept_id, audit_id)
        return
    if event["type"] == "unmarked":
        state.audit_unmarked = event["rule"]
        return
    if event["type"] != "finish":
        return
    rule = -1 if state.get("audit_unmarked", "negative") == "negative" else 0
    answers = {photo: int(event["marks"].get(photo, rule)) for photo in asked}
    try:
        if kept := keep_answers(concept_id, audit_id, answers):
            pages_of(audit_id).append(kept)
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.audit_error = str(error)


def pages_of(audit_id: str) -> list[dict[str, int]]:
    """Return the answers that this person may take back, page by page, the last one last.

    Those are the pages of this session, after those that its person answered before.
    """
    pages: dict[str, list[dict[str, int]]] = state.setdefault("audit_pages", {})
    if audit_id not in pages:
        given = shared_explorer().database.audits.answers(audit_id, current_person().name)
        rows = list(given.items())
        pages[audit_id] = [dict(rows[at : at + PAGE]) for at in range(0, len(rows), PAGE)]
    return pages[audit_id]


def on_back(concept_id: str, audit_id: str) -> None:
    """Open the page that was answered last anew, with its marks and what was said of the rest."""
    pages = pages_of(audit_id)
    try:
        last = pages[-1]
        take_back_answers(shared_explorer().database, concept_id, audit_id, last)
        rest = 0 if 0 in last.values() else -1
        state.audit_unmarked = "negative" if rest else "skip"
        state.audit_marks = {p: cast(Mark, n) for p, n in pages.pop().items() if n != rest}
    except (VecdbError, ExplorerError) as error:
        state.audit_error = str(error)


def keep_answers(concept_id: str, audit_id: str, answers: dict[str, int]) -> dict[str, int]:
    """Keep the answers of a page; those that another window has given meanwhile stand.

    Returns:
        The answers that were kept.
    """
    database = shared_explorer().database
    record = AuditRecord.read(database.concepts.get(concept_id))
    if record is None or record.id != audit_id:
        state.audit_error = "Another window began this audit anew: this page was not saved."
        return {}
    open_now = set(open_questions(record, read_answers(database, record)))
    kept = {photo: answer for photo, answer in answers.items() if photo in open_now}
    answer_audit(database, concept_id, kept, current_person().name)
    if answered := len(answers) - len(kept):
        state.audit_error = (
            f"Another window has answered {answered} of the {count_things(len(answers), 'photo')} "
            "of this page meanwhile: the first answers stand."
        )
    return kept


def on_begin(concept_id: str) -> None:
    """Draw a new audit."""
    try:
        concept = shared_explorer().concepts.get(concept_id)
        collection = shared_explorer().collection(concept.collection)
        begin_audit(
            shared_explorer().database,
            collection,
            concept,
            WIDTHS[state.audit_width],
            known=state.audit_known,
        )
        state.audit_error = ""
    except (VecdbError, ClassifierError, ExplorerError) as error:
        state.audit_error = str(error)


def offer_beginning(concept_id: str, label: str) -> None:
    """Draw a button whose press, however late, begins an audit of the concept it was drawn for."""
    # Each label is a button of its own: one that stayed would keep the focus when it was pressed.
    key = f"{label}_{concept_id}"
    st.button(label, key=key, on_click=on_begin, args=[concept_id], width="stretch")


def offer(collection: Collection, concept: Concept, label: str, lost: str = "") -> None:
    """Draw the button that begins an audit, and how many questions each kind asks.

    Args:
        lost: what is dropped by it, which is asked about first.
    """
    if not may(Role.LABEL):
        return
    total = collection.count()
    # How many questions there will be: of a large collection an estimate is enough to say.
    known = shared_explorer().rounds.memory.known(collection.name)
    accepted = min(total, count_matches(known, head_of(concept), concept.threshold).value)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    # Texts that stay as they are: a choice comes back from the browser as its text.
    width = left.selectbox("How sure do you want to be?", list(WIDTHS), key="audit_width")
    questions = plan(total, accepted, width=WIDTHS[width]).questions
    if lost:
        with right.popover(label, width="stretch"):
            st.caption("A concept keeps one audit: the new one takes the place of this.")
            offer_beginning(concept.id, f"Drop {lost} and begin")
    else:
        with right:
            offer_beginning(concept.id, label)
    counted = st.checkbox(
        "Count answers given already",
        value=True,
        key="audit_known",
        help="Photos are drawn at random, judged or not. One that you have judged is not asked "
        "about again, unless the classifier contradicts your answer. Without this you are asked "
        "about all: slower, and it finds slips that the classifier believes.",
    )
    st.caption(f"{'At most ' if counted else ''}{count_things(questions, 'question')}")


def ask(collection: Collection, concept: Concept, record: AuditRecord) -> None:
    """Draw the next questions, without scores, reasons or order."""
    answers = read_answers(shared_explorer().database, record)
    waiting = open_questions(record, answers)
    page = waiting[:PAGE]
    if not record.is_current(concept):
        st.warning(
            "The classifier or its threshold has changed since this audit began: what it finds is "
            "of the one before. Begin anew to audit the one of now."
        )
    done = len(answers)
    photo_grid(
        {
            "mode": "audit",
            "key": f"audit:{concept.id}:{record.id}:{done}{current_person().mark}",
            "title": f"{done} of {done + len(waiting)} answered",
            "note": f"Which of these are “{concept.name}”? Mark every match."
            + mention_given(record, " {} of the photos drawn were answered before."),
            "tiles": grid_tiles(collection, page),
            "unmarked": state.get("audit_unmarked", "negative"),
            "marks": {p: m for p, m in state.get("audit_marks", {}).items() if p in page},
            "undoable": bool(pages_of(record.id)),
            "action": "Save answers",
        },
        key="audit_grid",
        on_event=partial(on_event, concept.id, record.id, page),
    )


def mention_given(record: AuditRecord, words: str) -> str:
    """Say how many answers were given before an audit; nothing where none were."""
    return words.format(f"{len(record.given):,}") if record.given else ""


def describe_audit(concept: Concept) -> str:
    """Say in one line what a concept's audit found, and whether later labels have overtaken it.

    Returns:
        Empty where there is no finished audit.
    """
    record = AuditRecord.read(concept)
    if record is None or record.findings is None:
        return ""
    overtaken = "" if record.is_current(concept) else " (before its latest change)"
    return describe_findings(record.findings) + overtaken


def state_plainly(record: AuditRecord, findings: Findings) -> str:
    """State the result in a sentence that nobody misreads."""
    precision, matches = findings.precision, findings.matches
    if not findings.recall:
        return f"No answer was a yes: {_state_most(record, findings)}."
    found, above = 0.0, "No photo is above the threshold, so there is no precision"
    if precision:
        found = precision.value * record.plan.accepted
        span = " to ".join(dict.fromkeys((percent(precision.low), percent(precision.high))))
        above = (
            f"About {found:,.0f} of the {count_photos(record.plan.accepted)} above the threshold "
            f"match (precision {span})"
        )
    low, high = max(0.0, matches.low - found), max(0.0, matches.high - found)
    return f"{above}; between {low:,.0f} and {high:,.0f} matches are missed below it."


def _state_most(record: AuditRecord, findings: Findings) -> str:
    most = f"of the whole collection at most {np.ceil(findings.matches.high):,.0f}"
    if not findings.precision:
        return f"no photo is above the threshold, {most} match"
    accepted = record.plan.accepted
    above = np.ceil(findings.precision.high * accepted)
    return f"of the {count_photos(accepted)} above the threshold at most {above:,.0f} match, {most}"


def report(concept: Concept, record: AuditRecord, findings: Findings) -> None:
    """State what was found, and of which classifier."""
    st.markdown(f"**{state_plainly(record, findings)}**")
    columns = st.columns(3)
    for column, (name, title) in zip(
        columns,
        (("precision", "Precision"), ("recall", "Recall"), ("matches", "Matches")),
        strict=True,
    ):
        found: Interval | None = getattr(findings, name)
        if not found:
            column.metric(title, "none" if name == "precision" else "unknown")
            column.caption(UNKNOWN[name])
            continue
        form = "{:,.0f}" if name == "matches" else "{:.2f}"
        column.metric(title, form.format(found.value))
        low, high = form.format(found.low), form.format(found.high)
        is_known = found.low == found.high
        column.caption("Known exactly." if is_known else f"95 % interval: {low} to {high}")
    before = mention_given(record, " ({} of them given before)")
    st.caption(
        f"From {count_things(len(record.order), 'answer')}{before} to a stratified random sample "
        f"of {count_photos(record.total)}, at threshold {record.threshold:.2f}, after round "
        f"{record.round}."
    )
    with st.expander("What this means"):
        st.markdown(
            "**Precision**: of the photos above the threshold, how many really match. **Recall**: "
            "of all photos that match, how many are above it. **Matches**: how many there are in "
            "the whole collection, found or not. Only some photos were asked about, so each is "
            "known to within an interval: the truth lies in it 19 times of 20."
        )
    if not record.is_current(concept):
        st.warning("The classifier or its threshold has changed since: audit it again.")


def draw(collection: Collection, concept: Concept) -> None:
    """Draw the audit of a concept."""
    if state.get("audit_error"):
        st.error(escape_markdown(state.audit_error))
    record = AuditRecord.read(concept)
    if not len(concept.weights):
        st.info("This concept has no classifier yet: start it on the **Train** page.")
    elif record is None:
        st.markdown(
            "Clicked pages flatter a classifier: it chose them itself. An audit asks about photos "
            "drawn at random over its whole range of scores, without showing the scores."
        )
        offer(collection, concept, "Begin the audit")
    elif record.findings is None and not may(Role.LABEL):
        st.info("This audit has not been answered yet.")
    elif record.findings is None:
        ask(collection, concept, record)
        given = blind_answers(shared_explorer().database, record)
        offer(
            collection, concept, "Begin anew", count_things(len(given), "answer") if given else ""
        )
    else:
        report(concept, record, record.findings)
        if may(Role.LABEL) and pages_of(record.id):
            of = concept.id, record.id
            key = f"audit_back_{record.id}"
            st.button("Back to the last page", key=key, on_click=on_back, args=of)
        offer(
            collection, concept, "Audit again", "its result" if record.is_current(concept) else ""
        )
