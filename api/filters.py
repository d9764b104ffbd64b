"""Conditions on metadata as they come in requests, one property a condition."""

from datetime import datetime
from typing import Any

from api.errors import Refused
from api.schema import Schema
from vecdb import Filter

_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 500}
_DAY: Schema = {
    "type": "string",
    "format": "date-time",
    "maxLength": 40,
    "description": "ISO 8601, a day or a time, 1970 to 2105; UTC where it names no zone",
}
FILTERS: dict[str, Schema] = {
    "min_width": {**_COUNT, "description": "pixels"},
    "min_height": {**_COUNT, "description": "pixels"},
    "orientation": {"type": "string", "enum": ["landscape", "portrait", "square"]},
    "description": {**_TEXT, "description": "a piece of the description, in either case"},
    "photographer": _TEXT,
    "camera": _TEXT,
    "country": _TEXT,
    "city": _TEXT,
    "label": _TEXT,
    "taken_from": _DAY,
    "taken_before": _DAY,
    "min_views": _COUNT,
    "min_downloads": _COUNT,
    "no_duplicates": {
        "type": "boolean",
        "description": "leave out photos that ingest noted as near-duplicates of earlier ones",
    },
}


def filter_of(values: dict[str, Any]) -> Filter | None:
    """Return the conditions among checked values, None where there are none.

    Raises:
        Refused: 400, a time that cannot be read.
    """
    given = {name: values[name] for name in FILTERS if values.get(name) is not None}
    for name in ("taken_from", "taken_before"):
        if name in given:
            given[name] = _time(given[name], name)
    return Filter(**given) if given else None


def _time(text: str, name: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError as error:
        raise Refused(400, f"{name} must be a time such as 2021-05-31.") from error
    if not 1970 <= time.year <= 2105:
        raise Refused(400, f"{name} must lie between 1970 and 2105.")
    return time
