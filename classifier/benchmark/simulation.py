"""A simulated clicker: what mean AP a user has after each page.

The learner sees of the pool what SQL would give it: moments, a random sample, and for each page the
candidates of the three sources. The held-out photos are only ever ranked.
"""

import time
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from threadpoolctl import threadpool_limits

from ..advice import advice, agreement
from ..anchor import anchor
from ..arrays import Floats
from ..background import Background, background_of
from ..candidates import Candidates
from ..fit import fit, prompt_head
from ..head import Head
from ..metrics import average_precision, calibration_error
from ..mining import mine, plan_candidates
from ..slips import ASKED_A_PAGE, doubtful_answers
from .rivals import Forest, choose_halves, fit_forest, fit_rocchio
from .users import Users

POOL_SHARE = 0.6
OWN_STRATEGY = {"anchored": "mixed", "sgd": "top", "forest": "halves", "rocchio": "top"}
"""How each method chooses its pages where nobody says otherwise, so that its curve is its own."""


@dataclass(frozen=True, eq=False)
class Split:
    """One random division of a set: `pool` may be asked about, `held_out` is never shown.

    The vectors are (n, d) float32, `names` the (n,) label of each photo.
    """

    pool: NDArray[np.float32]
    pool_names: NDArray[np.str_]
    held_out: NDArray[np.float32]
    held_out_names: NDArray[np.str_]
    background: Background
    seed: int


def split(vectors: NDArray[np.float32], names: NDArray[np.str_], seed: int) -> Split:
    """Divide a set of photos 60 to 40, the same way for the same seed."""
    order = np.random.default_rng(seed).permutation(len(vectors))
    pool, held = np.split(order, [int(POOL_SHARE * len(vectors))])
    return Split(
        vectors[pool],
        names[pool],
        vectors[held],
        names[held],
        background_of(vectors[pool]),
        seed,
    )


@dataclass
class Trace:
    """What happened to one concept over its rounds; entry 0 of the first three is the prompt alone.

    `pages` holds the row numbers in the pool of the photos of each page, without those asked again.
    """

    ap: list[float] = field(default_factory=list)
    calibration_error: list[float] = field(default_factory=list)
    accepted: list[frozenset[int]] = field(default_factory=list)
    pages: list[list[int]] = field(default_factory=list)
    page_yes: list[int] = field(default_factory=list)
    fit_ms: list[float] = field(default_factory=list)
    asked: int = 0
    slips: int = 0
    slips_found: int = 0


@dataclass(frozen=True)
class Plan:
    """How a simulated user works: rounds of `batch` clicks with one method and strategy.

    `noise` is the share of photos that the user answers wrongly, yes and no alike; with several,
    as many people take turns at the pages. With `ask` the answers that look like slips take up to
    ASKED_A_PAGE places of a page, once each, and are answered anew by whose turn it is, once
    `ask_from` answers are there. With `sample` the photos in doubt and the random ones are
    candidates only among so many random photos of the pool, as they are in a large collection; the
    top comes from all. With `believe` the fit takes every answer for right.
    """

    method: str = "anchored"
    strategy: str = "mixed"
    rounds: int = 10
    batch: int = 9
    noise: tuple[float, ...] = (0.0,)
    ask: bool = False
    ask_from: int = 0
    sample: int | None = None
    believe: bool = False


@threadpool_limits.wrap(limits=1, user_api="blas")  # as the app fits: more gain nothing, and spin
def run(
    data: Split,
    concept: str,
    prompt: NDArray[np.float32],
    plan: Plan,
) -> Trace:
    """Click through the rounds of one concept.

    Args:
        data: the division of the set.
        concept: its name among the labels.
        prompt: (d,) its text vector.
        plan: method, strategy, rounds and page size.

    Returns:
        Trace with rounds + 1 entries of AP on the held-out photos.
    """
    users = Users.of(data.pool_names == concept, plan.noise, data.seed)
    start = anchor([(prompt, 1.0)])
    head: Head | Forest = Head(start, 0.0)
    if plan.method == "anchored":
        head = prompt_head(start, data.background)
    trace = Trace()
    judged: list[int] = []
    _record(trace, data, concept, head)
    for round_number in range(1, plan.rounds + 1):
        asking = plan.ask and len(judged) >= plan.ask_from
        doubted = _doubt(data, start, judged, users) if asking else []
        part = replace(plan, batch=plan.batch - len(doubted))
        page = choose_page(data, head, judged, users.answers, part, round_number)
        trace.asked += len(doubted)
        turn = (round_number - 1) % len(plan.noise)
        trace.slips += users.answer(page, turn)
        trace.slips_found += int((users.answers[doubted] != users.truth[doubted]).sum())
        users.answer_again(doubted, turn)
        judged += page
        began = time.perf_counter()
        head = _refit(head, start, data, judged, users, plan)
        trace.fit_ms.append(1000 * (time.perf_counter() - began))
        trace.pages.append(page)
        trace.page_yes.append(int((users.answers[page] > 0).sum()))
        _record(trace, data, concept, head)
    return trace


