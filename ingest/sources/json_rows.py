"""Rows of JSON and JSON lines, in the forms that people write tables in."""

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from ingest.errors import DamagedSource
from ingest.sources.addresses import ENDING
from ingest.sources.forms import read_forms
from ingest.sources.json_forms import holds_rows, part_pictures, place_feature, rows_of
from ingest.sources.names import is_known
from ingest.sources.rows import SAMPLE, Row, Rows, lay_flat, look_ahead, names_of

BLOCK = 1 << 16  # characters read before the first value is looked for
BROKEN = "a line that is not JSON"
MOST_WORDS = 20_000  # rows that may stand before the first that names a picture
SHAPES = ("segmentation", "keypoints")  # of annotations, which say nothing of the whole picture
SPACE = " \t\r\n\ufeff"
SPREAD = re.compile(r"\[\s*(\{.*(,|\}\s*\])|\{)?")  # the first line of a list of objects


def json_rows(lines: Iterator[str], name: str, *, is_lines: bool) -> Rows:
    """Read a list of rows as a stream, JSON lines, or one object that holds rows.

    Args:
        name: of the file, for messages.
        is_lines: whether the file's name says that each line is a value.

    Raises:
        DamagedSource: while rows are read, when the JSON breaks off.
    """
    head = []
    for line in lines:
        head.append(line)
        if line.strip(SPACE):
            break
    start = head[-1].strip(SPACE) if head else ""
    rest = chain(head, lines)
    values = _values(start, rest, name, is_lines)
    first, rows = look_ahead(_name_rows(values), SAMPLE)
    more: list[Row | str] = []
    if not any(map(_names_picture, first)):
        more, rows = look_ahead(rows, MOST_WORDS)
        rows = chain(more, rows)
    shown = chain(first, islice(filter(_names_picture, more), SAMPLE))
    sample = [row for row in shown if isinstance(row, dict)]
    return Rows(names_of(sample), chain(first, rows), sample, (), _are_named(sample))


def _names_picture(row: Row | str) -> bool:
    """Tell whether a row may name a picture: in a chat, the first may stand behind many words."""
    texts = (
        [cell for cell in row.values() if isinstance(cell, str)] if isinstance(row, dict) else []
    )
    return any("://" in text or ENDING.search(text) for text in texts)


def is_json(line: str) -> bool:
    """Tell whether a text begins as JSON does, from its first line that says something."""
    text = line.strip(SPACE)
    return text[:1] == "{" or (text[:1] == "[" and text[1:].lstrip()[:1] in ("", "{", "[", '"'))


def _values(start: str, text: Iterator[str], name: str, is_lines: bool) -> Iterator[Any]:
    # Whatever a file is called, a list or an object may be written over many lines.
    if is_lines and start != "{" and not SPREAD.fullmatch(start):
        return _lines(text)
    if start.startswith("[") and _parse(start) is None:
        return _elements(text, name)
    whole = _parse(start)
    if start.startswith("["):
        line = next(text)
        more = next((each for each in text if each.strip(SPACE)), "")
        # Lines may be lists, too; a list of values is one table.
        return _lines(chain([line, more], text)) if more else iter(whole)
    if isinstance(whole, dict):
        following = [next(text, ""), next(text, "")]
        if following[1].strip(SPACE) or not holds_rows(whole):
            return _lines(chain(following, text))
        return iter(rows_of(whole))
    return _objects("".join(text), name)


def _lines(text: Iterator[str]) -> Iterator[Any]:
    for line in text:
        if line.strip(SPACE):
            found = _parse(line.strip(SPACE))
            yield BrokenLine if found is None else found


class BrokenLine:
    """Stands for a line that cannot be read."""


def _parse(text: str) -> Any:
    try:
        return json.loads(text, object_hook=_drop_shapes)
    except (ValueError, RecursionError):
        return None


def _drop_shapes(found: dict[str, Any]) -> dict[str, Any]:
    """Drop COCO's outlines as they are read: two thirds of what the whole would take."""
    for name in SHAPES:
        shape = found.get(name)
        is_list = isinstance(shape, list) and bool(shape) and not isinstance(shape[0], str)
        if is_list or (isinstance(shape, dict) and "counts" in shape):
            del found[name]
    return found


def _objects(text: str, name: str) -> Iterator[Any]:
    """Yield the rows of one object, or several objects one behind the other."""
    decoder = json.JSONDecoder(object_hook=_drop_shapes)
    text = text.rstrip(SPACE + ");")  # of a script
    values, at, fault = [], 0, ""
    while (at := _skip_space(text, at)) < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            fault = str(error)
            break
        values.append(value)
    yield from rows_of(values[0]) if len(values) == 1 else values
    if fault:
        raise DamagedSource(f"{name} is not readable JSON ({fault}): mend it, or fetch it again.")


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def _elements(text: Iterator[str], name: str) -> Iterator[Any]:
    """Yield the values of one list, holding about one at a time in memory."""
    decoder = json.JSONDecoder(object_hook=_drop_shapes)
    buffer, at, wanted = "", 0, BLOCK
    opened = False
    while True:
        while at < len(buffer) and buffer[at] in SPACE + ("," if opened else "["):
            opened = opened or buffer[at] == "["
            at += 1
        if buffer[at : at + 1] == "]":
            return
        try:
            value, end = decoder.raw_decode(buffer, at)
            # A number at the end may go on in what is not read yet.
            is_whole = end < len(buffer)
        except (ValueError, RecursionError):
            is_whole = False
        if is_whole:
            yield value
            at, wanted = end, BLOCK
            continue
        more = _read_more(text, wanted)
        if not more:
            raise DamagedSource(
                f"{name} breaks off or is damaged: what came before is ingested; fetch the file "
                "again for the rest."
            )
        buffer, at, wanted = buffer[at:] + more, 0, 2 * wanted


def _read_more(text: Iterator[str], wanted: int) -> str:
    parts, size = [], 0
    for part in text:
        parts.append(part)
        size += len(part)
        if size >= wanted:
            break
    return "".join(parts)


def _name_rows(values: Iterator[Any]) -> Iterator[Row | str]:
    """Yield the rows; where they are lists, the first may hold the columns' names."""
    for at, value in enumerate(values):
        if at == 0:
            names: list[str] = []
            if isinstance(value, list) and any(isinstance(c, str) and is_known(c) for c in value):
                names = [str(cell) for cell in value]
                continue
        for part in part_pictures(value) if isinstance(value, dict) else [value]:
            yield _row(part, names)


def _row(value: Any, names: list[str]) -> Row | str:
    if value is BrokenLine:
        return BROKEN
    if isinstance(value, dict):
        row = {name: _mend(cell) for name, cell in lay_flat(place_feature(value)).items()}
        return row | read_forms(row)
    if isinstance(value, list):
        named = [*names, *(f"column {n}" for n in range(len(names) + 1, len(value) + 1))]
        return dict(zip(named, value, strict=False))
    return {"column 1": value}


def _mend(cell: Any) -> Any:
    """Read texts as UTF-8 whose bytes were written as a letter each, as Meta's exports have it."""
    if isinstance(cell, list):
        return [_mend(each) for each in cell]
    if not isinstance(cell, str) or cell.isascii():
        return cell
    try:
        return cell.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return cell


def _are_named(sample: list[Row]) -> bool:
    return not any("column 1" in row for row in sample[:1])
