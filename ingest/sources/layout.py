"""How a table of text is laid out: what parts its columns, and whether it names them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from ingest.sources.addresses import FILE, NOTHING, PICTURE
from ingest.sources.delimited import split_records
from ingest.sources.names import is_known
from ingest.sources.rows import tell_apart

DELIMITERS = "\t,;|"
SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)
JUDGED = 50  # records that are looked at
SPOKEN = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars", " ": "spaces"}

# The columns of YFCC100M, which has no header; its later edition lacks the line and the hash.
YFCC = (
    *("line", "id", "hash", "owner", "photographer", "taken", "uploaded", "camera", "title"),
    *("description", "keywords", "machine_tags", "longitude", "latitude", "accuracy", "page_url"),
    *("url", "license", "license_url", "server", "farm", "secret", "original_secret", "extension"),
    "is_video",
)
YFCC_EDITIONS = {len(each): each for each in (YFCC, (YFCC[1], *YFCC[3:]))}

Rank = Callable[[str], int]


@dataclass(frozen=True)
class Layout:
    """How a table of text is laid out.

    Attributes:
        delimiter: parts the columns.
        names: of the columns; "column 1" and so on where the table gives none.
        start: how many lines stand before it.
        has_header: whether its first record holds the names.
    """

    delimiter: str
    names: list[str]
    start: int
    has_header: bool


def find_layout(
    lines: Sequence[str], rank: Rank, *, delimiter: str | None, header: bool | None, is_list: bool
) -> Layout:
    """Tell the layout of a text from its first lines.

    Args:
        rank: how much a cell looks like a picture's address.
        delimiter: given by the user.
        header: whether the first row names the columns, given by the user.
        is_list: of addresses, one a line, by the file's name.
    """
    at = 0
    comments: list[str] = []
    while at < len(lines) and _leads(lines[at]):
        if match := SEPARATOR.fullmatch(lines[at].lstrip("\ufeff").rstrip("\r\n")):
            delimiter = delimiter or match[1]
        elif lines[at].strip("\ufeff \r\n"):
            comments.append(lines[at].lstrip("\ufeff").lstrip("#").strip())
        at += 1
    delimiter = delimiter or _find_delimiter(lines[at:], rank, is_list)
    at += _count_titles(lines[at:], delimiter, rank)
    rows = _first_records(lines[at:], delimiter)
    first = rows[0] if rows else []
    if delimiter == " " and header is None and len(rows) > 1 and len(rows[1]) == len(first) + 1:
        return Layout(delimiter, ["file", *_name_columns(first)], at + 1, False)
    if header is None:
        header = _is_header(rows, rank, is_list)
    if header:
        return Layout(delimiter, _name_columns(first), at, True)
    told = _first_records(comments[-1:], delimiter)
    if told and len(told[0]) == len(first) > 1:
        return Layout(delimiter, _name_columns(told[0]), at, False)
    known = YFCC_EDITIONS.get(len(first), ())
    if known and "flickr.com/photos/" in first[known.index("page_url")]:
        return Layout(delimiter, list(known), at, False)
    return Layout(delimiter, [f"column {n}" for n in range(1, len(first) + 1)], at, False)


def is_number_name(name: str) -> bool:
    """Tell whether a column has no name but its number."""
    return bool(re.fullmatch(r"column \d+", name))


def _name_columns(cells: Sequence[str]) -> list[str]:
    """Return names that differ; a column without one is called by its number."""
    names = (cell.strip("\ufeff \t\r\n'") for cell in cells)
    return tell_apart(name or f"column {at}" for at, name in enumerate(names, 1))


def _leads(line: str) -> bool:
    """Whether a line stands before the table: empty, a comment, or sep=."""
    text = line.lstrip("\ufeff").strip("\r\n")
    return not text.strip() or text.startswith("#") or bool(SEPARATOR.fullmatch(text))


def _find_delimiter(lines: Sequence[str], rank: Rank, is_list: bool) -> str:
    texts = [line.strip() for line in lines[:JUDGED] if line.strip()]
    if texts and all(_is_numbered(text, rank) for text in texts):
        return " "
    if texts and all(_is_address(text, rank, is_list) for text in texts):
        return "\t"
    best, found = (False, 0.0, 0), "\t"
    for delimiter in DELIMITERS:
        rows = _first_records(lines, delimiter)
        if not rows or len(rows[0]) < 2:
            continue
        known = any(is_known(name) for name in rows[0])
        fit = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        score = (known, round(fit, 1), len(rows[0]))
        if score > best:
            best, found = score, delimiter
    if not texts or (best[0] and best[2]):
        return found
    if best[1] < 1 and all(rank(text) > NOTHING and " " not in text for text in texts):
        return "\t"  # addresses with commas in some of them
    if best[2] == 0 and _is_spaced(texts, rank):
        return " "
    parts = [text.split(None, 1) for text in texts]
    spaced = best[2] == 0 and all(len(pair) == 2 and rank(pair[0]) >= FILE for pair in parts)
    return " " if spaced and all(" " not in pair[1] for pair in parts) else found


def _is_numbered(text: str, rank: Rank) -> bool:
    """Tell whether a line is a number and a path, and no file has both for its name."""
    number, _, path = text.partition(" ")
    is_path = rank(path) >= FILE and (rank(path) >= PICTURE or "/" in path)
    return number.isdecimal() and is_path and " " not in path and rank(text) < PICTURE


def _is_spaced(texts: Sequence[str], rank: Rank) -> bool:
    """Tell whether lines are rows parted by spaces, as in the lists of VOC, CelebA and DeepFashion.

    Behind each name stand numbers alone, or the columns have known names, of which one holds paths.
    The first two lines may be the count of the others, and the names.
    """
    rows = [text.split() for text in texts]
    body = rows[2:] or rows[1:] or rows
    width = len(body[0])
    if width < 2 or any(len(row) != width for row in body):
        return False
    if all(NUMBER.fullmatch(cell) for row in body for cell in row[1:]):
        return True
    heads = [row for row in rows[:2] if len(row) == width and any(map(is_known, row))]
    if not any(all(rank(cell) == NOTHING for cell in row) for row in heads):
        return False
    return all(any(rank(cell) >= FILE for cell in row) for row in body)


def _is_address(text: str, rank: Rank, is_list: bool) -> bool:
    """Whether a whole line is one address, and not a row of several columns."""
    parted = any(delimiter in text for delimiter in DELIMITERS)
    if text.count("://") > 1 or "\t" in text or rank(text) == NOTHING:
        return False
    return not parted or is_list or ("://" in text and " " not in text and rank(text) == PICTURE)


def _count_titles(lines: Sequence[str], delimiter: str, rank: Rank) -> int:
    """Count the lines before the names that fill one field where the rows fill several."""
    filled = [sum(1 for cell in row if cell.strip()) for row in _first_records(lines, delimiter)]
    usual = sorted(filled)[len(filled) // 2] if filled else 0
    for at, line in enumerate(lines if usual > 1 else ()):
        cells = [cell for row in _first_records([line], delimiter) for cell in row if cell.strip()]
        if len(cells) > 1 or any(rank(c) > NOTHING or is_known(c) for c in cells):
            return at
    return 0


def _is_header(rows: list[list[str]], rank: Rank, is_list: bool) -> bool:
    if not rows:
        return not is_list
    if any(rank(cell) > NOTHING for cell in rows[0]):
        return False
    return not is_list or any(is_known(cell) for cell in rows[0])


def _first_records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    return list(islice(split_records(iter(lines), delimiter), JUDGED))
