"""What does not fit in a request, in one sentence that names the field and what it must be."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from commandline.words import count_things

NOT_JSON = "The request's body is not JSON."
KINDS = {
    "string": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "a boolean",
    "list": "an array",
    "dict": "an object",
    "model": "an object",
}


def sentence_of(errors: Sequence[Mapping[str, Any]]) -> str:
    """Say what the first of pydantic's errors means."""
    error = errors[0]
    path = [part for part in error["loc"][1:] if not _of_pydantic(part)]
    kind, given = str(error["type"]), error.get("input")
    if kind == "json_invalid" or (kind == "missing" and not path):
        return NOT_JSON
    if not path:
        return "The request's body must be a JSON object."
    if kind == "missing":
        return f"{_name(path)} is missing."
    if kind == "extra_forbidden":
        return f"{_shown(path[-1])} is not known here; /api/docs lists what is."
    return f"{_name(path)} {_complaint(kind, error, given)}."


def _of_pydantic(part: Any) -> bool:
    # The key of an object, or one of several kinds that a value may have.
    return isinstance(part, str) and (part == "[key]" or part.startswith("function-after["))


def _complaint(kind: str, error: Mapping[str, Any], given: Any) -> str:
    limits = error.get("ctx", {})
    if kind == "own":
        return str(error["msg"])
    if kind == "literal_error":
        return f"must be {limits['expected']}, not {_shown(given)}"
    # A text whose characters are checked first is measured as a list is.
    if kind == "string_too_long" or (kind == "too_long" and isinstance(given, str)):
        return f"is longer than {limits['max_length']} characters"
    if kind == "string_too_short" or (kind == "too_short" and isinstance(given, str)):
        return "is empty"
    if kind == "string_unicode":
        return "holds a character that is not text"
    if kind == "too_long":
        return f"holds more than {limits['max_length']:,} entries"
    if kind == "too_short":
        return f"needs at least {count_things(limits['min_length'], 'entry', 'entries')}"
    if kind == "finite_number":
        return "holds a number that is not finite"
    if kind == "greater_than_equal":
        return f"must be at least {limits['ge']}, not {_shown(given)}"
    if kind == "less_than_equal":
        return f"must be at most {limits['le']}, not {_shown(given)}"
    word = KINDS.get(kind.partition("_")[0])
    return f"must be {word}, not {_shown(given)}" if word else "cannot be read"


def _name(path: Sequence[Any]) -> str:
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        return KINDS[type(value).__name__]
    text = json.dumps(value) if value is None or isinstance(value, bool) else ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."
