"""Guess what a table's columns hold from some of its cells."""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from encoder.pictures import HEAD
from ingest.sources.addresses import (
    ADDRESS,
    FILE,
    LOCAL,
    NOTHING,
    PAGES,
    PICTURE,
    Locator,
    first_address,
    is_web,
    rank_address,
)
from ingest.sources.cells import SHORTEST_VECTOR, as_text, is_empty, kind_of, plain
from ingest.sources.kinds import begins_as_picture
from ingest.sources.names import (
    ADDRESSES,
    CAMEL,
    COMPANIONS,
    PAGE_NAMES,
    PICTURES,
    RIGHTS_NAMES,
    SHOWN,
    SPLITS,
    is_known,
    is_small,
    rank_size,
    usual,
)
from ingest.sources.rows import is_code

Cells = Mapping[str, Sequence[Any]]
JUDGED = 50  # cells that are looked at
IMAGE = re.compile("image|photo|picture", re.IGNORECASE)
SENTENCE = 3  # words
FLAGS = dict.fromkeys(("1", "1.0", "true"), True)
FLAGS |= dict.fromkeys(("0", "0.0", "-1", "-1.0", "false"), False)


def guess_address(cells: Cells, locator: Locator) -> str | None:
    """Return the column that holds addresses or paths of pictures, None where none does.

    What the cells hold goes before what the column is called, so that a page's address never goes
    before a picture's, nor the web's before a file that is there; among equals `image` goes before
    `url`, which may be a page, then the usual names go first, then columns that more rows fill,
    then those of large pictures, then those that are nested least: `photos.url` is the thing's,
    `taxon.default_photo.url` that of its kind.
    """
    names = [usual(name) for name in ADDRESSES]
    if any(PICTURES.search(usual(name)) for name in cells):
        cells = {name: column for name, column in cells.items() if not _shows_parts(name, column)}
    best: tuple[int, bool, bool, int, bool, tuple[int, int, int], int] | None = None
    found = None
    for name, column in cells.items():
        place = names.index(usual(name)) if usual(name) in names else len(names)
        rank = _address_rank(name, column, locator, place < len(names))
        is_copy = is_small(name)
        is_picture = rank == ADDRESS and bool(PICTURES.search(usual(name)))
        is_called = rank >= PICTURE or (rank == ADDRESS and (is_copy or bool(IMAGE.search(name))))
        size = (sum(not is_empty(cell) for cell in column), *rank_size(name))
        size = size if is_called else (0, 0, 0)
        score = (rank, not is_copy, is_picture, -place, is_called, size, -name.count("."))
        if rank > NOTHING and (best is None or score > best):
            best, found = score, name
    return found


def may_name_pictures(name: str, column: Sequence[Any], locator: Locator) -> bool:
    """Tell whether a column's addresses may be pictures': one of unknown name needs endings."""
    is_usual = usual(name) in map(usual, ADDRESSES)
    least = PAGES if is_usual else ADDRESS
    return _address_rank(name, column, locator, is_usual) > least


def guess_picture(cells: Cells, locator: Locator) -> str | None:
    """Return the column that holds pictures themselves, None where none does.

    Of several the usual names go first, masks and small copies last: addresses go before these.
    """
    names = [usual(name) for name in ADDRESSES]
    found = [name for name, column in cells.items() if holds_pictures(column)]
    found.sort(key=lambda n: names.index(usual(n)) if usual(n) in names else len(names))
    whole = next((name for name in found if not _is_companion(name)), None)
    if whole is not None or not found:
        return whole
    others = {n: c for n, c in cells.items() if n not in found and not _is_companion(n)}
    ranks = (_address_rank(n, c, locator, usual(n) in names) for n, c in others.items())
    return None if max(ranks, default=NOTHING) >= ADDRESS else found[0]


def _is_companion(name: str) -> bool:
    """Tell whether a column of this name holds masks or small copies of pictures."""
    return bool(COMPANIONS & set(re.split("[_.]", usual(name)))) or is_small(name)


