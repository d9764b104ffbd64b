"""CVAT's annotations: one XML file about many pictures."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ingest.embedded import parse_xml
from ingest.sources.rows import SAMPLE, Row, Rows, names_of

ROOT = "annotations"
DECLARATION = re.compile(r"\ufeff?\s*<\?xml[^>]*\?>")
LARGEST = 1 << 30  # bytes
TOLD = ("width", "height", "subset")


def cvat_rows(text: str) -> Rows | None:
    """Return a row for each picture, with its classes as labels; None where it is other XML."""
    root = parse_xml(DECLARATION.sub("", text, count=1).encode(), longest=LARGEST)
    rows = list(read_cvat(root)) if root is not None and root.tag == ROOT else []
    return Rows(names_of(rows), iter(rows), rows[:SAMPLE]) if rows else None


def read_cvat(root: Element) -> Iterator[Row]:
    """Yield what the annotations say of each picture: its file_name, and its classes as label."""
    for image in root.iterfind("image"):
        words = dict.fromkeys(filter(None, (each.get("label") for each in image)))
        told = {name: image.get(name) for name in TOLD if image.get(name)}
        yield {"file_name": image.get("name", ""), "label": list(words), **told}
