"""Conditions on what is known of a photo, as one small value; always typed parameters in SQL."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vecdb.accents import find_whole, find_words
from vecdb.condition import Condition
from vecdb.errors import BadCondition

WORDS = ("id", "url", "description", "photographer", "camera", "country", "city", "label")
NUMBERS = ("width", "height", "views", "downloads")
TIMES = ("taken", "added_at")
# What a field of a filter asks of which column.
FIELDS = {
    "min_width": ("width", ">="),
    "min_height": ("height", ">="),
    "description": ("description", "~"),
    "photographer": ("photographer", "="),
    "camera": ("camera", "="),
    "country": ("country", "="),
    "city": ("city", "="),
    "label": ("label", "="),
    "taken_from": ("taken", ">="),
    "taken_before": ("taken", "<"),
    "min_views": ("views", ">="),
    "min_downloads": ("downloads", ">="),
}


@dataclass(frozen=True)
class Predicate:
    """A file of sql/filter, the names it is about, and the values of its parameters."""

    file: str
    values: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    negated: bool = False


@dataclass(frozen=True)
class Filter:
    """Which photos may come back; every field given must hold, None asks nothing.

    `orientation` is "landscape", "portrait" or "square"; words are compared in either case, with
    accents or without, and without the spaces around them, `description` as a piece of the text,
    `label` with each label of `cat|dog`, too; times without a zone are taken as UTC, `taken_before`
    is exclusive; `no_duplicates` leaves out near-duplicates of earlier photos; `place` is a piece
    of the file's name or folders; `conditions` ask of any column, those of `extra` included. What
    is unknown of a photo satisfies no condition but `!=`.

    Raises:
        BadCondition: one of `conditions` is none.
    """

    min_width: int | None = None
    min_height: int | None = None
    orientation: str | None = None
    description: str | None = None
    photographer: str | None = None
    camera: str | None = None
    country: str | None = None
    city: str | None = None
    label: str | None = None
    taken_from: datetime | None = None
    taken_before: datetime | None = None
    min_views: int | None = None
    min_downloads: int | None = None
    no_duplicates: bool | None = None
    place: str | None = None
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        for one in self.conditions:
            if not isinstance(one, Condition):
                raise BadCondition(
                    f"{one!r:.80} is no Condition: make one of a text by `vecdb.parse_condition`."
                )

    def predicates(self) -> list[Predicate]:
        """Return what must hold, as files of sql/filter with their parameters."""
        found = [_predicate(asked, at) for at, asked in enumerate(self._list_asked())]
        if self.orientation is not None:
            found.append(Predicate("orientation", {"orientation": self.orientation}))
        if self.place is not None:
            found.append(Predicate("place", {"place": find_words(str(self.place))}))
        if self.no_duplicates:
            found.append(Predicate("no_duplicates"))
        return found

    def _list_asked(self) -> Iterator[Condition]:
        for name, (column, sign) in FIELDS.items():
            value = getattr(self, name)
            if value is not None:
                yield Condition(column, sign, value)
        yield from self.conditions


def _predicate(asked: Condition, at: int) -> Predicate:
    """Say it in SQL, with `at` at the end of its parameters' names, so that many go together."""
    several = "|;" if asked.name == "label" else ""
    pattern = find_words(asked.word) if asked.sign == "~" else find_whole(asked.word, several)
    word: dict[str, Any] = {f"word{at}": pattern}
    low, high = asked.numbers()
    since, until = asked.times()
    numbers: dict[str, Any] = {f"low{at}": low, f"high{at}": high}
    times = {f"since{at}": since, f"until{at}": until}
    parts = {"at": str(at), "column": asked.name}
    negated = asked.sign == "!="
    kind = {"~": "contains", "=": "equals", "!=": "equals"}.get(asked.sign, "between")
    if asked.name in NUMBERS:
        return Predicate("number", numbers, parts, negated)
    if asked.name in TIMES:
        return Predicate("time", times, parts, negated)
    if asked.name in WORDS:
        if kind == "between":
            return Predicate("word_between", numbers, parts)
        return Predicate("word", word, parts, negated)
    values: dict[str, Any] = {f"name{at}": asked.name}
    values |= {} if kind == "between" else word
    values |= {} if kind == "contains" else {**numbers, **times}
    return Predicate(f"extra_{kind}", values, {"at": str(at)}, negated)
