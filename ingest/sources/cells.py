"""What one cell of a table says: nothing, a word, a number, a time, true or false."""

import contextlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from ingest.photo import clean
from vecdb.photos import Extra

EMPTY = {"", "null", "nan", "none", "\\n", "<na>", "nat", "n/a", "#n/a"}
EMPTY |= {"-nan", "#na", "#null!", "#n/a n/a", "(null)", "[null]", "1.#ind", "-1.#ind", "1.#qnan"}
EMPTY |= {"#ref!", "#name?", "#div/0!", "#value!", "#num!"}  # of spreadsheets
EMPTY |= {"0000-00-00", "0000-00-00 00:00:00", "0000:00:00 00:00:00"}  # of MySQL and cameras
VECTOR = re.compile(
    r"(?:array|tensor)?\(?[\[(]([-+\d.,;\seEnaif\[\]()]*)[\])](?:,\s*\w+=[^)]*)*\)?"
)
PARTS = re.compile(r"[^\s,;\[\]()]+")
SHORTEST_VECTOR = 8  # numbers
SHORTEST_BLOB = 200  # letters without a space or a dot
# No zeros before a number: 007 and postal codes are words.
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d{1,3})?")
# As Excel writes them where a comma stands before fractions.
COMMA_NUMBER = re.compile(r"(-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+))(?:,(\d+))?")
GROUPED_NUMBER = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")  # 1,234.50
PAIR = re.compile(r"\d{1,3},\d{3}")  # which 640,480 is, too
# Names of columns of the numbers that objects of a collection go by, in other languages, too.
CODE = re.compile(
    r"\b(obje[ck]t|inv|inventar|inventory|inventaire|accession|catalog(ue)?|item|record|ref|reference)"
    r"[^a-z]*(number|nummer|n[or]|id|code|)\W*$|signatur\W*$",
    re.IGNORECASE,
)
FRACTION = re.compile(r"\s*\d+\.\d*[1-9]\d*\s*")
INFINITE = {"inf", "-inf", "infinity", "-infinity"}  # words in columns of numbers
WHOLE = re.compile(r"(-?\d+)\.0+")
FLAGS = {"true": True, "false": False}
CLOCK = (
    r"(?:,?[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:\s*([ap])\.?m\.?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
YEAR_FIRST = re.compile(r"(\d{4})[-:/.](\d{1,2})[-:/.](\d{1,2})" + CLOCK, re.IGNORECASE)
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})" + CLOCK, re.IGNORECASE)
WRITTEN = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y")
COMPUTED = ("%b %d %H:%M:%S %Y", "%b %d %H:%M:%S %z %Y")  # by C and by Twitter
WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +", re.IGNORECASE)
MAILED = re.compile(r"([A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d")
DAY_DIGITS = re.compile(r"(?:19|20)\d{6}")
YEARS = (1900, 2299)  # what the table's columns of times hold
DAY = 86_400  # seconds
MILLISECONDS = 10**11  # seconds since 1970 beyond the year 5000 are milliseconds
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def is_vector_text(text: str) -> bool:
    """Tell whether a text is a vector: 8 numbers or more in brackets, as NumPy writes them, too."""
    match = VECTOR.fullmatch(text.strip())
    parts = PARTS.findall(match[1]) if match else []
    return len(parts) >= SHORTEST_VECTOR or "..." in parts


def is_blob(text: str) -> bool:
    """Tell whether a text is data that was written as letters, such as a picture in base64."""
    is_long = len(text) >= SHORTEST_BLOB and text.isascii() and not re.search(r"[\s.]", text)
    return is_long and all(re.search(letters, text) for letters in ("[a-z]", "[A-Z]", "[0-9]"))


def is_empty(value: Any) -> bool:
    """Tell whether a cell says nothing: NULL, NaN, \\N, None or no text."""
    if isinstance(value, float):
        return math.isnan(value)
    if isinstance(value, str):
        # R writes NA, which in small letters may be a word.
        return value.strip().lower() in EMPTY or value.strip() == "NA"
    return value is None


