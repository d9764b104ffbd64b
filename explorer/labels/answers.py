"""What the cells of a label file say: yes, no, how sure, or the names of classes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.sources.cells import as_text, is_empty, plain
from ingest.sources.certain import SURE, name_certain
from ingest.sources.nested import read_list
from ingest.sources.rows import is_rows
from ingest.sources.values import PART

SIGNS = {
    1: (
        "1 +1 1.0 yes y true t positive pos match ja oui si sí sim tak да 是 はい 예 네 "
        "✓ ✔ ☑ ✅ 👍 x wahr vrai verdadero verdadeiro vero prawda истина accept accepted"
    ),
    -1: (
        "-1 -1.0 no n false f negative neg nein non nee não nao nie нет 否 いいえ 아니요 "
        "✕ ✗ ✘ ✖ × ❌ 👎 falsch faux falso fałsz ложь reject rejected"
    ),
    0: "0 0.0 -0.0 ignore",
}
SIGN_OF = {word: sign for sign, words in SIGNS.items() for word in words.split()}
ROUNDED = 0.02  # by which the shares of a whole may miss it


@dataclass(frozen=True)
class Said:
    """What one row of a file says of one photo.

    Attributes:
        keys: what names the photo, the most certain first: ids, addresses, file names.
        cells: the answer about each concept, as written; the concept `""` is the only one.
        classes: the classes it belongs to, where the file has those instead of answers.
        about: round, reason, by and at, where the file is one of ours.
        column: what the only column of answers is called, where it may be a concept's name.
    """

    keys: tuple[str, ...]
    cells: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    column: str = ""


def read_sign(text: str) -> int | None:
    """Return 1, -1 or 0 as a cell says it; None where it says none of them."""
    return SIGN_OF.get(text.strip().lower())


def read_share(text: str) -> float | None:
    """Return a number from 0 to 1, or a percentage as one; None where a cell holds neither."""
    number = read_amount(text)
    if number is not None and text.strip().endswith("%"):
        number /= 100
    return number if number is not None and 0 <= number <= 1 else None


def name_likeliest(text: str) -> str:
    """Return the answer about the likeliest of several classes, given how likely it is.

    Below .5 it is no yes, and no no either.
    """
    share = read_share(text)
    is_sure = share is None or share >= SURE
    return "1" if is_sure else f"{text}, the likeliest class but below {SURE}"


def drop_likeliest(told: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out the likeliest of classes of which one holds, where it is not likely either.

    Args:
        told: how likely each is; other answers stay as they are.
    """
    shares = [share for text in told.values() if (share := read_share(text)) is not None]
    most = max(shares, default=0.0)
    if len(shares) < len(told) or abs(sum(shares) - 1) > ROUNDED or most >= SURE:
        return told
    return {name: text for name, text in told.items() if read_share(text) != most}


def read_amount(text: str) -> float | None:
    """Return the number that a cell holds, with a percent sign or without; None without one."""
    try:
        return float(text.strip().removesuffix("%"))
    except ValueError:
        return None


def are_spaced(cells: Iterable[str]) -> bool:
    """Tell whether spaces part the words in cells of tags, as in Planet's.

    Such words come in more combinations than there are words, most of which are another one and a
    word more; names of several words, as `golden retriever`, are not.
    """
    found = set(cells)
    if any(mark in cell for cell in found for mark in ",;|["):
        return False
    sets = {frozenset(cell.split()) for cell in found}
    several = [words for words in sets if len(words) > 1]
    grown = sum(any(words - {word} in sets for word in words) for words in several)
    return 2 * grown > len(several) > len(frozenset().union(*sets))


def read_cell(value: Any) -> str:
    """Return the text of a cell; the words of a list, and the classes in its rows, are `cat|dog`.

    Of classes that have a certainty those are left out that are rather not there.
    """
    value = plain(value)
    if is_rows(value):
        return PART.join(dict.fromkeys(name_certain(value)))
    if isinstance(value, list | tuple):
        return PART.join(str(part) for part in value)
    return "" if value is None or is_empty(as_text(value)) else as_text(value)


def split_classes(text: str) -> list[str]:
    """Part a cell of several classes: `dog|cat`, `dog; cat`, and lists as pandas writes them."""
    text = text.strip()
    if (found := read_list(text)) is not None:
        return found
    if text.startswith("[") and text.endswith("]"):  # makesense.ai
        text = text[1:-1].replace(",", "|")
    return [word for part in text.split("|") for word in map(str.strip, part.split(";")) if word]
