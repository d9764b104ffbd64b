"""How good the learner is after each page of clicks: `python -m classifier.benchmark SET.npz`."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from commandline import Parser, positive, run_program
from commandline.outputs import output_path

from ..errors import ClassifierError
from ..mining import STRATEGIES
from ..slips import ASKED_A_PAGE, ASKED_FROM, ASKED_PAGES
from .labelled_set import FIELDS, read_set
from .measure import NEVER, Result, measure
from .plot import Line, check_plot, draw_plot
from .simulation import OWN_STRATEGY, Plan

# Fewer do not hold the photos in doubt of one page.
LEAST_SAMPLE = 100


def table(result: Result) -> str:
    """Lay the result out for a terminal: a line a concept, a column a round."""
    width = max(len(name) for name in [*result.concepts, "mean AP"])
    rows = [("round", [f"{r:5d}" for r in range(result.plan.rounds + 1)])]
    rows += [
        (name, [f"{x:5.3f}" for x in line])
        for name, line in zip(result.concepts, np.nanmean(result.ap, axis=0), strict=True)
    ]
    rows.append(("mean AP", [f"{x:5.3f}" for x in result.mean_ap()]))
    lines = [f"{name:{width}s}  {'  '.join(cells)}" for name, cells in rows]
    lines.append(
        f"{result.plan.method}, {result.plan.strategy}: full supervision "
        f"{result.full_supervision:.3f}, fit {result.fit_ms_p50:.1f} ms (median)"
    )
    lines.append(f"calibration error {result.calibration_error[-1]:.3f}; {_tell_stop(result)}")
    if result.plan.ask:
        lines.append(
            f"asked again {result.asked} times: {result.slips_found} of {result.slips} slips found"
        )
    fall, name, when = result.worst_fall()
    lines.append(f"largest fall below the prompt {fall:.3f} ({name}, round {when})")
    return "\n".join(lines)


def _name(plan: Plan) -> str:
    words = [plan.method, plan.strategy, *["asking"] * plan.ask, *["believing"] * plan.believe]
    return ", ".join(words)


def _tell_stop(result: Result) -> str:
    """Say in words when the advice stops and what that loses."""
    if result.stop_round is None:
        return f"the advice {NEVER} says stop"
    told = f"the advice stops in round {result.stop_round:.1f} and loses {result.stop_regret:.3f}"
    rest = 1 - result.stopped
    return f"{told}; in {rest:.0%} of the runs it {NEVER} does" if rest else told


def _read_shares(text: str) -> tuple[float, ...]:
    try:
        shares = tuple(float(share) for share in text.split(","))
    except ValueError:
        shares = ()
    if not shares or not all(0 <= share < 0.5 for share in shares):
        raise argparse.ArgumentTypeError(
            f"{text!r} must be a share of the answers, from 0 to below 0.5, or several with commas"
        )
    return shares


def parser() -> Parser:
    """Describe the command line."""
    options = Parser("python -m classifier.benchmark", description=__doc__)
    options.add_argument("set", type=Path, help=f".npz with {', '.join(FIELDS)}")
    options.add_argument("--method", choices=OWN_STRATEGY, default="anchored")
    options.add_argument("--strategy", choices=STRATEGIES, help="default: the method's own")
    options.add_argument("--rounds", type=positive, default=10)
    options.add_argument("--batch", type=positive, default=9, help="photos a page")
    options.add_argument("--seeds", type=positive, default=3)
    options.add_argument(
        "--noise",
        type=_read_shares,
        default=(0.0,),
        help="share of answers that are wrong; .1,0 for two people who take turns at the pages",
    )
    options.add_argument(
        "--ask", action="store_true", help="ask again about answers that look like slips"
    )
    options.add_argument(
        "--ask-from",
        type=int,
        default=0,
        help=f"answers from which it asks; the app: {ASKED_PAGES} pages, {ASKED_FROM} at most",
    )
    options.add_argument(
        "--sample",
        type=int,
        help="random photos that all candidates but the top come from, as in a large collection",
    )
    options.add_argument(
        "--believe", action="store_true", help="take every answer for right, to compare"
    )
    options.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options.add_argument(
        "--plot",
        type=output_path,
        help="AP against clicks, beside the other methods: .png, .svg, .pdf",
    )
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; exit code 0 done, 1 not possible, 2 bad usage."""
    described = parser()
    options = described.parse_args(arguments)
    if options.method == "forest" and options.strategy:
        described.error("the forest chooses its own pages: leave --strategy out")
    if options.ask_from < 0 or (options.ask_from and not options.ask):
        described.error("--ask-from is a number of answers and needs --ask")
    if options.sample is not None and options.sample < LEAST_SAMPLE:
        described.error(f"--sample must be at least {LEAST_SAMPLE}")
    strategy = options.strategy or OWN_STRATEGY[options.method]
    if options.ask and (options.method != "anchored" or options.batch <= ASKED_A_PAGE):
        described.error(f"--ask needs --method anchored and more than {ASKED_A_PAGE} photos a page")
    pace = (options.rounds, options.batch, options.noise, options.ask, options.ask_from)
    if options.believe and (options.ask or options.method != "anchored"):
        described.error("--believe needs --method anchored and no --ask")
    plan = Plan(options.method, strategy, *pace, options.sample, options.believe)
    if options.plot:
        check_plot(options.plot)
    data = read_set(options.set)
    result = measure(data, plan, options.seeds)
    print(json.dumps(result.as_json()) if options.json else table(result))
    if options.plot:
        others = [
            replace(plan, method=m, strategy=s, ask=False, believe=False)
            for m, s in OWN_STRATEGY.items()
        ]
        results = [result, *(measure(data, p, options.seeds) for p in others if p != plan)]
        lines = [Line(_name(r.plan), r.by_seed()) for r in results]
        draw_plot(options.plot, lines, options.batch)
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, ClassifierError))
