"""The queue of ingests: what runs, what waits, what has ended, whoever asked for it."""

import time
from dataclasses import dataclass
from datetime import datetime, timezone

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from commandline.words import count_things
from explorer.errors import AlreadyStarted
from explorer.jobs import Job
from explorer.orders import Order
from ingest import Progress
from ingest.tell import describe_summary
from pages._current import shared_explorer
from pages._login import current_person
from pages._session import clear_below, open_collection
from pages._waiting import LOOK
from pages._words import escape_markdown
from pages.adding.columns import name_controls
from pages.tuning.section import Training

state = st.session_state
SHOWN = 5  # ended jobs


def queue_order(wanted: Order) -> None:
    """Put an order into the queue, and say where it stands there."""
    jobs = shared_explorer().jobs
    job = jobs.add(wanted)
    state.data_note, state.data_ordered = "", job.number
    state.setdefault("data_own", set()).add(job.number)


def tell_standing() -> str:
    """Say where the latest order of this session stands; nothing once it has ended."""
    jobs, number = shared_explorer().jobs, state.get("data_ordered")
    running = jobs.running
    if running and running.number == number:
        return "Started: how far it is stands above."
    waiting = [job.number for job in jobs.waiting()]
    if number not in waiting:
        return ""
    before = waiting.index(number) + bool(running)
    return (
        f"In the queue: {before} {'ingest goes' if before == 1 else 'ingests go'} first, then it "
        "starts by itself."
    )


def visitor() -> str:
    """Return what others see of who asked."""
    if name := current_person().name:
        return name
    address = st.context.ip_address
    return f"somebody at {address}" if address else "somebody at this machine"


@dataclass(frozen=True)
class Drawn:
    """What of the queue was drawn, and the line of the running ingest."""

    seen: tuple[object, ...]
    line: DeltaGenerator | None


def draw_queue() -> Drawn:
    """Draw the ingests there are; `follow` brings the running one up to date."""
    jobs = shared_explorer().jobs
    seen = _signature()
    running, waiting, ended = jobs.running, jobs.waiting(), jobs.ended()
    with st.container():
        line = _draw_running(running) if running else None
        if waiting:
            st.markdown(f"**Waiting: {len(waiting)}**")
        for job in waiting:
            _draw_waiting(job)
        if ended:
            _draw_ended(ended[0])
        drawn = 2 * bool(running) + bool(waiting) + len(waiting) + bool(ended)
        state.data_most = max(drawn, state.get("data_most", 0))
        clear_below(drawn, state.data_most)
    with st.container():
        if ended[1:]:
            with st.expander("Earlier ingests"):
                for job in ended[1:SHOWN]:
                    _draw_ended(job)
    return Drawn(seen, line)


def follow(drawn: Drawn, training: Training | None) -> None:
    """Keep the lines of what runs up to date; draw the page anew when something else is to be said.

    The script waits, not a timer of the browser; a click ends the waiting.
    """

    def is_drawn() -> bool:
        return _signature() == drawn.seen and (training is None or training.is_drawn())

    jobs = shared_explorer().jobs
    while ((job := jobs.running) or training) and is_drawn():
        if job and drawn.line:
            _draw_progress(job, drawn.line)
        if training:
            training.draw()
        time.sleep(LOOK)
    if not is_drawn():
        st.rerun()


def _signature() -> tuple[object, ...]:
    jobs = shared_explorer().jobs
    running = jobs.running
    waiting = tuple(job.number for job in jobs.waiting())
    ended = tuple(job.number for job in jobs.ended())
    return running and (running.number, running.stop.is_set()), waiting, ended


def _draw_running(job: Job) -> DeltaGenerator:
    words, button = st.columns([6, 1], vertical_alignment="center")
    words.markdown(f"**{escape_markdown(_title(job))}**")
    stopping = job.stop.is_set()
    button.button(
        "Stopping" if stopping else "Stop",
        key=f"stop_{job.number}",
        on_click=job.stop.set,
        disabled=stopping,
    )
    line = st.empty()
    _draw_progress(job, line)
    return line


