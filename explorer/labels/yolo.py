"""Labels of YOLO: a text file of boxes for each picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from explorer.labels.answers import Said
from ingest.sources.yolo import LISTS, read_classes, read_small

BOXES = ".txt"


def read_boxes(path: Path, relative: str, named: Mapping[int, str]) -> Said | None:
    """Read the classes of a picture's boxes; None where a text file holds something else.

    Args:
        relative: its path, which is the picture's but for its ending, and `labels` for `images`.
        named: the classes by number.
    """
    words = read_classes(read_small(path), named) if path.name not in LISTS else None
    if words is None:
        return None
    return Said((_name_picture(relative.split("/")),), classes=tuple(words))


def _name_picture(parts: Sequence[str]) -> str:
    *folders, name = parts
    if "labels" in folders:
        folders[len(folders) - 1 - folders[::-1].index("labels")] = "images"
    stem = name.removesuffix(BOXES)
    # Roboflow's names lead to those before them by their endings.
    return "/".join([*folders, f"{stem}.jpg" if ".rf." in stem else stem])
