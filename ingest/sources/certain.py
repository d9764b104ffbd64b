"""Classes with how sure a person or a machine is of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ingest.sources.names import LABELS, usual
from ingest.sources.rows import is_rows

# How sure an answer is, from 0 to 1 or in percent, beside the class that it is about.
CERTAINTY = ("confidence", "score", "probability", "prob")
SURE = 0.5  # a yes from here on
# What the entries of a list call their class.
NAMES = (*LABELS, "name", "description", "displayname", "tag")


def is_percent(amounts: Iterable[float]) -> bool:
    """Tell whether certainties are from 0 to 100."""
    return max(amounts, default=0) > 1


def are_certain(value: Any) -> bool:
    """Tell whether a cell is a list of classes, each with how certain it is."""
    return is_rows(value) and all(_find_certainty(row) is not None for row in value)


def name_certain(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the class in each row of a list; those that are rather not there are left out."""
    amounts = [_find_certainty(row) for row in rows]
    least = SURE * (100 if is_percent([each for each in amounts if each is not None]) else 1)
    for row, amount in zip(rows, amounts, strict=True):
        own = {usual(str(name)): value for name, value in row.items()}
        name = next((own[name] for name in NAMES if isinstance(own.get(name), str)), "")
        if name and (amount is None or amount >= least):
            yield name


def _find_certainty(row: Mapping[str, Any]) -> float | None:
    found = (value for name, value in row.items() if usual(str(name)) in CERTAINTY)
    return next((float(each) for each in found if isinstance(each, int | float)), None)
