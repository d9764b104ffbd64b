"""Which numbers and labels callers may give: the engine would wrap or cut others."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

from explorer.errors import BadInput, NothingThere
from vecdb import Concept, values
from vecdb.errors import BadValue
from vecdb.values import MOST


def check_whole(name: str, value: Any, least: int = 0, most: int = MOST) -> int:
    """Return a whole number from `least` to `most` as an int.

    Raises:
        BadInput: it is none.
    """
    try:
        return values.check_whole(name, value, least, most)
    except BadValue as refused:
        raise BadInput(str(refused)) from refused


def check_number(name: str, value: Any, low: float, high: float) -> float:
    """Return a number from `low` to `high` as a float.

    Raises:
        BadInput: it is none.
    """
    is_number = isinstance(value, Real)
    if is_number and low <= value <= high:  # before it is a float, which the largest cannot be
        return float(value)
    raise BadInput(f"{name} must be a number from {low:g} to {high:g}, not {value!r:.40}.")


def check_labels(labels: Mapping[str, Any]) -> dict[str, int]:
    """Return labels by photo, each 1, -1 or 0 of whatever type of number, as ints.

    Raises:
        BadInput: one is another; True and False are, because False would not say no.
    """
    for photo, label in labels.items():
        if isinstance(label, bool) or not isinstance(label, Real) or label not in (1, 0, -1):
            raise BadInput(
                f"The label of {photo!r:.80} must be 1 (yes), -1 (no) or 0, not {label!r:.40}."
            )
    return {photo: int(label) for photo, label in labels.items()}


def check_there(concept: Concept) -> Concept:
    """Return a concept that was not deleted.

    Raises:
        NothingThere: it was.
    """
    if concept.deleted:
        raise NothingThere(
            f"The concept {concept.name!r} was deleted: undo the deletion on Concepts, where "
            f"deleted ones are listed while {concept.collection} holds photos, or call "
            f"`concepts.restore({concept.id!r})` from Python."
        )
    return concept
