"""Conditions on a source's columns: `--where "width>=1000"`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingest.errors import SourceError
from ingest.photo import Photo
from ingest.sources.cells import as_text, is_empty, plain, read_date, read_number
from ingest.sources.names import LABELS, METADATA, usual
from ingest.sources.values import PARTS, read_label
from vecdb.condition import MILLISECOND, Condition, parse_condition, since_1970
from vecdb.errors import BadCondition


def condition(text: str) -> Condition:
    """Read COLUMN SIGN VALUE, where the sign is one of = != > >= < <= and ~ (contains).

    Raises:
        SourceError: the text has another form.
    """
    try:
        return parse_condition(text)
    except BadCondition as error:
        raise SourceError(f"--where: {error}") from error


def check_columns(
    conditions: Iterable[Condition], names: Sequence[str], *, is_folder: bool = False
) -> None:
    """Refuse conditions on columns that are not there.

    Args:
        is_folder: whether they are those of a folder's pictures, which may have tables beside them.

    Raises:
        SourceError: the table has no such column.
    """
    for asked in conditions:
        if asked.name not in names:
            raise SourceError(
                f"There is no column {asked.name!r} for --where; the columns are "
                + ", ".join(names)
                + "."
                + " A table's own count where it is the source: give its path." * is_folder
            )


def holds(conditions: Iterable[Condition], row: Mapping[str, Any]) -> bool:
    """Tell whether a row satisfies every condition, as a filter would on what is stored of it."""
    return all(_holds(asked, row.get(asked.name)) for asked in conditions)


def choose(
    conditions: Sequence[Condition], photos: Iterable[Photo], seen: set[str]
) -> Iterator[Photo]:
    """Yield the photos of no table whose columns satisfy every condition, and those without any.

    Args:
        seen: takes the names of the columns that photos have.
    """
    for photo in photos:
        row = {"id": photo.id, **photo.metadata, **photo.extra}
        told = {asked.name: _find(asked.name, row) for asked in conditions}
        seen |= row.keys() | {name for name, value in told.items() if value is not None}
        if holds(conditions, told) or (photo.broken and len(row) == 1):
            yield photo


def _find(name: str, row: Mapping[str, Any]) -> Any:
    """Return a column of a photo, also under the names that its source may have it by."""
    own = next((own for own, names in METADATA.items() if usual(name) in names), name)
    return row.get(name, row.get(own))


def _holds(asked: Condition, value: Any) -> bool:
    value = plain(value)
    text = "" if is_empty(value) else as_text(value).strip()
    if asked.sign == "~":
        return asked.word.lower() in text.lower()
    if asked.sign in {"=", "!="}:
        words = {text}
        if usual(asked.name) in LABELS:
            label = read_label(value)
            words |= {label, *PARTS.split(label)}
        same = asked.word.strip().lower() in {word.strip().lower() for word in words}
        same = same or _is_between(asked, value)
        return same == (asked.sign == "=")
    return _is_between(asked, value)


def _is_between(asked: Condition, value: Any) -> bool:
    number = read_number(value) if isinstance(value, str) else value
    if isinstance(number, int | float):
        low, high = asked.numbers()
        return low <= number <= high
    moment = read_date(value) if isinstance(value, str) else value
    if isinstance(moment, datetime):
        since, until = asked.times()
        return since <= since_1970(moment) // MILLISECOND <= until
    return False
