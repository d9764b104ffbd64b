"""Boxes in a text file for each picture: YOLO's, where another file names the classes by number.

KITTI's and DOTA's name them in each line: `Car 0.00 0 -1.57 587 ..`, `2753 2408 .. plane 1`.
"""

import re
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from ingest.sources.text import parse_yaml

LISTS = ("classes.txt", "obj.names", "_darknet.labels", "predefined_classes.txt")
BOX = re.compile(r"(\d+)(?:\s+[-+\d.eE]+){4,}\s*")
WORD = re.compile(r"[^\W\d]\S*")
NO_CLASS = "DontCare"  # of KITTI, where nobody looked
HEAD = re.compile(r"(imagesource|gsd):", re.IGNORECASE)  # of DOTA, above its boxes
LARGEST = 1 << 20  # bytes of a text file
MOST_ABOVE = 3  # folders in which the names may lie


def read_class_names(folder: Path) -> Mapping[int, str]:
    """Return the classes that a folder's boxes give by number: of `data.yaml` or `classes.txt`.

    They may lie in one of the folders above; without them it is no set of YOLO.
    """
    for place in [folder, *folder.absolute().parents[: MOST_ABOVE - 1]]:
        for path in sorted([*place.glob("*.yaml"), *place.glob("*.yml")]):
            if found := _parse_names(read_small(path)):
                return found
        for name in LISTS:
            lines = [line.strip() for line in read_small(place / name).splitlines()]
            if any(lines):
                return dict(enumerate(filter(None, lines)))
    return {}


def read_classes(text: str, named: Mapping[int, str]) -> list[str] | None:
    """Return the classes of a picture's boxes, each once; None where the text is something else.

    Args:
        named: the classes by number.
    """
    lines = box_lines(text)
    words = [list(filter(WORD.fullmatch, line.split())) for line in lines]
    if all(len(found) == 1 for found in words):
        return [word for word in dict.fromkeys(chain(*words)) if word != NO_CLASS]
    boxes = [BOX.fullmatch(line.strip()) for line in lines]
    if not named or not all(boxes):
        return None
    numbers = (int(box[1]) for box in boxes if box)
    return list(dict.fromkeys(named.get(number, str(number)) for number in numbers))


def box_lines(text: str) -> list[str]:
    """Return the lines of a text that may be boxes."""
    return [line for line in text.splitlines() if line.strip() and not HEAD.match(line)]


def read_small(path: Path) -> str:
    """Return the text of a file, nothing of one that is large or cannot be read."""
    try:
        is_small = path.stat().st_size <= LARGEST
        return path.read_text("utf-8-sig", "replace") if is_small else ""
    except OSError:
        return ""


def _parse_names(text: str) -> dict[int, str]:
    try:
        names = parse_yaml(text)["names"]
        numbered = dict(enumerate(names)) if isinstance(names, list) else names
        return {int(at): name for at, name in numbered.items() if isinstance(name, str)}
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}
