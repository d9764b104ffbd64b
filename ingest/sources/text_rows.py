"""Rows of CSV, TSV and lists of addresses."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from urllib.parse import unquote_plus

from ingest.sources.addresses import FILE, LOCAL, Locator, rank_address
from ingest.sources.cells import OF_COMMA_TEXT, OF_TEXT
from ingest.sources.delimited import records
from ingest.sources.layout import SPOKEN, Layout, find_layout, is_number_name
from ingest.sources.rows import SAMPLE, Row, Rows, look_ahead
from ingest.sources.values import PART

ESCAPE = re.compile("%[0-9A-F]{2}", re.IGNORECASE)
CODED = re.compile(rf"[^\W\d_]{{2}}\+\w|{ESCAPE.pattern}", re.IGNORECASE)
NOT_CODED = re.compile(r"\s|/|@.*\.|\.\w{2,5}$|^[\d.+-]+$")
COMMENT = re.compile(r"#(\s|.*://|[^.]*$)")  # amid a list: `# later`, and what is left out by a #
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

    def rank(cell: str) -> int:
        return rank_address(cell, locator)

    def find(head: Sequence[str]) -> Layout:
        return find_layout(head, rank, delimiter=delimiter, header=header, is_list=ending in LISTS)

    layout = find(head)
    if ending in LISTS and not layout.has_header:

        def is_comment(line: str) -> bool:
            is_one = layout.delimiter not in line and COMMENT.match(line) is not None
            return is_one and rank(line) < LOCAL

        head[layout.start :] = (line for line in head[layout.start :] if not is_comment(line))
        rest = (line for line in rest if not is_comment(line))
    if len(layout.names) == 1 and (between := _find_words(head, locator)):
        head, rest = (
            [_part_words(line, between) for line in head],
            (_part_words(line, between) for line in rest),
        )
        layout = find(head)
    read = records(chain(head[layout.start :], rest), layout.delimiter)
    if layout.has_header:
        next(read, None)
    first, rows = look_ahead(_name_fields(read, layout.names), SAMPLE)
    coded = [] if layout.has_header else _find_coded(first, layout.names)
    if coded:
        first = [_decode(row, coded) for row in first]
        rows = (_decode(row, coded) for row in rows)
    notes = [] if layout.has_header else ["no header"]
    usual = ENDINGS.get(ending[:4], layout.delimiter)
    if layout.delimiter != usual and len(layout.names) > 1:
        notes.append(f"parted by {SPOKEN.get(layout.delimiter, layout.delimiter)}")
    named = not layout.names or any(not is_number_name(name) for name in layout.names)
    sample = [row for row in first if isinstance(row, dict)]
    kinds = OF_COMMA_TEXT if layout.delimiter == ";" else OF_TEXT
    return Rows(layout.names, chain(first, rows), sample, tuple(notes), named, kinds)


def _find_words(lines: Sequence[str], locator: Locator) -> str:
    """Return what parts the words behind each picture of a list without any other delimiter.

    A bar where they are labels of which some stand alone, as in DTD's, else a space; empty where
    lines are something else.
    """
    pairs = [line.split(None, 1) for line in lines if line.strip()]
    words = [pair[1].split() for pair in pairs if len(pair) == 2]
    firsts = [pair[0] for pair in pairs]
    if not words or any(rank_address(word, locator) >= FILE for each in words for word in each):
        return ""
    is_list = all(rank_address(first, locator) >= FILE for first in firsts)
    if not is_list and not locator.has_places(firsts):
        return ""
    alone = {each[0] for each in words if len(each) == 1}
    several = [each for each in words if len(each) > 1]
    return PART if 0 < 2 * len([e for e in several if alone & set(e)]) >= len(several) else " "


def _part_words(line: str, between: str) -> str:
    first, *words = line.split() or [""]
    return f"{first}\t{between.join(words)}\n"


def _find_coded(rows: Sequence[Row | str], names: Sequence[str]) -> list[str]:
    """Return the columns of words written as in addresses, `A+fine+day%21`, where one shows it.

    The lists of YFCC100M are so: no space stands in them, and most captions have a + or a %, some
    of them a %. A + alone joins labels, or stands in names.
    """
    cells = {name: [row[name] for row in rows if isinstance(row, dict)] for name in names}
    words = {name: list(filter(None, column)) for name, column in cells.items()}
    bare = [n for n, column in words.items() if not any(map(NOT_CODED.search, column))]
    shown = [n for n in bare if sum(map(_is_coded, words[n])) * 2 > len(words[n]) > 1]
    return bare if any(ESCAPE.search(cell) for name in shown for cell in words[name]) else []


def _is_coded(cell: str) -> bool:
    return bool(CODED.search(cell))


def _decode(row: Row | str, names: Sequence[str]) -> Row | str:
    return row if isinstance(row, str) else {**row, **{n: unquote_plus(row[n]) for n in names}}


def _name_fields(read: Iterator[list[str] | None], names: list[str]) -> Iterator[Row | str]:
    for fields in read:
        if fields is None:
            yield "a row with more fields than the header"
        else:
            fields += [""] * (len(names) - len(fields))
            yield dict(zip(names, fields, strict=False))
