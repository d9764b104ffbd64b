"""Every text of a row that describes its picture, where there are several."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ingest.photo import LONGEST_TEXT
from ingest.sources.cells import is_empty, plain
from ingest.sources.names import ALTITUDE, CAPTIONS, LATITUDES, usual
from ingest.sources.nested import read_list, read_rows

TITLES = {"title"}  # often a file's name: a caption only where nothing else is one
NAMES = {*CAPTIONS, "sentences"}
RAW = "raw"  # text of a sentence, in rows of such; of a photo it is the camera's file
NUMBERED = re.compile(r"_?\d+$|\.[a-z]{2}$")  # caption_1, caption2; caption.en
LANGUAGE = re.compile(r"[a-z]{2}([-_][A-Za-z]{2,4})?")  # en, pt-BR, zh_Hans

MARKUP = re.compile(
    r"</?(a|abbr|b|bdi|br|div|em|font|h\d|hr|i|img|li|ol|p|small|span|strong|sub|sup|table|tbody|td"
    r"|th|time|tr|u|ul)(\s[^<>]*)?/?>",
    re.IGNORECASE,
)
BREAKS = {"br", "div", "hr", "li", "p", "td", "tr"}  # words beside these are two


def drop_markup(text: str) -> str:
    """Return a text without the tags that web pages have in it, and its entities as letters."""
    if not MARKUP.search(text):
        return text
    bare = MARKUP.sub(lambda tag: " " if tag[1].lower() in BREAKS else "", text)
    return " ".join(html.unescape(bare).split())


def caption_columns(names: Iterable[str]) -> list[str]:
    """Return the columns that are called as captions are, those called titles where none is."""
    kinds = {name: NUMBERED.sub("", usual(name)) for name in names}
    called = NAMES - TITLES - ({ALTITUDE} if LATITUDES & set(kinds.values()) else set())
    found = [name for name, kind in kinds.items() if kind in called]
    return found or [name for name, kind in kinds.items() if kind in TITLES]


def read_captions(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    """Return the captions in some columns of a row, each once.

    A cell may hold one text, a list of texts, texts by language, or a list of rows with a caption
    in each, also as tables of text hold these.
    """
    return _once(text for name in columns for text in _texts(row.get(name)))


def split_lines(text: str) -> tuple[str, ...]:
    """Return the captions of a text file: one a line."""
    return _once(text.splitlines())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, Mapping):
        are_languages = all(LANGUAGE.fullmatch(str(name)) for name in value)
        columns = [*value] if are_languages else caption_columns(value)
        yield from read_captions(value, columns or [RAW])
    elif isinstance(value, str | bytes) and not is_empty(value):
        text = str(plain(value) or "")
        listed = read_list(text)
        rows = read_rows(text) if listed is None else listed
        yield from [text] if rows is None else _texts(rows)


def words_of(text: str) -> str:
    """Return what captions of the same words have in common: neither case nor form of accents."""
    return unicodedata.normalize("NFC", text).casefold()


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    tidy = (" ".join(drop_markup(text).split())[:LONGEST_TEXT] for text in texts)
    return tuple(dict.fromkeys(text for text in tidy if text))
