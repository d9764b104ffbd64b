"""How the answers of a file are to be read: yes and no, or classes; and of which concepts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from commandline.words import name_some
from explorer.errors import BadInput
from explorer.labels.answers import Said, read_share, read_sign, split_classes
from ingest.sources.certain import SURE

CLASSES = 1_000  # concepts that one file may make
LISTED = 20  # classes named in a sentence
WORDS = 100_000  # different ones of a column that are looked at


@dataclass(frozen=True)
class Reading:
    """How the answers of a file are to be read.

    Attributes:
        names: concept by column or class; `""` is the column of a file with one.
        classes: whether the file names classes instead of answers.
        zero: what 0 is.
        guessed: the only class, or column of answers, where it is called otherwise; else empty.
        shares: whether the answers are numbers from 0 to 1, a yes from .5 on.
        crossed: whether an x is a no, because the file has another yes; else it ticks a yes.
    """

    names: dict[str, str]
    classes: bool
    zero: int = 0
    guessed: str = ""
    shares: bool = False
    crossed: bool = False

    def read_sign(self, text: str) -> int | None:
        """Return 1, -1 or 0 as an answer says it; None where it says none of them."""
        share = read_share(text) if self.shares else None
        if share is not None:
            return 1 if share >= SURE else -1
        sign = -1 if self.crossed and _is_cross(text) else read_sign(text)
        return self.zero if sign == 0 else sign


def choose_reading(
    rows: Iterable[Said], concept: str | None, category: str | None, every: bool
) -> Reading:
    """Find out how the answers of a file are to be read.

    Args:
        concept: what the concept is called; None only with `every`.
        category: the class or column of the file that is meant.
        every: a concept for each class or column.

    Raises:
        BadInput: no concept is named, the file has no rows, or no such class or column.
    """
    columns: dict[str, set[str]] = {}
    classes: dict[str, None] = {}
    is_any = has_classes = ours = False
    column = ""
    for row in rows:
        is_any = True
        ours = ours or bool(row.about)
        column = column or row.column
        if row.classes is not None:
            has_classes = True
            classes.update(dict.fromkeys(row.classes))
        for name, text in row.cells.items():
            values = columns.setdefault(name, set())
            if len(values) <= WORDS:
                values.update(split_classes(text))
    if not is_any:
        raise BadInput("The file holds no rows: there are no labels in it.")
    words = columns.get("", set())
    if has_classes or (not _are_shares([words]) and _are_classes(words, concept, category)):
        found = list(classes) or sorted(words)
        names = _choose(found, concept, category, every, "class")
        return Reading(names, True, guessed=_find_guess(names, category or concept))
    if set(columns) <= {""}:
        is_meant = column.lower() in ((category or "").lower(), (concept or column).lower())
        if category and not is_meant and read_sign(category) is None:
            raise BadInput(
                f"The file has no class {category!r}: it answers yes and no. Leave the class out."
            )
        if every and not (concept or column):
            raise BadInput(
                "The file answers yes and no about one concept: name it, in place of all classes."
            )
        reading = _read_answers({"": _require_name(concept or column)}, columns, ours)
        return replace(reading, guessed="" if is_meant else column)
    names = _choose(list(columns), concept, category, every, "column")
    reading = _read_answers(names, columns, ours)
    guess = _find_guess(names, category or concept)
    if guess and len(set(map(reading.read_sign, columns[guess])) - {None}) < 2:
        raise _no_such("column", category or concept or "", [guess])  # it tells nothing apart
    return replace(reading, guessed=guess)


def _read_answers(
    names: dict[str, str], columns: Mapping[str, Collection[str]], ours: bool
) -> Reading:
    texts = [columns.get(name, ()) for name in names]
    signs = {read_sign(text) for values in texts for text in values}
    zero = -1 if not ours and 0 in signs and -1 not in signs else 0
    yes = [text for values in texts for text in values if read_sign(text) == 1]
    crossed = not all(map(_is_cross, yes))
    return Reading(names, False, zero, shares=_are_shares(texts), crossed=crossed)


def _is_cross(text: str) -> bool:
    return text.strip().lower() == "x"


def _are_shares(columns: Iterable[Collection[str]]) -> bool:
    """Tell whether answers are numbers from 0 to 1, some of them between."""
    texts = [text for values in columns for text in values]
    return all(read_share(text) is not None for text in texts) and any(
        read_sign(text) is None for text in texts
    )


def _are_classes(words: set[str], concept: str | None, category: str | None) -> bool:
    """Tell classes from yes and no: a class may be called T or 0, as one of the letters is."""
    wanted = category or concept
    others = {word for word in words if read_sign(word) is None}
    called = wanted is None or wanted.lower() in {word.lower() for word in words}
    if not others:  # a class that would be a no is meant
        return bool(category) and called and read_sign(category or "") != 1
    return others == words or called or any(word.isdigit() for word in others)


def _choose(
    found: Sequence[str], concept: str | None, category: str | None, every: bool, kind: str
) -> dict[str, str]:
    if every:
        if len(found) > CLASSES:
            raise BadInput(f"The file names more than {CLASSES:,} classes: choose one of them.")
        return {name: name for name in found}
    wanted = _require_name(category or concept)
    alike = [name for name in found if name.lower() == wanted.lower()]
    if alike:
        fits = [category] if category in alike else alike
        return dict.fromkeys(fits, _require_name(concept))
    if len(found) == 1 and category is None:
        return {found[0]: _require_name(concept)}
    raise _no_such(kind, wanted, found)


def _no_such(kind: str, wanted: str, found: Sequence[str]) -> BadInput:
    return BadInput(
        f"The file has no {kind} {wanted!r}: name the class or column that is meant; it has "
        f"{name_some(found, LISTED) or 'none'}."
    )


def _find_guess(names: dict[str, str], wanted: str | None) -> str:
    """Return the class or column that was taken because there is no other."""
    only = next(iter(names)) if len(names) == 1 else ""
    return only if wanted and only.lower() != wanted.lower() else ""


def _require_name(concept: str | None) -> str:
    if not concept or not concept.strip():
        raise BadInput("Name the concept that the labels are of.")
    return concept
