"""Conditions on a source's columns: `--where "width>=1000"`."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ingest.errors import SourceError

FORM = re.compile(r"\s*([^<>=!~]+?)\s*(>=|<=|!=|=|>|<|~)\s*(.*?)\s*", re.DOTALL)
COMPARED: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Condition:
    """One comparison of a column with a value."""

    column: str
    sign: str
    value: str

    def holds(self, row: Mapping[str, str]) -> bool:
        """Tell whether a row satisfies it.

        Raises:
            SourceError: the row has no such column.
        """
        if self.column not in row:
            raise SourceError(
                f"There is no column {self.column!r} for --where; the columns are "
                + ", ".join(row)
                + "."
            )
        text = row[self.column].strip()
        if self.sign == "~":
            return self.value.lower() in text.lower()
        if self.sign in {"=", "!="}:
            return (text == self.value) == (self.sign == "=")
        try:
            return COMPARED[self.sign](float(text), float(self.value))
        except ValueError:
            return False


def condition(text: str) -> Condition:
    """Read COLUMN SIGN VALUE, where the sign is one of = != > >= < <= and ~ (contains).

    Raises:
        SourceError: the text has another form.
    """
    match = FORM.fullmatch(text)
    if not match:
        raise SourceError(
            f"--where {text!r} is not understood: write COLUMN=VALUE with one of = != > >= < <= or "
            "~ for contains, for example --where 'photo_width>=1000'."
        )
    made = Condition(*match.groups())
    if made.sign in COMPARED:
        try:
            float(made.value)
        except ValueError:
            raise SourceError(
                f"--where {text!r} compares with {made.value!r}, not a number."
            ) from None
    return made


def holds(conditions: Iterable[Condition], row: Mapping[str, str]) -> bool:
    """Tell whether a row satisfies every condition."""
    return all(condition.holds(row) for condition in conditions)
