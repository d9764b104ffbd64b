"""Check what a client sent against the JSON Schema that the OpenAPI description publishes.

Only the words of JSON Schema that our own schemas use are known here, so that what is described
and what is accepted cannot differ, and a refusal is one sentence.
"""

import math
from collections.abc import Iterable
from typing import Any

from api.errors import Refused

Schema = dict[str, Any]
KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def checked(schema: Schema, value: Any, name: str) -> Any:
    """Return the value as the schema wants it, defaults filled in.

    Raises:
        Refused: 400, naming the part that does not fit.
    """
    kinds = _kinds(schema)
    if isinstance(value, float) and "integer" in kinds and value.is_integer():
        value = int(value)
    if kinds and not any(_is(kind, value) for kind in kinds):
        raise Refused(400, f"{name} must be {_either(kinds)}, not {_shown(value)}.")
    if "enum" in schema and value not in schema["enum"]:
        raise Refused(400, f"{name} must be {_either(schema['enum'])}, not {_shown(value)}.")
    if isinstance(value, str):
        _check_text(schema, value, name)
    elif isinstance(value, list):
        return _checked_list(schema, value, name)
    elif isinstance(value, dict):
        return _checked_object(schema, value, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _check_number(schema, value, name)
    return value


def parsed(schema: Schema, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Read a query string's pairs into the types that an object's schema asks for.

    A property that is an array is given by repeating its name.
    """
    values: dict[str, Any] = {}
    for name, text in pairs:
        known = schema.get("properties", {}).get(name, {})
        if "array" in _kinds(known):
            values.setdefault(name, []).append(_parsed(_kinds(known["items"]), text))
        else:
            values[name] = _parsed(_kinds(known), text)
    return values


def _parsed(kinds: list[str], text: str) -> Any:
    if "boolean" in kinds and text.lower() in {"true", "false", "1", "0"}:
        return text.lower() in {"true", "1"}
    if "integer" in kinds and len(text) < 20 and text.lstrip("-").isascii():
        return int(text) if text.removeprefix("-").isdigit() else text
    if "number" in kinds:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _check_text(schema: Schema, value: str, name: str) -> None:
    if len(value) > schema.get("maxLength", math.inf):
        raise Refused(400, f"{name} is longer than {schema['maxLength']} characters.")
    if len(value) < schema.get("minLength", 0):
        raise Refused(400, f"{name} is empty.")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(400, f"{name} holds a character that is not text.")


def _check_number(schema: Schema, value: float, name: str) -> None:
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    if not math.isfinite(value) or not low <= value <= high:
        raise Refused(400, f"{name} must be a number from {low} to {high}, not {_shown(value)}.")


def _checked_list(schema: Schema, value: list[Any], name: str) -> list[Any]:
    if len(value) > schema.get("maxItems", math.inf):
        raise Refused(400, f"{name} holds more than {schema['maxItems']} entries.")
    if len(value) < schema.get("minItems", 0):
        raise Refused(400, f"{name} needs at least {schema['minItems']} entries.")
    items = schema.get("items")
    if items is None:
        return value
    if _kinds(items) == ["number"] and all(type(entry) is float for entry in value):
        # A vector: one test of the sum instead of a thousand calls.
        if math.isfinite(math.fsum(abs(entry) for entry in value)):
            return value
        raise Refused(400, f"{name} holds a number that is not finite.")
    return [checked(items, entry, f"{name}[{at}]") for at, entry in enumerate(value)]


def _checked_object(schema: Schema, value: dict[str, Any], name: str) -> dict[str, Any]:
    properties = schema.get("properties", {})
    for missing in [key for key in schema.get("required", ()) if key not in value]:
        raise Refused(400, f"{missing} is missing.")
    result = {key: known["default"] for key, known in properties.items() if "default" in known}
    for key, entry in value.items():
        if key in properties:
            result[key] = checked(properties[key], entry, key)
        elif not schema.get("additionalProperties", True):
            known = ", ".join(properties)
            raise Refused(400, f"{_shown(key)} is not known here; what is: {known}.")
    return result


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, KINDS[kind])


def _either(words: Iterable[Any]) -> str:
    return " or ".join(str(word) for word in words)


def _shown(value: Any) -> str:
    text = ascii(value) if not isinstance(value, list | dict) else f"a {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."