def _draw_waiting(job: Job) -> None:
    words, button = st.columns([6, 1], vertical_alignment="center")
    words.markdown(escape_markdown(_title(job)))
    button.button("Remove", key=f"remove_{job.number}", on_click=_remove, args=[job])


def _draw_progress(job: Job, line: DeltaGenerator) -> None:
    progress = job.progress
    with line.container():
        if progress is None:
            st.progress(0.0, text="Reading the source and loading the encoder …")
            st.caption(escape_markdown(name_controls(job.told[-1] if job.told else "")))
            return
        words = tell_progress(job, progress)
        st.progress(progress.fraction or 0.0, text=escape_markdown(words))
        st.caption(escape_markdown(_stages(progress)))


def tell_progress(job: Job, progress: Progress) -> str:
    """Say how far a run is, how fast, and how long it still takes."""
    done = progress.done
    photos = "photo" if (progress.total or done) == 1 else "photos"
    of = f" of {progress.total:,} {photos}" if progress.total else f" {photos}"
    if job.stop.is_set():
        return f"{done:,}{of}. Storing what is under way."
    if not done and progress.downloaded and not progress.encoded + progress.cached:
        return f"0{of}, waiting for the encoder, which may still be loading …"
    if not done:
        return f"0{of}, estimating the time …"
    rate, left = job.pace.rate, job.pace.seconds_left(progress)
    speed = f", {rate:,.0f} a second" if rate else ""
    if left is None:
        time_left = ", estimating the time …" if progress.total else ", how many is not known yet."
    else:
        time_left = f", {_duration(left)} left."
    return f"{done:,}{of}{speed}{time_left}"


def _stages(progress: Progress) -> str:
    counts = {
        "read": progress.seen,
        "fetched": progress.downloaded,
        "encoded": progress.encoded + progress.cached,
        "stored": progress.inserted,
        "known before": progress.skipped,
        "failed": progress.failed,
    }
    stages = [f"{count:,} {name}" for name, count in counts.items() if count]
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in list(progress.reasons.items())[:3])
    return (
        " → ".join(stages[:4])
        + "".join(f" · {stage}" for stage in stages[4:])
        + (f" ({reasons})" if reasons else "")
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {count_things(max(1, round(seconds)), 'second')}"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def _title(job: Job) -> str:
    who = "you" if job.number in state.get("data_own", ()) else job.order.who
    return tell_order(job.order, who, job.asked)


def tell_order(order: Order, who: str, asked: datetime) -> str:
    """Say what is ingested into which collection, and who asked for it when."""
    what = order.source or "addresses kept"
    if order.retry is not None:
        what = f"failed photos{f' ({order.retry})' if order.retry else ''} of {what}"
    today = asked.date() == datetime.now(timezone.utc).date()
    when = f"{asked:%H:%M}" if today else f"{asked:%-d %B %Y, %H:%M}"
    return f"{what} into {order.table}, asked for by {who} at {when} UTC"


def _draw_ended(job: Job) -> None:
    table, summary = job.order.table, job.summary
    if summary is None:
        st.error(escape_markdown(f"{_title(job)}: {name_controls(job.error)}"))
        return
    holds = summary.inserted + summary.updated + summary.skipped
    doubtful = job.warned or summary.failed or summary.error or summary.interrupted
    show = st.warning if doubtful or not holds else st.success
    words, button = st.columns([6, 1], vertical_alignment="center")
    with words:
        text = describe_summary(summary, table, "Failures tries them again")
        told = name_controls("\n".join([text, *job.told]))
        show(escape_markdown(f"{_title(job)}.\n{told}"))
    if holds and button.button("Open it", key=f"open_{job.number}"):
        open_collection(table)
        st.switch_page("train.py")
    if summary.failed or summary.failed_before:
        key = f"failures_{job.number}"
        button.button("Failures", key=key, on_click=_show_failures, args=[table])


def _show_failures(table: str) -> None:
    """Let the page manage the collection, its failures unfolded and in sight."""
    state.data_chosen = state.data_failures = table
    state.data_leads = time.time_ns()


def _remove(job: Job) -> None:
    try:
        shared_explorer().jobs.remove(job)
    except AlreadyStarted as late:
        state.data_error = str(late)
