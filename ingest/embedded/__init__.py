"""What a picture's own file says of it: camera, time, place, photographer, caption, keywords."""

from collections.abc import Mapping
from typing import Any

from ingest.embedded.exif import list_exif_keywords, read_exif
from ingest.embedded.iptc import list_iptc_keywords, read_iptc
from ingest.embedded.words import Fields, cut_words
from ingest.embedded.xmp import is_xmp, parse_xml, read_xmp

__all__ = [
    "is_xmp",
    "list_keywords",
    "parse_xml",
    "read_embedded",
    "read_exif",
    "read_iptc",
    "read_xmp",
]

OWN_COLUMNS = {"camera", "taken", "photographer", "description", "city", "country"}
OTHERS = {"title", "keywords", "state", "place", "rating", "latitude", "longitude"}


def read_embedded(blocks: Mapping[str, bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a picture's EXIF, IPTC and XMP; rubbish in one of them costs only that one.

    A photo manager's XMP goes before its older IPTC, and both before what the camera wrote; of the
    camera and the time the camera itself knows best.

    Args:
        blocks: "exif", "iptc" and "xmp" as they stood in the file; any may be missing.

    Returns:
        Values for the table's own columns, and all others: title, keywords, latitude, longitude,
        state, place, rating.
    """
    camera = read_exif(blocks.get("exif", b""))
    words = {**read_iptc(blocks.get("iptc", b"")), **read_xmp(blocks.get("xmp", b""))}
    fields: Fields = {**camera, **words}
    fields |= {name: camera[name] for name in ("camera", "taken", "digitized") if name in camera}
    for name in ("digitized", "changed"):
        moment = fields.pop(name, None)
        if moment is not None:
            fields.setdefault("taken", moment)
    if "description" not in fields and "headline" in fields:
        fields["description"] = fields["headline"]
    fields.pop("headline", None)
    fields = {name: cut_words(value) for name, value in fields.items()}
    metadata = {name: value for name, value in fields.items() if name in OWN_COLUMNS}
    return metadata, {name: value for name, value in fields.items() if name not in OWN_COLUMNS}


def list_keywords(blocks: Mapping[str, bytes]) -> list[str]:
    """Return the keywords of a picture's IPTC, else of its EXIF, one by one.

    Args:
        blocks: as in `read_embedded`, whose keywords are one text.
    """
    return list_iptc_keywords(blocks.get("iptc", b"")) or list_exif_keywords(
        blocks.get("exif", b"")
    )
