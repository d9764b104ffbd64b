"""Rows of CSV, TSV and lists of addresses."""

from collections.abc import Iterator
from itertools import chain

from ingest.sources.addresses import Locator, rank_address
from ingest.sources.cells import OF_COMMA_TEXT, OF_TEXT
from ingest.sources.delimited import records
from ingest.sources.layout import SPOKEN, find_layout, is_number_name
from ingest.sources.rows import SAMPLE, Row, Rows, look_ahead

LISTS = {".txt", ".list", ".lst", "-"}
LOOKED_AT = 4 * SAMPLE  # lines; a row may span several
ENDINGS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": "\t", ".list": "\t", ".lst": "\t"}


def text_rows(
    lines: Iterator[str],
    locator: Locator,
    *,
    ending: str,
    delimiter: str | None = None,
    header: bool | None = None,
) -> Rows:
    """Read a table of text, laid out as its first lines tell.

    Args:
        locator: finds local pictures, which tell columns of paths from words.
        ending: of the file's name.
        delimiter, header: as the user says, where he does.
    """
    head, rest = look_ahead(lines, LOOKED_AT)
    layout = find_layout(
        head,
        lambda cell: rank_address(cell, locator),
        delimiter=delimiter,
        header=header,
        is_list=ending in LISTS,
    )
    read = records(chain(head[layout.start :], rest), layout.delimiter)
    if layout.has_header:
        next(read, None)
    first, rows = look_ahead(_name_fields(read, layout.names), SAMPLE)
    notes = [] if layout.has_header else ["no header"]
    usual = ENDINGS.get(ending[:4], layout.delimiter)
    if layout.delimiter != usual and len(layout.names) > 1:
        notes.append(f"parted by {SPOKEN.get(layout.delimiter, layout.delimiter)}")
    named = not layout.names or any(not is_number_name(name) for name in layout.names)
    sample = [row for row in first if isinstance(row, dict)]
    kinds = OF_COMMA_TEXT if layout.delimiter == ";" else OF_TEXT
    return Rows(layout.names, chain(first, rows), sample, tuple(notes), named, kinds)


def _name_fields(read: Iterator[list[str] | None], names: list[str]) -> Iterator[Row | str]:
    for fields in read:
        if fields is None:
            yield "a row with more fields than the header"
        else:
            fields += [""] * (len(names) - len(fields))
            yield dict(zip(names, fields, strict=False))
