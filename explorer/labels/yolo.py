"""Labels of YOLO: a text file of boxes for each picture, and one that names the classes."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from explorer.labels.answers import Said
from ingest.sources.text import parse_yaml

BOXES = ".txt"
LISTS = ("classes.txt", "obj.names", "_darknet.labels", "predefined_classes.txt")
BOX = re.compile(r"(\d+)(?:\s+[-+\d.eE]+){4,}\s*")
LARGEST = 1 << 20  # bytes of a text file
MOST_ABOVE = 3  # folders in which the names may lie


def read_class_names(folder: Path) -> Mapping[int, str]:
    """Return the classes that a folder's labels give by number: of `data.yaml` or `classes.txt`.

    They may lie in one of the folders above; without them it is no set of YOLO.
    """
    for place in [folder, *folder.absolute().parents[: MOST_ABOVE - 1]]:
        for path in sorted([*place.glob("*.yaml"), *place.glob("*.yml")]):
            if found := _parse_names(_read(path)):
                return found
        for name in LISTS:
            lines = [line.strip() for line in _read(place / name).splitlines()]
            if any(lines):
                return dict(enumerate(filter(None, lines)))
    return {}


def _parse_names(text: str) -> dict[int, str]:
    try:
        names = parse_yaml(text)["names"]
        numbered = dict(enumerate(names)) if isinstance(names, list) else names
        return {int(at): name for at, name in numbered.items() if isinstance(name, str)}
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def read_boxes(path: Path, relative: str, named: Mapping[int, str]) -> Said | None:
    """Read the classes of a picture's boxes; None where a text file holds something else.

    Args:
        relative: its path, which is the picture's but for its ending, and `labels` for `images`.
        named: the classes by number.
    """
    lines = [line for line in _read(path).splitlines() if line.strip()]
    boxes = [BOX.fullmatch(line.strip()) for line in lines]
    if not named or path.name in LISTS or not all(boxes):
        return None
    numbers = (int(box[1]) for box in boxes if box)
    words = dict.fromkeys(named.get(number, str(number)) for number in numbers)
    return Said((_name_picture(relative.split("/")),), classes=tuple(words))


def _name_picture(parts: Sequence[str]) -> str:
    *folders, name = parts
    if "labels" in folders:
        folders[len(folders) - 1 - folders[::-1].index("labels")] = "images"
    stem = name.removesuffix(BOXES)
    # Roboflow's names lead to those before them by their endings.
    return "/".join([*folders, f"{stem}.jpg" if ".rf." in stem else stem])


def _read(path: Path) -> str:
    try:
        is_small = path.stat().st_size <= LARGEST
        return path.read_text("utf-8-sig", "replace") if is_small else ""
    except OSError:
        return ""
