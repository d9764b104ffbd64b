"""Words and moments as picture files write them."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from ingest.photo import LONGEST_TEXT

Fields = dict[str, str | float | datetime]
MOMENT = re.compile(
    r"(\d{4})(?:[:\-./](\d\d?)(?:[:\-./](\d\d?)"
    r"(?:[ T]+(\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?)?)?\s*"
)
EARLIEST = 1800  # photography is no older; cameras without a clock write years near zero
LATEST = 2200


def read_moment(text: str, zone: str = "") -> datetime | None:
    """Read a time as EXIF or XMP writes it, to the second; None where it is none.

    Args:
        text: year, perhaps month and day, perhaps hour and minute.
        zone: such as "+02:00", where the text names none; UTC otherwise.
    """
    found = MOMENT.fullmatch(text.strip("\0 "))
    if not found:
        return None
    year, month, day, hour, minute, second = (
        int(part) if part else default
        for part, default in zip(found.groups()[:6], (0, 1, 1, 0, 0, 0), strict=True)
    )
    try:
        # Leap seconds, and the 60th that some cameras write, belong to the minute's end.
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone.utc)
        moment -= _offset(found[7] or zone.strip("\0 "))
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment.year < LATEST else None


def _offset(zone: str) -> timedelta:
    found = re.fullmatch(r"([+-])(\d\d):?(\d\d)", zone)
    if not found or int(found[2]) > 14:
        return timedelta()
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -offset if found[1] == "-" else offset


def join_words(words: Iterable[str]) -> str:
    """Write words in one line, each once, with commas between them."""
    found = (" ".join(word.split()) for word in words)
    return ", ".join(dict.fromkeys(filter(None, found)))


def name_camera(make: str, model: str) -> str:
    """Name a camera by its maker and its model, which often begins with the maker's name."""
    make, model = " ".join(make.split()), " ".join(model.split())
    brand = make.split(" ")[0].lower()
    return model if model.lower().startswith(brand) and model else f"{make} {model}".strip()


def place_at(latitude: float, longitude: float) -> Fields:
    """Return a place's fields; none where it is not on Earth, or where zeros stand for no fix."""
    on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    if not on_earth or (latitude == 0 and longitude == 0):
        return {}
    return {"latitude": round(latitude, 7), "longitude": round(longitude, 7)}


def cut_words(value: str | float | datetime) -> str | float | datetime:
    """Cut a text to what a column keeps, and drop control characters."""
    if not isinstance(value, str):
        return value
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", value)[:LONGEST_TEXT]
