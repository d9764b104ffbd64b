"""How many photos of a whole collection match: estimated at once, counted with progress."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from explorer.memory import Known
from vecdb import LinearHead

# Parts of a count: between two of them it tells how far it is, and can be stopped.
PARTS = 20
Z = 1.96


@dataclass(frozen=True)
class Count:
    """How many photos match: `low` to `high` in 95 of 100 cases; all the same where counted."""

    value: int
    low: int
    high: int

    def describe(self) -> str:
        """Write it: `1,234`, or `about 1,234 (1,100 to 1,400)`."""
        if self.low == self.high:
            return f"{self.value:,}"
        return f"about {self.value:,} ({self.low:,} to {self.high:,})"


def estimate_count(hits: int, drawn: int, photos: int) -> Count:
    """Scale what a random sample says to the collection, with Wilson's 95 % interval.

    Args:
        hits: matches in the sample.
        drawn: photos in the sample, 1 at least.
        photos: in the collection.
    """
    share = hits / drawn
    middle = (share + Z * Z / (2 * drawn)) / (1 + Z * Z / drawn)
    spread = np.sqrt(share * (1 - share) / drawn + Z * Z / (4 * drawn * drawn))
    half = Z * spread / (1 + Z * Z / drawn)
    # The matches of the sample are there for sure.
    low = max(hits, round(photos * max(0.0, middle - half)))
    high = min(photos - (drawn - hits), round(photos * min(1.0, middle + half)))
    return Count(round(photos * share), low, max(low, high))


def count_matches(known: Known, head: LinearHead, probability: float) -> Count:
    """Count the photos of at least a probability: all, or of a large collection its sample."""
    if known.sample is None:
        exact = known.collection.scores.count_above(head, probability)
        return Count(exact, exact, exact)
    inside = min(max(probability, 1e-12), 1 - 1e-12)
    margins = known.sample.margins(head)
    hits = int((margins >= np.log(inside / (1 - inside))).sum())
    return estimate_count(hits, len(margins), known.extent.count)


def count_in_parts(
    known: Known, head: LinearHead, probability: float
) -> Generator[tuple[float, int], None, None]:
    """Count every photo of at least a probability, part by part; whoever stops, stops the count.

    Yields:
        The share of the collection that is counted, and the matches in it; at last 1.0 and all.
    """
    ids = [] if known.sample is None else sorted(str(photo) for photo in known.sample.ids)
    bounds = sorted({ids[len(ids) * part // PARTS] for part in range(1, PARTS)} if ids else ())
    counted = 0
    for part, (after, upto) in enumerate(zip(["", *bounds], [*bounds, None], strict=True), 1):
        counted += known.collection.scores.count_between(head, probability, after, upto)
        yield part / (len(bounds) + 1), counted
