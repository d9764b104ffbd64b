"""The JSON that Google Photos and Flickr put beside each picture they hand back."""

import os
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

SUPPLEMENT = "supplemental-metadata"  # IMG_1.JPG.supplemental-metadata.json, cut where too long
LONGEST_NAME = 46  # letters of such a file's name, its ending apart; longer ones are cut
NUMBER = re.compile(r"\(\d+\)$")
EDITED = re.compile(
    r"-(edited|effects|bearbeitet|modifié|editado|editada|modificato|bewerkt|edytowane)$",
    re.IGNORECASE,
)

# Before the size of a picture of Flickr's: its number, and maybe a key.
FLICKR = re.compile(r"(?:^|_)(\d{8,})(?:_[0-9a-f]{10})?_[a-z]$")
MICRO = 1_000_000  # degrees that Flickr writes without their point


def picture_name(stem: str) -> str:
    """Return the name of the picture that a JSON file of this name, less its ending, is about.

    Of the supplement's name there may be no more than the dot before it.
    """
    number = NUMBER.search(stem)
    name, _, last = NUMBER.sub("", stem).rpartition(".")
    if not name or not SUPPLEMENT.startswith(last):
        return stem
    return name + number[0] if number else name


def takeout_names(name: str) -> Iterator[str]:
    """Yield the other names under which Google or Flickr tells of a picture.

    IMG(1).jpg is told of in IMG.jpg(1).json, an edited copy in its original's file, and a long name
    is cut before its number; lake_51234567890_o.jpg is told of in photo_51234567890.json.
    """
    stem, ending = os.path.splitext(name)
    if number_there := FLICKR.search(stem):
        yield f"photo_{number_there[1]}"
    stem = EDITED.sub("", stem)
    number = (NUMBER.search(stem) or [""])[0]
    bare = NUMBER.sub("", stem)
    told = [(EDITED.sub("", bare), number), (bare, number), (stem, "")]
    names = dict.fromkeys((each + ending)[:LONGEST_NAME] + number for each, number in told)
    yield from (each for each in names if each != name)


def from_takeout(found: dict[str, Any]) -> dict[str, Any]:
    """Name the fields of such a file as tables name them; return others as they are."""
    if found.keys() >= {"photopage", "date_taken"}:
        return _from_flickr(found)
    taken = found.get("photoTakenTime")
    if not isinstance(taken, dict) or "timestamp" not in taken:
        return found
    fields: dict[str, Any] = {"description": found.get("description")}
    try:
        moment = datetime.fromtimestamp(int(taken["timestamp"]), timezone.utc)
        fields["taken"] = moment.isoformat()
    except (ValueError, OverflowError, OSError, TypeError):
        pass
    place = found.get("geoDataExif") or found.get("geoData") or {}
    if isinstance(place, dict) and (place.get("latitude") or place.get("longitude")):
        fields |= {name: place.get(name) for name in ("latitude", "longitude")}
    people = found.get("people")
    if isinstance(people, list):
        fields["people"] = [str(one["name"]) for one in people if isinstance(one, dict) and
                            "name" in one]  # fmt: skip
    return fields | {name: found[name] for name in ("url", "favorited") if name in found}


def _from_flickr(found: dict[str, Any]) -> dict[str, Any]:
    [place, *_] = [*_rows(found, "geo"), {}]
    where = {name: _read_degrees(place.get(name)) for name in ("latitude", "longitude")}
    return where | {
        "title": found.get("name"),
        "description": found.get("description"),
        "taken": found["date_taken"],
        "views": found.get("count_views"),
        "url": found["photopage"],
        "license": found.get("license"),
        "keywords": [str(row.get("tag")) for row in _rows(found, "tags")],
        "albums": [str(row.get("title")) for row in _rows(found, "albums")],
    }


def _rows(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    held = found.get(name)
    return [row for row in held if isinstance(row, dict)] if isinstance(held, list) else []


def _read_degrees(told: Any) -> float | None:
    try:
        degrees = float(told)
    except (ValueError, TypeError):
        return None
    return degrees / MICRO if abs(degrees) > 180 else degrees
