"""CVAT's annotations: one XML file about many pictures."""

import re

from ingest.embedded import parse_xml
from ingest.sources.rows import SAMPLE, Row, Rows, names_of

ROOT = "annotations"
DECLARATION = re.compile(r"\ufeff?\s*<\?xml[^>]*\?>")
LARGEST = 1 << 30  # bytes
TOLD = ("width", "height", "subset")


def cvat_rows(text: str) -> Rows | None:
    """Return a row for each picture, with its classes as labels; None where it is other XML."""
    root = parse_xml(DECLARATION.sub("", text, count=1).encode(), longest=LARGEST)
    if root is None or root.tag != ROOT:
        return None
    rows: list[Row] = []
    for image in root.iterfind("image"):
        words = dict.fromkeys(filter(None, (each.get("label") for each in image)))
        told = {name: image.get(name) for name in TOLD if image.get(name)}
        rows.append({"file_name": image.get("name"), "label": list(words), **told})
    return Rows(names_of(rows), iter(rows), rows[:SAMPLE]) if rows else None
