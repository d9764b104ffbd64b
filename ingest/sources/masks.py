"""Masks: pictures in a folder of their own that tell of other pictures what each pixel is."""

import os
import re
from pathlib import Path

from ingest.sources.kinds import has_picture_ending
from ingest.sources.places import IMAGES

MASKS = re.compile(
    r"[_-]?(masks?|segm?(entations?)?(class|object|_?masks?)?|annotations?|depths?|normals|truths?"
    r"|ground_?truths?|gts?|labels?|label_?ids|trimaps?)$"
)
# Behind the name of the picture that a mask is about.
BEHIND = re.compile(r"[_-](masks?|seg(mentation)?|gt|labels?|label_?ids|depth|normals?)$")
EXACT = {".png", ".gif", ".bmp", ".tif", ".tiff"}  # JPEG would blur the numbers of the classes


class Masks:
    """Tells the masks of a folder tree: they are called as the pictures beside their folder.

    `SegmentationClass/1.png` is one where there is `JPEGImages/1.jpg`, and so is
    `train_masks/1_mask.gif` beside `train/1.jpg`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._others: dict[str, set[str]] = {}  # names of the pictures that a folder may tell of
        self._named: dict[str, set[str]] = {}  # names of the pictures in a folder

    def has(self, relative: str) -> bool:
        """Tell whether a picture, by its path from the root, is a mask."""
        folder, _, name = relative.rpartition("/")
        if folder not in self._others:
            self._others[folder] = self._find_others(folder)
        others = self._others[folder]
        stem, ending = os.path.splitext(name.lower())
        is_exact = bool(others) and ending in EXACT
        return is_exact and (stem in others or BEHIND.sub("", stem) in others)

    def _find_others(self, folder: str) -> set[str]:
        parts = folder.split("/")
        found: set[str] = set()
        for at, part in enumerate(parts):
            if (match := MASKS.search(part.lower())) is None:
                continue
            above, rest = parts[:at], [each for each in parts[at + 1 :] if not MASKS.search(each)]
            wanted = IMAGES | {part[: match.start()].lower()}
            for name in self._list("/".join(above)):
                if name.lower() in wanted:
                    found |= self._name("/".join([*above, name, *rest]))
        return found

    def _list(self, folder: str) -> list[str]:
        try:
            with os.scandir(self._root / folder) as entries:
                return [entry.name for entry in entries if entry.is_dir()]
        except OSError:
            return []

    def _name(self, folder: str) -> set[str]:
        if folder not in self._named:
            try:
                names = os.listdir(self._root / folder)
            except OSError:
                names = []
            stems = (
                os.path.splitext(name)[0].lower() for name in names if has_picture_ending(name)
            )
            self._named[folder] = set(stems)
        return self._named[folder]
