"""XML about a picture: Pascal VOC's classes, and what archives record in Dublin Core or MODS."""

from typing import Any
from xml.etree.ElementTree import Element

from ingest.embedded import parse_xml
from ingest.embedded.words import join_words
from ingest.sources.left_out import LeaveOut

XML = ".xml"
DUBLIN_CORE, MODS = "{http://purl.org/dc/", "{http://www.loc.gov/mods/"
NAMES = {  # of MODS, in Dublin Core's words
    "title": "title",
    "abstract": "description",
    "namePart": "creator",
    "topic": "subject",
    "dateCreated": "date",
    "dateIssued": "date",
}
SINGLE = {"title", "description", "date"}  # others are lists


def read_xml(content: bytes, leave_out: LeaveOut) -> dict[str, Any]:
    """Read what an XML file says of the picture it is called after, by names; METS may be around.

    Args:
        leave_out: takes the kind of a file that cannot be read, or is of another kind.
    """
    root = parse_xml(content)
    if root is None:
        leave_out("unreadable .xml")
        return {}
    if root.tag == "annotation":  # as LabelImg writes it
        words = ((name.text or "").strip() for name in root.iterfind("object/name"))
        return {"label": [word for word in words if word]}
    told: dict[str, list[str]] = {}
    for element in root.iter():
        name, text = _name_of(element), (element.text or "").strip()
        if name and text:
            told.setdefault(name, []).append(text)
    if not told:
        leave_out(XML)
    return {n: texts[0] if n in SINGLE else join_words(texts) for n, texts in told.items()}


def _name_of(element: Element) -> str | None:
    tag = str(element.tag)
    name = tag.rpartition("}")[2]
    if tag.startswith(DUBLIN_CORE):
        return name
    return NAMES.get(name) if tag.startswith(MODS) else None
