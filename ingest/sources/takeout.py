"""The JSON that Google Photos puts beside each picture it hands back."""

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
    """Yield the other names under which Google tells of a picture.

    IMG(1).jpg is told of in IMG.jpg(1).json, an edited copy in its original's file, and a long name
    is cut before its number.
    """
    stem, ending = os.path.splitext(name)
    stem = EDITED.sub("", stem)
    number = (NUMBER.search(stem) or [""])[0]
    bare = NUMBER.sub("", stem)
    told = [(EDITED.sub("", bare), number), (bare, number), (stem, "")]
    names = dict.fromkeys((each + ending)[:LONGEST_NAME] + number for each, number in told)
    yield from (each for each in names if each != name)


def from_takeout(found: dict[str, Any]) -> dict[str, Any]:
    """Name the fields of such a file as tables name them; return others as they are."""
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
