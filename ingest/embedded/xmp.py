"""XMP: what photo managers write into a picture, or into a file beside it."""

import re
from xml.etree import ElementTree

from ingest.embedded.words import Fields, join_words, name_camera, place_at, read_moment

LONGEST = 1 << 20  # bytes
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Their names in XML are unambiguous without their namespaces.
TEXTS = {
    "description": "description",
    "title": "title",
    "Headline": "headline",
    "City": "city",
    "Country": "country",
    "CountryName": "country",
    "State": "state",
    "Location": "place",
}
LISTS = {"creator": "photographer", "subject": "keywords"}
MOMENTS = {
    "CreateDate": "digitized",
    "DateCreated": "taken",
    "DateTimeOriginal": "taken",
}  # of one field the last goes before
DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]{1,60}?encoding=[\"']([\w.-]+)")
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_xmp(packet: bytes) -> Fields:
    """Read the fields that have a column, or a name of their own, here; none of what is no XMP.

    Packets that declare a document type are not read: nothing in them is ever expanded.
    """
    root = parse_xml(packet)
    if root is None:
        return {}
    found: dict[str, list[str]] = {}
    for about in root.iter(RDF + "Description"):
        for tag, value in about.attrib.items():
            found.setdefault(tag.rpartition("}")[2], [value])
        for element in about:
            found.setdefault(element.tag.rpartition("}")[2], _values(element))
    return _fields({name: values for name, values in found.items() if any(values)})


def is_xmp(packet: bytes) -> bool:
    """Tell whether a packet can be read."""
    return parse_xml(packet) is not None


def parse_xml(packet: bytes, longest: int = LONGEST) -> ElementTree.Element | None:
    """Read a packet, or other XML; None where it is long, cannot be read or declares a type."""
    text = decode_packet(packet) if 0 < len(packet) <= longest else ""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None


def _fields(found: dict[str, list[str]]) -> Fields:
    # The least known names come last.
    fields: Fields = {
        field: found[name][0] for name, field in reversed(TEXTS.items()) if name in found
    }
    fields |= {field: join_words(found[name]) for name, field in LISTS.items() if name in found}
    camera = name_camera(*(found.get(name, [""])[0] for name in ("Make", "Model")))
    if camera:
        fields["camera"] = camera
    for name, field in MOMENTS.items():
        if moment := read_moment(found.get(name, [""])[0]):
            fields[field] = moment
    latitude, longitude = (
        _degrees(found.get(name, [""])[0]) for name in ("GPSLatitude", "GPSLongitude")
    )
    if latitude is not None and longitude is not None:
        fields |= place_at(latitude, longitude)
    if re.fullmatch(r"[1-5]", found.get("Rating", [""])[0]):
        fields["rating"] = float(found["Rating"][0])
    return fields


def decode_packet(packet: bytes) -> str:
    """Return the XML of a packet, without what stands around it."""
    declared = DECLARED.match(packet)
    encoding = "utf-16" if packet[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    try:
        text = packet.decode(declared[1].decode() if declared else encoding, "replace")
    except (LookupError, ValueError):  # no encoding of texts
        text = packet.decode(encoding, "replace")
    text = NOT_XML.sub("", text)
    starts = [at for mark in ("<x:xmpmeta", "<rdf:RDF") if (at := text.find(mark)) >= 0]
    end = max((text.rfind(mark) for mark in ("</x:xmpmeta>", "</rdf:RDF>")), default=-1)
    return text[min(starts) : text.find(">", end) + 1] if starts and end >= 0 else text.strip()


def _values(element: ElementTree.Element) -> list[str]:
    """Return a property's text, or the texts of its list, of translations the default one first."""
    parts = sorted(element.iter(RDF + "li"), key=lambda part: part.get(LANGUAGE) != "x-default")
    items = [(part.text or "").strip() for part in parts]
    return items or [(element.text or element.get(RDF + "value") or "").strip()]


def _degrees(text: str) -> float | None:
    """Read "48,51.5N": degrees, minutes and perhaps seconds, and a side of the world."""
    found = re.fullmatch(r"([\d.,]{1,40})([NSEW])", text.strip())
    try:
        parts = [float(part) for part in found[1].split(",")] if found else []
    except ValueError:
        return None
    if not parts or not found:
        return None
    degrees = sum(part / 60**at for at, part in enumerate(parts))
    return -degrees if found[2] in "SW" else degrees
