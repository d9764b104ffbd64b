"""One comparison of a column with a value: `split=val`, `iso>=400`, `shot<2020-06`, `mood~calm`."""

import calendar
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from numbers import Real

from commandline.words import is_utf8
from vecdb.errors import BadCondition
from vecdb.photos import EXACT_WHOLE

FORM = re.compile(r"\s*([^<>=!~]+?)\s*(>=|<=|!=|=|>|<|~)\s*(.*?)\s*", re.DOTALL)
SIGNS = ("=", "!=", "<", "<=", ">", ">=", "~")
ORDERED = {"<", "<=", ">", ">="}
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
MONTH = re.compile(r"(\d{4})(?:-(\d{1,2}))?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
EARLIEST, LATEST = -(2**62), 2**62  # milliseconds

Value = str | float | int | bool | datetime
Range = tuple[float, float]
NOTHING: Range = (math.inf, -math.inf)


@dataclass(frozen=True)
class Condition:
    """A column, a sign and a value; `~` means that the column's words hold the value.

    A value given as text is compared as what it looks like: with words in either case, with accents
    or without, with numbers where it is one, with times where it is a date ("2020-05" is the whole
    month).

    Raises:
        BadCondition: an unknown sign, one of order with a value that has none, or no UTF-8.
    """

    name: str
    sign: str
    value: Value

    def __post_init__(self) -> None:
        for text in (self.name, self.value):
            if isinstance(text, str) and not is_utf8(text):
                raise BadCondition(f"The condition on {text!a:.80} is not text in UTF-8.")
        if self.sign not in SIGNS:
            raise BadCondition(
                f"{self.sign!r} compares nothing: use one of {' '.join(SIGNS)}, ~ for contains."
            )
        if self.sign in ORDERED and self._number() is None and self._span() is None:
            raise BadCondition(
                f"The condition {self.name}{self.sign}{self.value} compares with {self.value!r}, "
                "not a number or a date: write one such as 400 or 2020-05-31."
            )

    @property
    def word(self) -> str:
        """The value as a word of the column would be written."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return self.value.isoformat() if isinstance(self.value, datetime) else str(self.value)

    def numbers(self) -> Range:
        """Return the lowest and the highest number that satisfy it, both inclusive."""
        number = self._number()
        if number is None or (self.sign in {"=", "!="} and self._is_long()):
            return NOTHING
        return {
            "<": (-math.inf, math.nextafter(number, -math.inf)),
            "<=": (-math.inf, number),
            ">": (math.nextafter(number, math.inf), math.inf),
            ">=": (number, math.inf),
        }.get(self.sign, (number, number))

    def times(self) -> tuple[int, int]:
        """Return the first and the last millisecond since 1970 that satisfy it."""
        span = self._span()
        if span is None:
            return LATEST, EARLIEST
        first, last = span[0] // MILLISECOND, -(-span[1] // MILLISECOND) - 1
        last = max(first, last)
        return {
            "<": (EARLIEST, first - 1),
            "<=": (EARLIEST, last),
            ">": (last + 1, LATEST),
            ">=": (first, LATEST),
        }.get(self.sign, (first, last))

    def _is_long(self) -> bool:
        """Whether it is a whole number that a Float64 does not tell from its neighbours."""
        digits = str(self.value).strip().lstrip("+-")
        return digits.isdecimal() and float(digits) >= EXACT_WHOLE

    def _number(self) -> float | None:
        if isinstance(self.value, Real):
            try:
                return float(self.value)
            except OverflowError:
                return math.inf if self.value > 0 else -math.inf
        text = self.value.strip() if isinstance(self.value, str) else ""
        return float(text) if NUMBER.fullmatch(text) else None

    def _span(self) -> tuple[timedelta, timedelta] | None:
        """Return since 1970 when the time starts and, exclusive, ends."""
        if isinstance(self.value, datetime):
            start = since_1970(self.value)
            return start, start
        return _text_span(self.value.strip()) if isinstance(self.value, str) else None


def parse_condition(text: str) -> Condition:
    """Read COLUMN SIGN VALUE, where the sign is one of = != > >= < <= and ~ (contains).

    Raises:
        BadCondition: the text has another form.
    """
    match = FORM.fullmatch(text)
    if not match:
        raise BadCondition(
            f"The condition {text!r} is not understood: write COLUMN=VALUE with one of = != > >= "
            "< <= or ~ for contains, for example width>=1000."
        )
    return Condition(*match.groups())


def since_1970(moment: datetime) -> timedelta:
    """Return how long after the start of 1970 a time is; UTC where it names no zone."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)) - EPOCH


def _text_span(text: str) -> tuple[timedelta, timedelta] | None:
    try:
        if match := MONTH.fullmatch(text):
            year, month = int(match[1]), int(match[2] or 1)
            days = calendar.monthrange(year, month)[1] if match[2] else 365 + calendar.isleap(year)
            start = since_1970(datetime(year, month, 1))
            return start, start + timedelta(days=days)
        start = since_1970(datetime.fromisoformat(text.replace("Z", "+00:00")))
    except (ValueError, OverflowError):
        return None
    return start, start + (timedelta(days=1) if DAY.fullmatch(text) else timedelta())