def plain(value: Any) -> Any:
    """Return a value of a file as str, int, float, bool, datetime or None; others as they are."""
    if is_empty(value):
        return None
    if isinstance(value, str):
        if value.lstrip()[:1] in {"[", "(", "a", "t"} and is_vector_text(value):
            return None
        return value if value.isascii() else clean(value)
    if isinstance(value, bytes):
        return _decode_text(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=timezone.utc)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if hasattr(value, "isoformat"):
        return value.isoformat()  # a time of day
    return value


def _decode_text(value: bytes) -> str | None:
    """Read bytes as UTF-8 with some errors; None where they are no text, as a picture's are."""
    text = value.decode("utf-8", "replace")
    has_controls = any(byte < 9 or 13 < byte < 32 for byte in value[:256])
    return None if has_controls or text.count("\ufffd") * 3 > len(text) else text


def as_text(value: Any) -> str:
    """Write a value as a word: a whole number without its point, nothing as no text."""
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def read_number(text: str) -> int | float | None:
    """Read a number as tables write it."""
    match = NUMBER.fullmatch(text.strip())
    if not match:
        return None
    number = float(match[0])
    if not math.isfinite(number):
        return None
    return number if match[2] or match[3] else int(match[0])


def read_flag(text: str) -> bool | None:
    """Read true or false."""
    return FLAGS.get(text.strip().lower())


