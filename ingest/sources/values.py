"""Cells of a table as values of the collection's own columns."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ingest.photo import LONGEST_TEXT
from ingest.sources.addresses import is_web
from ingest.sources.captions import drop_markup, read_captions
from ingest.sources.cells import WHOLE, as_text, plain, read_moment
from ingest.sources.certain import name_certain
from ingest.sources.names import STUDIOS
from ingest.sources.nested import read_list, read_rows
from ingest.sources.rows import is_rows, words_within

THOUSANDS = re.compile(r"(?<=\d)[,'\s](?=\d{3}(?!\d))")  # what parts them
PART = "|"  # between the labels of one picture
PARTS = re.compile(r"[|;]")  # in what others wrote, too
UINT32, UINT64 = 2**32 - 1, 2**64 - 1


def _whole(most: int) -> Callable[[Any], int | None]:
    def read(value: Any) -> int | None:
        value = THOUSANDS.sub("", value) if isinstance(value, str) else value
        try:
            number = int(float(value))
        except (ValueError, OverflowError, TypeError):
            return None
        return number if 0 <= number <= most else None

    return read


def read_text(value: Any) -> str:
    """Read a text; of a list the first one."""
    return as_text(plain(_first_text(value))).strip()[:LONGEST_TEXT]


def read_prose(value: Any) -> str:
    """Read a text that people read, without the markup of web pages in it; the first of several."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        value = next(iter(read_captions({"": value}, [""])), "" if value[0] == "[" else value)
    return drop_markup(read_text(value))


def _read_time(value: Any) -> datetime | None:
    return read_moment(_first_text(value))


def _first_text(value: Any) -> Any:
    """Return the first text of a list, one that is no address before one that is."""
    if not isinstance(value, list | tuple):
        return value
    texts = [part for part in value if isinstance(part, str | bytes)]
    return next((text for text in texts if not is_web(as_text(plain(text)))), next(iter(texts), ""))


def read_word(value: Any) -> str:
    """Read a word that may have been a whole number once: 1.0 is 1."""
    text = read_text(value)
    match = WHOLE.fullmatch(text)
    return match[1] if match else text


def read_label(value: Any) -> str:
    """Read a label; several in a list, or in what Label Studio and VIA write, are `cat|dog`."""
    if isinstance(value, str) and (told := read_rows(value)):
        rows = told if isinstance(told, list) else [told]
        words = words_within(rows, "")
        studios = next((told for name, told in words.items() if STUDIOS.search(name)), None)
        only = next(iter(words.values())) if len(words) == 1 else None
        value = studios or list(name_certain(rows)) or only or []
    if is_rows(value):
        value = list(name_certain(value))
    if isinstance(value, str) and (found := read_list(value)) is not None:
        value = found
    if not isinstance(value, list | tuple):
        return read_word(value)
    several = (part for part in value if isinstance(part, str | bytes))
    return PART.join(dict.fromkeys(filter(None, map(read_word, several))))[:LONGEST_TEXT]


READERS: dict[str, Callable[[Any], Any]] = {
    "width": _whole(UINT32),
    "height": _whole(UINT32),
    "description": read_prose,
    "photographer": read_prose,
    "taken": _read_time,
    "views": _whole(UINT64),
    "downloads": _whole(UINT64),
    "label": read_label,
}


def join_words(value: Any) -> Any:
    """Write a list of words as one text; other values stay as they are."""
    if not isinstance(value, list | tuple):
        return value
    words = [plain(each) if isinstance(each, bytes) else each for each in value]
    words = [each for each in words if isinstance(each, str)]
    return ", ".join(words) if words and len(words) == len(value) else value
