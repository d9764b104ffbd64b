"""When to stop clicking, from what a user can know."""

from collections.abc import Hashable, Sequence, Set
from dataclasses import dataclass

SETTLED = 0.9
"""Agreement from which two rounds accept the same photos. .85 stops 1.2 rounds earlier and loses
1.9 times as much; .95 loses less than half for 1.7 rounds more (docs/measurements/learning.md)."""
WATCHED = 2
"""Rounds in a row that must agree: one alone is often luck."""
BARREN = 3
"""Pages in a row without a yes after which more of them hardly bring one."""


@dataclass(frozen=True)
class Advice:
    """Whether to stop, and one sentence that says why."""

    stop: bool
    sentence: str


def agreement(before: Set[Hashable], after: Set[Hashable]) -> float:
    """Share of photos that two rounds both accept, of those either accepts; 0.0 for two empties.

    Args:
        before: ids at or above the threshold in the last round; the first 1,000 by score will do.
        after: the same for this round.
    """
    either = len(before | after)
    return len(before & after) / either if either else 0.0


def advice(agreements: Sequence[float], page_yes: Sequence[int]) -> Advice:
    """Say whether more clicks would still change the classifier.

    Stop when two rounds in a row accepted nine tenths of the same photos, or three pages brought no
    yes any more. Where there was none at all on two, clicks are the wrong cure, and the sentence
    says so.

    Args:
        agreements: `agreement` of each round with the one before it, oldest first.
        page_yes: photos answered yes on each page, oldest first.

    Returns:
        Advice with one sentence for the user.
    """
    if len(page_yes) >= WATCHED and not any(page_yes):
        return Advice(False, "No match yet: another phrase or an example picture will help more.")
    if len(page_yes) >= BARREN and not any(page_yes[-BARREN:]):
        return Advice(
            True,
            f"No match on the last {BARREN} pages: more of them will hardly bring one. If matches "
            "are missing, another phrase or an example picture may find them.",
        )
    recent = list(agreements[-WATCHED:])
    if len(recent) < WATCHED:
        return Advice(False, "Keep going: the first pages teach the most.")
    if not min(recent):
        return Advice(False, "Keep going: the classifier is not yet sure of any photo.")
    share = f"{100 * min(recent):.0f} %"
    if min(recent) >= SETTLED:
        if page_yes and page_yes[-1]:
            return Advice(
                True,
                f"The classifier has settled: {share} of its matches are those of a round ago. The "
                "last page still brought matches: go on only to look at more of them.",
            )
        return Advice(
            True,
            f"More clicks will change little: {share} of the matches are those of a round ago.",
        )
    if min(recent) >= SETTLED - 0.1:
        return Advice(
            False,
            f"One or two more rounds should settle it: {share} of the matches are those of a round "
            "ago.",
        )
    return Advice(
        False,
        f"Keep going: the classifier still changes its mind, only {share} of its matches are those "
        "of a round ago.",
    )
