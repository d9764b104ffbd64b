"""Lists and rows that JSON, pandas and NumPy wrote into one cell of a table of text."""

import json
import re
from ast import literal_eval
from collections.abc import Mapping
from typing import Any

PYTHON = re.compile(r"\[?\{'")  # rows as pandas writes them
ESCAPE = r"""\\(?:['"\\/abfnrtv]|x[\da-fA-F]{2}|u[\da-fA-F]{4})"""
QUOTED = "|".join(rf"{q}[^{q}\\]*(?:{ESCAPE}[^{q}\\]*)*{q}" for q in "'\"")
ENTRY = rf"(?:{QUOTED}|None|null|nan|NaN)"
# ['dog', 'cat']; NumPy leaves the commas out.
LIST = re.compile(rf"\[\s*(?:{ENTRY}(?:(?:\s*,\s*|\s+){ENTRY})*\s*)?\]")
TEXT = re.compile(QUOTED)


def read_list(text: str) -> list[str] | None:
    """Read a list of texts, empty ones left out; None where a text is no such list."""
    text = text.strip()
    if not text.startswith("[") or LIST.fullmatch(text) is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = [literal_eval(entry.replace("\\/", "/")) for entry in TEXT.findall(text)]
    return [entry for entry in found if entry and isinstance(entry, str)]


def read_rows(text: str) -> Any:
    """Read an object, or a list of objects; None where a text is neither."""
    if not text.startswith(("{", "[")):
        return None
    try:
        found = literal_eval(text) if PYTHON.match(text) else json.loads(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    entries = found if isinstance(found, list) else [found]
    return found if entries and all(isinstance(entry, Mapping) for entry in entries) else None
