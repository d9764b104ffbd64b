"""Conditions on any column of a collection, as people write them: `split=val`, `iso>=400`."""

from collections.abc import Iterable

from vecdb import Collection, Condition, parse_condition
from vecdb.errors import BadCondition
from vecdb.filter import NUMBERS, TIMES, WORDS

KNOWN = {*WORDS, *NUMBERS, *TIMES}


def read_conditions(texts: Iterable[str], collection: Collection) -> tuple[Condition, ...]:
    """Read conditions on what a collection holds.

    Raises:
        BadCondition: one is not understood, or the collection has no such column.
    """
    asked = tuple(parse_condition(text) for text in texts if text.strip())
    unknown = [one.name for one in asked if one.name not in KNOWN]
    if unknown:
        held = collection.records.extra_columns()
        for name in unknown:
            if name not in held:
                raise BadCondition(
                    f"{name!a} is not a column of {collection.name}; the columns are "
                    + ", ".join([*held, *sorted(KNOWN)])
                    + "."
                )
    return asked
