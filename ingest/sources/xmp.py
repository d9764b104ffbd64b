"""XMP: what photo managers write beside a picture, or into it."""

from typing import Any
from xml.etree import ElementTree

from ingest.sources.left_out import LeaveOut

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
# Their local names are unambiguous; what is not listed keeps its own name.
FIELDS = {
    "description": "description",
    "title": "title",
    "creator": "photographer",
    "subject": "keywords",
    "City": "city",
    "Country": "country",
    "DateTimeOriginal": "taken",
    "DateCreated": "taken",
    "CreateDate": "taken",
    "Make": "exif_camera_make",
    "Model": "exif_camera_model",
    "Rating": "rating",
    "Label": "colour label",
    "GPSLatitude": "latitude",
    "GPSLongitude": "longitude",
}


def from_xmp(content: bytes, leave_out: LeaveOut) -> dict[str, Any]:
    """Return the fields of an XMP packet that this table or its users know by name."""
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        leave_out("unreadable .xmp")
        return {}
    fields: dict[str, Any] = {}
    for about in root.iter(RDF + "Description"):
        properties = [*about.attrib.items(), *((one.tag, _value(one)) for one in about)]
        for tag, value in properties:
            name = FIELDS.get(tag.rpartition("}")[2])
            if name and value:
                fields.setdefault(name, value)
    for name in ("latitude", "longitude"):
        fields[name] = _degrees(fields.get(name))
    return fields


def _value(element: ElementTree.Element) -> Any:
    """Return a property's text, or the texts of its list; of translations the first."""
    items = [(item.text or "").strip() for item in element.iter(RDF + "li")]
    if not items:
        return (element.text or "").strip()
    return items if element.find(RDF + "Bag") is not None else items[0]


def _degrees(text: Any) -> float | None:
    """Read XMP's "48,51.5N": degrees, minutes and perhaps seconds, and a side of the world."""
    if not isinstance(text, str) or not text:
        return None
    try:
        parts = [float(part) for part in text.rstrip("NSEWnsew").split(",")]
    except ValueError:
        return None
    degrees = sum(part / 60**at for at, part in enumerate(parts))
    return -degrees if text[-1] in "SWsw" else degrees