def _shows_parts(name: str, column: Sequence[Any]) -> bool:
    """Tell whether a column lists pictures of parts of the things in the rows: `steps.photo`."""
    above = name.rpartition(".")[0]
    are_lists = any(isinstance(cell, list) for cell in column)
    return bool(above) and are_lists and not SHOWN.search(above)


def holds_arrays(column: Sequence[Any]) -> bool:
    """Tell whether the cells of a column are numbers in rows, as those of a picture's dots."""
    cells = [cell for cell in column[:JUDGED] if cell is not None]
    return bool(cells) and all(_is_array(cell) for cell in cells)


def _is_array(cell: Any) -> bool:
    row = cell[0] if isinstance(cell, list) and cell else None
    while isinstance(row, list) and row and isinstance(row[0], list):
        row = row[0]
    return isinstance(row, list) and bool(row) and isinstance(row[0], int | float)


def _address_rank(name: str, column: Sequence[Any], locator: Locator, is_usual: bool) -> int:
    if holds_arrays(column):
        return NOTHING
    kinds = (str, bytes, list)
    texts = [first_address(cell) for cell in column[:JUDGED] if isinstance(cell, kinds)]
    ranks = sorted(rank_address(text, locator) for text in texts if not is_empty(text))
    middle = ranks[(len(ranks) - 1) // 2] if ranks else NOTHING
    if middle == FILE and locator.has_places(texts):
        middle = LOCAL
    spelled = usual(CAMEL.sub("_", name))
    if RIGHTS_NAMES.search(spelled):
        return NOTHING
    if PAGE_NAMES.search(spelled) and not is_usual:
        return min(middle, PAGES)
    if is_small(name):
        return min(middle, ADDRESS)
    if _is_companion(name):
        middle = min(middle, PICTURE)
    # A column of the right name holds addresses, whatever they look like.
    return max(middle, PAGES) if is_usual else middle


def guess_by_content(roles: Mapping[str, str | None], cells: Cells) -> dict[str, str | None]:
    """Fill the roles of a table whose columns have no names.

    Words with spaces between them are captions, single ones that come again are labels, numbers
    that rise from row to row are ids, and others labels where no words are and nothing beside them
    is a number: several are a box, or attributes. Codes and the names of a data set's parts are
    none of these.
    """
    found = dict(roles)
    said: dict[str, list[str]] = {}
    for name, column in cells.items():
        texts = [as_text(plain(cell)).strip() for cell in column[:JUDGED]]
        texts = [text for text in texts if not is_empty(text)]
        if texts and name not in found.values() and not all(map(is_web, texts)):
            said[name] = texts
    roles_of = {name: _role_of(texts) for name, texts in said.items()}
    numbers = [n for n, role in roles_of.items() if role == "label" and kind_of(said[n]) != "word"]
    for name in sorted(said, key=lambda name: kind_of(said[name]) != "word"):
        role = roles_of[name]
        if role and found[role] is None and not (name in numbers and len(numbers) > 1):
            found[role] = name
    return found


def guess_caption(cells: Cells) -> str | None:
    """Return the column of unknown name that holds sentences, each another; None without one."""
    for name, column in cells.items():
        texts = [as_text(plain(cell)) for cell in column[:JUDGED] if isinstance(cell, str)]
        texts = [text for text in texts if not is_empty(text)]
        lengths = sorted(sum(map(_has_letter, text.split())) for text in texts)
        is_prose = (
            kind_of(texts) == "word" and bool(lengths) and lengths[len(lengths) // 2] >= SENTENCE
        )
        if is_prose and len(set(texts)) == len(texts) and not is_known(name):
            return name
    return None


def _has_letter(word: str) -> bool:
    return any(map(str.isalpha, word))


def _role_of(texts: Sequence[str]) -> str | None:
    kind, again = kind_of(texts), len(set(texts)) < len(texts)
    if all(text.lower() in SPLITS for text in texts) or all(map(is_code, texts)):
        return None
    if kind == "word" and sum(" " in text for text in texts) * 2 >= len(texts):
        is_short = sum(len(text.split()) for text in texts) < SENTENCE * len(texts)
        return "label" if is_short and len(set(texts)) * 2 <= len(texts) else "caption"
    if kind == "word":
        return "label" if again or any("|" in text for text in texts) else "caption"
    if kind != "number" or any("." in text for text in texts) or len(texts) < 2:
        return None
    numbers = [float(text) for text in texts]
    return "id" if numbers == sorted(set(numbers)) else "label"


def find_flags(cells: Cells) -> list[str]:
    """Return the columns of a class each, which hold 1 or 0 (or -1), where a table has them.

    They are three or more, and exactly one is 1 in each row, or they are all that the table has;
    of two both must be so.
    """
    flags: dict[str, list[bool]] = {}
    for name, column in cells.items():
        told = [FLAGS.get(as_text(plain(cell)).strip().lower()) for cell in column]
        words = usual(name).split("_")
        if None not in told and words[0] not in {"is", "has", "no"}:
            flags[name] = [flag is True for flag in told]
    counts = {sum(row) for row in zip(*flags.values(), strict=True)}
    others = {n: told for n, told in flags.items() if not SPLITS & set(usual(n).split("_"))}
    if counts != {1} or 2 * len(others) <= len(flags):  # else a train is one of the vehicles
        flags = others
        counts = {sum(row) for row in zip(*flags.values(), strict=True)}
    is_all = flags.keys() == cells.keys() and bool(counts - {0, len(flags)})
    told = [is_all, counts == {1}]
    return list(flags) if (all(told) and len(flags) == 2) or (any(told) and len(flags) > 2) else []


def is_set(cell: Any) -> bool:
    """Tell whether the cell of a flag says yes."""
    return FLAGS.get(as_text(plain(cell)).strip().lower()) is True


def is_vector(column: Sequence[Any]) -> bool:
    """Tell whether a column holds vectors: rows of numbers, all of one length."""
    said = [cell for cell in column if cell is not None]
    return (
        bool(said)
        and all(isinstance(cell, list | tuple) for cell in said)
        and len({len(cell) for cell in said}) == 1
        and len(said[0]) >= SHORTEST_VECTOR
        and all(isinstance(number, int | float) for number in said[0])
    )


def holds_pictures(column: Sequence[Any]) -> bool:
    """Tell whether a column holds pictures themselves in most cells: their bytes, or base64."""
    said = [cell for cell in map(_first_picture, column[:JUDGED]) if cell and not is_empty(cell)]
    if all(isinstance(cell, str) for cell in said):
        said = [_decode_base64(cell[:120]) or b"" for cell in said]
    if not all(isinstance(cell, bytes) for cell in said):
        return False
    return sum(begins_as_picture(cell[:HEAD]) for cell in said) * 2 > len(said)


def is_shared(ids: Sequence[Any], pictures: Sequence[Any]) -> bool:
    """Tell whether a tenth of some ids came before with another picture, as products' do.

    A single one that comes again is a slip.
    """
    firsts: dict[str, Any] = {}
    pairs = zip(map(as_text, ids), pictures, strict=False)
    again = [one for one, picture in pairs if one and firsts.setdefault(one, picture) != picture]
    return len(set(again)) > 1 and len(again) * 10 >= len(ids)


def read_picture_cell(cell: Any) -> bytes | None:
    """Return the bytes of a picture that a cell holds as they are or in base64; else None.

    Of several in a list the first is taken.
    """
    cell = _first_picture(cell)
    if isinstance(cell, str):
        return _decode_base64(cell) or None
    return cell if isinstance(cell, bytes) and cell else None


def _first_picture(cell: Any) -> Any:
    """Return the first that a list holds, and the bytes of a picture as Hugging Face keeps it."""
    if isinstance(cell, list | tuple):
        cell = next(filter(None, cell), None)
    return cell.get("bytes") if isinstance(cell, Mapping) else cell


def _decode_base64(text: str) -> bytes | None:
    """Decode base64, plain or as a `data:` address; the start of such a text is enough."""
    plain = text.partition(",")[2] if text.startswith("data:") else text
    plain = "".join(plain.split())
    try:
        return base64.b64decode(plain[: len(plain) // 4 * 4], validate=True)
    except ValueError:
        return None
