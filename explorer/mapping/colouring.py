"""A number from 0 to 255 for each photo of a map, and what the numbers mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal

import numpy as np

UNKNOWN = 255
OTHERS = 254
NAMED = 12  # kinds that have a colour of their own, the largest; the others share one


@dataclass(frozen=True)
class Colouring:
    """A value for each photo of a map, in its order.

    Attributes:
        kind: "kinds": values are numbers of `names`, OTHERS and UNKNOWN; "scale": from 0 to 254,
            UNKNOWN beside.
        names: of the kinds, the largest first.
        counts: photos of each.
        others, unknown: photos of further kinds, and of none.
        low, high: what the ends of a scale stand for.
    """

    values: np.ndarray
    kind: Literal["kinds", "scale"]
    names: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    others: int = 0
    unknown: int = 0
    low: str = ""
    high: str = ""


def colour_kinds(
    found: np.ndarray, names: Sequence[str], *, most: int = NAMED, sort: bool = True
) -> Colouring:
    """Number kinds by their size; those beyond `most` are others.

    Args:
        found: (n,) numbers of names, -1 for none.
    """
    counts = np.bincount(found[found >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable") if sort else np.arange(len(names))
    order = order[counts[order] > 0] if sort else order
    codes = np.full(len(names) + 1, OTHERS, np.uint8)
    codes[-1] = UNKNOWN
    codes[order[:most]] = np.arange(len(order[:most]))
    kept = order[:most]
    others = int(counts.sum() - counts[kept].sum())
    return Colouring(
        codes[found],
        "kinds",
        [names[at] for at in kept],
        [int(counts[at]) for at in kept],
        others,
        int((found < 0).sum()),
    )


def colour_scale(values: np.ndarray, low: float, high: float, first: str, last: str) -> Colouring:
    """Put values (n,) on a scale from low to high, called first and last; NaN is unknown."""
    known = np.isfinite(values)
    shares = np.clip((np.where(known, values, low) - low) / max(high - low, 1e-9), 0, 1)
    codes = np.where(known, np.rint(shares * OTHERS), UNKNOWN).astype(np.uint8)
    return Colouring(codes, "scale", unknown=int((~known).sum()), low=first, high=last)


def write_day(seconds: float) -> str:
    """Write seconds since 1970 as a day."""
    # By addition: some systems know no times before 1970.
    day = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=float(seconds))
    return f"{day:%-d %b %Y}"