def _doubt(data: Split, start: NDArray[np.float32], judged: list[int], users: Users) -> list[int]:
    """Choose the photos to ask about again."""
    doubted = doubtful_answers(
        start,
        data.pool[judged],
        users.answers[judged],
        background=data.background,
        settled=users.settled[judged],
        k=ASKED_A_PAGE,
    )
    return [judged[row] for row in doubted]


def _refit(
    head: Head | Forest,
    start: NDArray[np.float32],
    data: Split,
    judged: list[int],
    users: Users,
    plan: Plan,
) -> Head | Forest:
    """Fit anew to all answers so far, by the plan's method."""
    rows, said = data.pool[judged], users.answers[judged]
    if plan.method == "forest":
        return fit_forest(rows, said, seed=data.seed) or head
    if plan.method == "rocchio":
        return fit_rocchio(start.astype(np.float64), rows.astype(np.float64), said)
    begin = head.weights if plan.method == "sgd" and isinstance(head, Head) else start
    return fit(
        begin,
        rows,
        said,
        background=data.background,
        method=plan.method,
        settled=users.settled[judged] | plan.believe,
        slips=users.admitted,
        givers=users.givers[judged],
    )


def stop_round(trace: Trace) -> int | None:
    """Round in which the advice first says to stop; None where it never does."""
    rounds = len(trace.page_yes)
    agreements = [agreement(a, b) for a, b in pairwise(trace.accepted)]
    for done in range(1, rounds + 1):
        if advice(agreements[:done], trace.page_yes[:done]).stop:
            return done
    return None


def full_supervision(data: Split, concept: str, prompt: NDArray[np.float32]) -> float:
    """AP on the held-out photos of a fit that was given every label of the pool."""
    truth = np.where(data.pool_names == concept, 1, -1)
    head = fit(anchor([(prompt, 1.0)]), data.pool, truth, background=data.background)
    return average_precision(data.held_out_names == concept, head.margins(data.held_out))


def _record(trace: Trace, data: Split, concept: str, head: Head | Forest) -> None:
    truth, scores = data.held_out_names == concept, head.margins(data.held_out)
    trace.ap.append(average_precision(truth, scores))
    trace.calibration_error.append(calibration_error(truth, expit(scores)))
    trace.accepted.append(frozenset(np.flatnonzero(head.margins(data.pool) >= 0).tolist()))


def choose_page(
    data: Split,
    head: Head | Forest,
    judged: list[int],
    answers: Floats,
    plan: Plan,
    round_number: int,
) -> list[int]:
    """Ask the mining for a page, giving it only what the database would: rows of the pool."""
    free = np.setdiff1d(np.arange(len(data.pool)), judged)
    scores = head.margins(data.pool[free])
    random = np.random.default_rng((data.seed, round_number))
    if plan.strategy == "halves":
        if isinstance(head, Forest):
            return choose_halves(scores, free, plan.batch, random)
        # Without a forest there is nothing to halve yet: the query's best photos.
        return free[np.argsort(-scores, kind="stable")[: plan.batch]].tolist()
    assert isinstance(head, Head)
    need = plan_candidates(plan.strategy, plan.batch)
    top = free[np.argsort(-scores, kind="stable")[: need.top]]
    if plan.sample is not None:
        # The pool is in random order: its first photos are a random sample.
        free, scores = free[free < plan.sample], scores[free < plan.sample]
    shuffled = random.permutation(len(free))
    picks = mine(
        _candidates(data, top),
        _candidates(data, free[np.argsort(np.abs(scores), kind="stable")[: need.boundary]]),
        _candidates(data, free[shuffled[: need.sample]]),
        head=head,
        background=data.background,
        strategy=plan.strategy,
        k=plan.batch,
        judged=data.pool[judged],
        labels=answers[judged],
    )
    return [int(pick.id) for pick in picks]


def _candidates(data: Split, rows: NDArray[np.int64]) -> Candidates:
    return Candidates([str(row) for row in rows], data.pool[rows])
