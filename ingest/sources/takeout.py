"""The JSON that Google Photos puts beside each picture it hands back."""

from datetime import datetime, timezone
from typing import Any

SUPPLEMENT = "supplemental-metadata"  # IMG_1.JPG.supplemental-metadata.json, cut where too long


def picture_name(stem: str) -> str:
    """Return the name of the picture that a JSON file of this name, less its ending, is about."""
    name, _, last = stem.rpartition(".")
    return name if name and last and SUPPLEMENT.startswith(last) else stem


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
