"""`python -m explorer change-encoder`: compare the concepts in two encoders, then carry them over.

First `python -m explorer encode` makes the new encoder's vectors. Without --switch nothing changes.
"""

import argparse
import json
from dataclasses import asdict

from commandline.words import count_things
from explorer.change_encoder import Change, Comparison, change_encoder
from explorer.comparison import Score
from explorer.explorer import Explorer
from vecdb import default_table


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what only this command takes."""
    command.add_argument("--encoder", required=True, help="the new one, as given to encode")
    command.add_argument(
        "--switch", action="store_true", help="carry the concepts over; the old ones stay"
    )


def run(explorer: Explorer, options: argparse.Namespace) -> None:
    """Compare every concept in two encoders' vectors; with --switch carry them over."""
    table = options.table or default_table()
    change = change_encoder(explorer, table, options.encoder, switch=options.switch)
    print(json.dumps(asdict(change)) if options.json else describe_change(change))


def describe_change(change: Change) -> str:
    """Tell old against new, a line for each concept, and what comes next."""
    head = f"{'concept':24} {'yes':>5} {'no':>5}   held-out AP   precision     recall"
    lines = [f"{change.table} -> {change.target} ({change.encoder})", head]
    lines += [line for found in change.concepts for line in _lines(found)]
    if not change.concepts:
        lines.append("No concept of this collection has answers.")
    if change.missing:
        missing = count_things(change.missing, "photo has", "photos have")
        lines.append(f"{missing} no new vector yet: `python -m explorer encode` goes on.")
    if any(found.copy for found in change.concepts):
        lines.append(f"The concepts carried over are on {change.target}; the old ones stay.")
    elif any(not found.problem for found in change.concepts):
        lines.append("Nothing was changed: --switch carries the concepts over.")
    return "\n".join(lines)


def _lines(found: Comparison) -> list[str]:
    counts = f"{found.name[:24]:24} {found.yes:5} {found.no:5}"
    if found.problem:
        return [f"{counts}   cannot be fitted anew: {found.problem}"]
    parts = [
        f"{_share(getattr(found.old, name)):>4} -> {_share(getattr(found.new, name)):4}"
        for name in Score.__dataclass_fields__
    ]
    lines = [f"{counts}  " + "  ".join(parts)]
    if found.lost:
        lost = count_things(found.lost, "answer is", "answers are")
        lines.append(f"{'':24} {lost} on photos without a new vector")
    if found.opened:
        lines.append(f"{'':24} without its saved classifier, which is of the old encoder")
    return lines


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
