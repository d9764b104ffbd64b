"""What a picture says of itself, for its sidecar: programs read one in place of the picture's own.

Source: the Metadata Working Group's guidelines, for which property stands for which of IPTC's and
EXIF's.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from encoder.pictures import UnreadablePicture, picture_kind, read_picture_blocks
from explorer.errors import BadInput
from explorer.keywords.packet import (
    BEGIN,
    DC,
    EMPTY,
    END,
    RDF,
    SUBJECT,
    list_of,
    make_item,
    parse_packet,
    write_packet,
)
from ingest.embedded import list_keywords, read_embedded
from ingest.embedded.xmp import LANGUAGE, decode_packet

BEGINNING = 1 << 18  # bytes of a JPEG in which what precedes its pixels usually stands
XMP = "http://ns.adobe.com/xap/1.0/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
CAMERA = [f"{{http://ns.adobe.com/tiff/1.0/}}{name}" for name in ("Make", "Model")]
TAKEN = "{http://ns.adobe.com/exif/1.0/}DateTimeOriginal"
# The property of each field, and the list it is written as.
PROPERTIES = {
    "description": (f"{{{DC}}}description", "Alt"),
    "title": (f"{{{DC}}}title", "Alt"),
    "photographer": (f"{{{DC}}}creator", "Seq"),
    "city": (f"{{{PHOTOSHOP}}}City", ""),
    "state": (f"{{{PHOTOSHOP}}}State", ""),
    "country": (f"{{{PHOTOSHOP}}}Country", ""),
    "place": (f"{{{CORE}}}Location", ""),
    "rating": (f"{{{XMP}}}Rating", ""),
}
PREFIXES = {"dc": DC, "xmp": XMP, "photoshop": PHOTOSHOP, "Iptc4xmpCore": CORE}


def read_own(picture: Path) -> bytes:
    """Return a picture's XMP whole, with the words in its IPTC and EXIF that the XMP lacks.

    Returns:
        A packet for a new sidecar; an empty one where the picture says nothing.

    Raises:
        OSError: the picture cannot be read.
    """
    try:
        blocks = _read_blocks(picture)
    except UnreadablePicture:
        return EMPTY
    packet = BEGIN + decode_packet(blocks.get("xmp", b"")).encode() + END
    try:
        tree, about = parse_packet(packet)
    except BadInput:
        tree, about = parse_packet(EMPTY)
    told = _fields_of(blocks)
    there = _fields_of({"xmp": write_packet(tree)})
    for name, value in told.items():
        if name in PROPERTIES and name not in there:
            _add(tree, about, name, f"{value:g}" if isinstance(value, float) else str(value))
    if "keywords" not in there:
        for word in list_keywords(blocks):
            list_of(tree, about, SUBJECT).append(make_item(word))
    if there.get("camera", told.get("camera")) != told.get("camera"):
        for tag in CAMERA:
            _drop(tree, tag)
    taken = told.get("taken")
    if "taken" in there and isinstance(taken, datetime) and taken != there["taken"]:
        _drop(tree, TAKEN)
        about.set(TAKEN, taken.isoformat())  # the camera's time, which has a zone, perhaps
    return write_packet(tree)


def _read_blocks(picture: Path) -> dict[str, bytes]:
    """Read what stands beside a picture's pixels; of most JPEGs their beginning alone."""
    with picture.open("rb") as file:
        head = file.read(BEGINNING)
        if picture_kind(head) == "JPEG":
            with suppress(UnreadablePicture):
                return read_picture_blocks(head)
        return read_picture_blocks(head + file.read())


def _fields_of(blocks: Mapping[str, bytes]) -> dict[str, Any]:
    own, others = read_embedded(blocks)
    return own | others


def _add(tree: etree._ElementTree, about: etree._Element, name: str, value: str) -> None:
    """Write a property that has no value yet."""
    tag, kind = PROPERTIES[name]
    _drop(tree, tag)
    prefixes = {short: uri for short, uri in PREFIXES.items() if uri in tag}
    made = etree.SubElement(about, tag, nsmap=prefixes)
    if not kind:
        made.text = value
        return
    item = make_item(value)
    if kind == "Alt":
        item.set(LANGUAGE, "x-default")
    etree.SubElement(made, f"{{{RDF}}}{kind}").append(item)


def _drop(tree: etree._ElementTree, tag: str) -> None:
    """Take a property out that stands there without a value, or with another one."""
    for each in tree.iterfind(f".//{{{RDF}}}Description"):
        each.attrib.pop(tag, None)
        for held in each.findall(tag):
            each.remove(held)
