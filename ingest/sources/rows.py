"""The rows of a table as its reader hands them over, and nested values laid flat."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, TypeGuard, TypeVar

from ingest.errors import DamagedSource
from ingest.sources.captions import caption_columns
from ingest.sources.cells import OF_TYPED, as_text, is_blob, is_empty

SAMPLE = 100  # rows that a table's columns are guessed from
TEXT = {"_content", "#text", "_text", "$t"}  # what Flickr and converters from XML call a bare text
CODE = re.compile(r"(?=\S*\d)(?=\S*[a-z])[\w-]{16,}", re.IGNORECASE)  # hashes and keys
# In golden-retriever-2, and in no part of a UUID.
SPELLED = re.compile(r"(?<![^\W_])(?=[a-f]*[g-z])[a-z]{4,}(?![^\W_])", re.IGNORECASE)
CLASS = re.compile(r"(-?\d{1,9})(?:\.0+)?")  # the number of one

Row = dict[str, Any]
Names = Sequence[str] | Mapping[str, str]  # of classes, by their numbers or by other codes
T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """The rows of one table.

    Attributes:
        names: of the columns.
        rows: each a dict of values by column, or a phrase that says why a row cannot be used.
        sample: the first of them, which `rows` holds, too.
        notes: what was guessed of the file, a phrase each.
        named: whether the names are the table's own.
        kinds: what its texts may say beside words; see `kind_of`.
        classes: columns of classes, whose names stand in place of their numbers.
    """

    names: list[str]
    rows: Iterator[Row | str]
    sample: list[Row] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    named: bool = True
    kinds: Sequence[str] = OF_TYPED
    classes: Sequence[str] = ()


def look_ahead(items: Iterator[T], n: int) -> tuple[list[T], Iterator[T]]:
    """Read the first n of a stream, and return them and the rest.

    Where the stream breaks off among them, the rest is the error: what came before is not lost.
    """
    first: list[T] = []
    try:
        first.extend(islice(items, n))
    except DamagedSource as error:
        return first, _broken(error)
    return first, items


def _broken(error: DamagedSource) -> Iterator[Any]:
    yield from ()
    raise error


def lay_flat(fields: Mapping[Any, Any], before: str = "") -> Row:
    """Write nested values as `outer.inner`; a picture's bytes keep the name of the picture.

    A list of rows gives the words in each of their columns, too; rows by codes are such a list.
    """
    flat: Row = {}
    for key, value in fields.items():
        name = f"{before}{key}"
        value = _list_coded(value)
        if not isinstance(value, Mapping):
            flat[name] = value
            if is_rows(value) and not caption_columns([name]):
                flat |= words_within(value, name)
        elif len(value) == 1 and value.keys() <= TEXT:
            flat[name] = next(iter(value.values()))
        elif set(value) == {"bytes", "path"}:  # as Hugging Face keeps a picture
            flat |= {name: value["bytes"], f"{name}.path": value["path"]}
        else:
            flat |= lay_flat(value, f"{name}.")
    return flat


def _list_coded(value: Any) -> Any:
    """Return the rows of an object that has each under a code, as Labelbox and Encord do."""
    if not isinstance(value, Mapping) or not value or not all(is_code(str(key)) for key in value):
        return value
    rows = list(value.values())
    return rows if is_rows(rows) else value


def is_code(text: str) -> bool:
    """Tell whether a text is a hash, a key or the like, and no words."""
    return bool(CODE.fullmatch(text)) and not SPELLED.search(text)


def put_into_words(rows: Rows, words: Mapping[str, Names]) -> Rows:
    """Return rows with the names of classes, given by column, in place of numbers or codes."""
    if not words:
        return rows
    return replace(
        rows,
        rows=(row if isinstance(row, str) else name_classes(row, words) for row in rows.rows),
        sample=[name_classes(row, words) for row in rows.sample],
        classes=(*rows.classes, *words),
    )


def name_classes(row: Row, words: Mapping[str, Names]) -> Row:
    """Return a row with the names of its classes in place of their numbers."""
    return {**row, **{name: _name_class(row[name], words[name]) for name in words if name in row}}


def _name_class(value: Any, names: Names) -> Any:
    """Return the name of a class, None for -1, which is of none; other values as they are."""
    if isinstance(value, list):
        return [_name_class(each, names) for each in value]
    if isinstance(names, Mapping):
        return names.get(as_text(value).strip().removesuffix(".0"), value)
    number = CLASS.fullmatch(as_text(value)) if isinstance(value, int | float | str) else None
    at = int(number[1]) if number else len(names)
    return value if at >= len(names) else names[at] if at >= 0 else None


def is_rows(value: Any) -> TypeGuard[list[Mapping[Any, Any]]]:
    """Tell whether a value is a list of rows."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def words_within(rows: Sequence[Mapping[Any, Any]], name: str) -> dict[str, list[str]]:
    """Return the words in some rows that a cell holds, by column, each once: `regions.class`."""
    words: dict[str, dict[str, None]] = {}
    for row in rows:
        for inner, value in lay_flat(row, f"{name}.").items():
            for word in value if isinstance(value, list) else [value]:
                if isinstance(word, str) and not is_empty(word) and not is_blob(word):
                    words.setdefault(inner, {})[word] = None
    return {inner: list(found) for inner, found in words.items()}


def tell_apart(names: Iterable[str]) -> list[str]:
    """Return names that differ: a second `tag` is `tag 2`."""
    told: list[str] = []
    for name in names:
        again, count = name, 1
        while again in told:
            count += 1
            again = f"{name} {count}"
        told.append(again)
    return told


def names_of(rows: Sequence[Row]) -> list[str]:
    """Return the columns of some rows, in the order they come up in."""
    return list(dict.fromkeys(name for row in rows for name in row))