def read_moment(value: Any) -> datetime | None:
    """Read a time in one of its usual spellings; UTC where it names no zone.

    Numbers are years where they have four digits, days such as 20190705, else seconds or
    milliseconds since 1970.
    Days go before months where dots part them, after them where slashes do, unless that is no date.
    """
    if isinstance(value, datetime):
        return _kept(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(float(value))
    text = value.strip() if isinstance(value, str) else ""
    try:
        if match := YEAR_FIRST.fullmatch(text):
            return _kept(_moment(int(match[1]), int(match[2]), int(match[3]), match.groups()[3:]))
        if match := YEAR_LAST.fullmatch(text):
            return _kept(_year_last(match))
        if NUMBER.fullmatch(text):
            return _from_number(float(text))
        return _kept(_written(text))
    except (ValueError, OverflowError):
        return None


def read_comma_number(text: str) -> int | float | None:
    """Read a number whose fraction stands behind a comma, with or without dots at thousands."""
    match = COMMA_NUMBER.fullmatch(text.strip())
    if not match:
        return None
    whole = match[1].replace(".", "")
    return read_number(f"{whole}.{match[2]}" if match[2] else whole)


def read_grouped_number(text: str) -> int | float | None:
    """Read a number with or without commas at thousands."""
    text = text.strip()
    return read_number(text.replace(",", "") if GROUPED_NUMBER.fullmatch(text) else text)


def read_day_first(text: str) -> datetime | None:
    """Read a time whose day goes before the month, whatever parts them; others as they are."""
    text = text.strip()
    match = YEAR_LAST.fullmatch(text)
    return read_date(f"{match[1]}.{match[3]}.{text[match.start(4) :]}" if match else text)


def read_date(text: str) -> datetime | None:
    """Read a time of a column whose name does not say that it holds times: no bare numbers."""
    return None if NUMBER.fullmatch(text.strip()) else read_moment(text)


READERS: dict[str, Callable[[str], Extra | None]] = {
    "number": read_number,
    "comma number": read_comma_number,
    "grouped number": read_grouped_number,
    "flag": read_flag,
    "day first": read_day_first,
    "time": read_date,
}
# What texts may say where numbers have a type of their own, and where all is text.
TIMES = ("day first", "time")
LOCAL = ("comma number", "grouped number", "day first")
OF_TYPED = TIMES
OF_TEXT = ("number", "grouped number", "flag", *OF_TYPED)
OF_COMMA_TEXT = ("number", "comma number", "flag", *OF_TYPED)


def kind_of(cells: Iterable[str], kinds: Iterable[str] = OF_TEXT) -> str:
    """Tell what a column of text holds: every cell that says something must be of the kind."""
    said = [cell for cell in cells if not is_empty(cell) and cell.lower() not in INFINITE]
    for kind in kinds:
        if kind == "day first" and not any(map(_shows_day_first, said)):
            continue
        if kind == "grouped number" and all(PAIR.fullmatch(cell.strip()) for cell in said):
            continue
        if said and all(READERS[kind](cell) is not None for cell in said):
            return kind
    return "word"


def find_kinds(cells: Mapping[str, Sequence[Any]], kinds: Sequence[str]) -> dict[str, str]:
    """Tell what each column's texts say, by some of its cells; see `kind_of`.

    An object's number 1905.10 is a word: as an amount it were 1905.1, which is another object's;
    and 1905.10.12 is no day.
    """
    texts = {name: [cell for cell in cells[name] if isinstance(cell, str)] for name in cells}
    found = {name: kind_of(texts[name], kinds) for name in cells}
    codes = {
        n
        for n in cells
        if CODE.search(n.replace("_", " "))
        and (found[n] in TIMES or any(map(FRACTION.fullmatch, texts[n])))
    }
    return {name: "word" if name in codes else kind for name, kind in found.items()}


def read_as(kind: str, cell: str) -> Extra:
    """Read a cell of a column of a kind; one that does not fit stays a word."""
    found = READERS[kind](cell) if kind in READERS else None
    return cell if found is None else found


def read_as_local(kind: str | None, value: Any) -> Any:
    """Read a text that says another thing elsewhere; other values stay as they are."""
    return read_as(kind, value) if kind in LOCAL and isinstance(value, str) else value


def _from_number(number: float) -> datetime | None:
    if not math.isfinite(number):
        return None
    digits = str(int(number))
    try:
        if number.is_integer() and DAY_DIGITS.fullmatch(digits):
            return _kept(datetime.strptime(digits, "%Y%m%d"))
        if number.is_integer() and YEARS[0] <= number <= YEARS[1]:
            return datetime(int(number), 1, 1, tzinfo=timezone.utc)
        if abs(number) < DAY:
            return None  # a year before, or a place in a film, and not the first day of 1970
        seconds = number / 1000 if abs(number) > MILLISECONDS else number
        return _kept(EPOCH + timedelta(seconds=seconds)) if number else None
    except (ValueError, OverflowError):
        return None


def _shows_day_first(text: str) -> bool:
    match = YEAR_LAST.fullmatch(text.strip())
    return match is not None and int(match[1]) > 12


def _year_last(match: re.Match[str]) -> datetime:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    day, month = (first, second) if match[2] == "." or first > 12 else (second, first)
    return _moment(year, month, day, match.groups()[4:])


def _moment(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> datetime:
    hour, minute, second, fraction, half, zone = clock
    hours = int(hour or 0)
    if half and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    moment = datetime(year, month, day, hours, int(minute or 0), int(second or 0))
    moment += timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))
    if zone and zone[0] in "+-":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        moment -= offset if zone[0] == "+" else -offset
    return moment.replace(tzinfo=timezone.utc)


def _written(text: str) -> datetime | None:
    if not any(letter.isalpha() for letter in text) or not any(c.isdigit() for c in text):
        return None
    plain_text = WEEKDAY.sub("", re.sub(r"(?<=\d{4}),", "", text))
    plain_text = re.sub(r",(?=\d)", ", ", plain_text).removesuffix(" GMT").removesuffix(" UTC")
    for form in COMPUTED:
        with contextlib.suppress(ValueError):
            return datetime.strptime(plain_text, form)
    for form in WRITTEN:
        for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"):
            try:
                return datetime.strptime(plain_text, form + clock)
            except ValueError:
                continue
    try:
        return parsedate_to_datetime(text) if MAILED.match(text) else None
    except (ValueError, TypeError):
        return None


def _kept(moment: datetime | None) -> datetime | None:
    """Return a time in UTC if a column of times can hold it."""
    if moment is None:
        return None
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).astimezone(
        timezone.utc
    )
    return moment if YEARS[0] <= moment.year <= YEARS[1] else None
