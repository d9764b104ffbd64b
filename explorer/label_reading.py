"""How the answers of a file are to be read: yes and no, or classes; and of which concepts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from explorer.errors import BadInput
from explorer.label_files import Said, read_sign

CLASSES = 1_000  # concepts that one file may make


@dataclass(frozen=True)
class Reading:
    """How the answers of a file are to be read.

    Attributes:
        names: concept by column or class; `""` is the column of a file with one.
        classes: whether the file names classes instead of answers.
        zero: what 0 is.
    """

    names: dict[str, str]
    classes: bool
    zero: int = 0


def choose_reading(
    rows: Iterable[Said], concept: str | None, category: str | None, every: bool
) -> Reading:
    """Find out how the answers of a file are to be read.

    Args:
        concept: what the concept is called; None only with `every`.
        category: the class or column of the file that is meant.
        every: a concept for each class or column.

    Raises:
        BadInput: no concept is named, or the file has no such class or column.
    """
    columns: dict[str, set[str]] = {}
    classes: dict[str, None] = {}
    has_classes = ours = False
    for row in rows:
        ours = ours or bool(row.about)
        if row.classes is not None:
            has_classes = True
            classes.update(dict.fromkeys(row.classes))
        for column, text in row.cells.items():
            values = columns.setdefault(column, set())
            if len(values) <= CLASSES:
                values.add(text)
    if has_classes or _are_classes(columns.get("", set())):
        words = {word for text in columns.get("", set()) for word in split_classes(text)}
        found = list(classes) or sorted(words)
        return Reading(_choose(found, concept, category, every, "class"), classes=True)
    signs = {read_sign(text) for values in columns.values() for text in values}
    zero = -1 if not ours and 0 in signs and -1 not in signs else 0
    if set(columns) <= {""}:
        return Reading({"": _require_name(concept)}, False, zero)
    return Reading(_choose(list(columns), concept, category, every, "column"), False, zero)


def _are_classes(values: set[str]) -> bool:
    others = {text for text in values if read_sign(text) is None}
    known = values - others
    return bool(others) and (not known or any(text.isdigit() for text in others))


def _choose(
    found: Sequence[str], concept: str | None, category: str | None, every: bool, kind: str
) -> dict[str, str]:
    if every:
        if len(found) > CLASSES:
            raise BadInput(f"The file names more than {CLASSES:,} classes: choose one of them.")
        return {name: name for name in found}
    wanted = _require_name(category or concept)
    fits = [name for name in found if name == wanted] or [
        name for name in found if name.lower() == wanted.lower()
    ]
    if fits:
        return {fits[0]: _require_name(concept)}
    if len(found) == 1 and category is None:
        return {found[0]: _require_name(concept)}
    some = ", ".join(found[:20]) + (", ..." if len(found) > 20 else "")
    raise BadInput(
        f"The file has no {kind} {wanted!r}: name the class or column that is meant; it has "
        f"{some or 'none'}."
    )


def _require_name(concept: str | None) -> str:
    if not concept or not concept.strip():
        raise BadInput("Name the concept that the labels are of.")
    return concept


def split_classes(text: str) -> list[str]:
    """Part a cell of several classes: `dog|cat`, `dog; cat`."""
    return [word for part in text.split("|") for word in map(str.strip, part.split(";")) if word]
