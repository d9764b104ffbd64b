"""Masks: pictures that say where something is in other pictures, as sets for segmentation have."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from encoder.pictures import UnreadablePicture, read_picture
from ingest.sources.kinds import has_picture_ending
from ingest.sources.places import IMAGES, folder_names

# What their folders are called: SegmentationClass, trimaps, gtFine, ground_truth, annotations.
FOLDER = re.compile(
    r"mask|segm|trimap|annot|label|ground_?truth|(^|[_\W])(gt|seg)([A-Z_\W]|$)", re.IGNORECASE
)
SURE_FOLDER = re.compile(r"masks?|trimaps?", re.IGNORECASE)
# What stands behind the name of a picture in that of its mask: a_mask_1, a_gtFine_labelIds.
BEHIND = re.compile(
    r"[\s_.-]+(masks?|seg|segm\w*|trimap|annot\w*|labels?(ids|trainids)?|gt(fine|coarse)?|l"
    r"|ground_?truth|leftimg8bit)(?![^\W\d_]).*$",
    re.IGNORECASE,
)
JUDGED = 3  # pictures of a folder that are looked at
SIDE = 64  # pixels that are looked at, each way
COLOURS = 16  # that make up a mask
PART = 0.95  # of it
LARGEST = 1 << 25  # bytes of a file that is looked at


def find_masks(root: Path, relative: str, names: Sequence[str]) -> set[str]:
    """Return which pictures of a folder are masks of others, in it or in a folder beside it.

    They are called as other pictures are, lie in a folder called as those of masks or have more
    behind their names, and are painted in a few colours.

    Args:
        root: what the folder's path starts from.
        relative: the folder's path.
        names: of the pictures in it.
    """
    stems = {os.path.splitext(name)[0]: name for name in names}
    own = [name for stem, name in stems.items() if (key := _key(stem)) != stem and key in stems]
    pictures = [stems[_key(os.path.splitext(name)[0])] for name in own]
    are_masks = _are_painted(root / relative, own) and not _are_painted(root / relative, pictures)
    masks = own if are_masks else []  # and no drawings, such as home.png and home_l.png
    if FOLDER.search(relative) and len(masks) < len(names) and _has_others(root, relative, stems):
        masks = list(names) if _are_painted(root / relative, names) else masks
    return set(masks)


def _key(stem: str) -> str:
    """Return what a mask's name and its picture's have in common."""
    return BEHIND.sub("", stem)


def _has_others(root: Path, relative: str, stems: dict[str, str]) -> bool:
    """Tell whether the pictures of a folder are called as those of another one are."""
    judged = {_key(stem) for stem in _spread(list(stems))}
    for folder, may_differ in _counterparts(root, relative):
        others = {_key(os.path.splitext(name)[0]) for name in _pictures_in(folder)}
        if judged <= others or (may_differ and len(others) == 1):
            return True
    return False


def _counterparts(root: Path, relative: str) -> Iterator[tuple[Path, bool]]:
    """Yield where the pictures of a folder of masks may lie.

    Beside it tells whether one picture there may be that of all masks, whatever they are called.
    """
    parts = relative.split("/")
    for at, part in enumerate(parts):
        if not FOLDER.search(part):
            continue
        above, rest = root.joinpath(*parts[:at]), parts[at + 1 :]
        yield above, False
        for beside in folder_names(above):
            if FOLDER.search(beside):
                continue
            may_differ = bool(SURE_FOLDER.fullmatch(part)) and beside.lower() in IMAGES
            yield above.joinpath(beside, *rest), may_differ
            yield above / beside, may_differ


def _pictures_in(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if has_picture_ending(name)]
    except OSError:
        return []


def _spread(names: Sequence[str]) -> list[str]:
    """Return the first name, one in the middle and the last."""
    return [names[at * (len(names) - 1) // (JUDGED - 1)] for at in range(JUDGED)] if names else []


def _are_painted(folder: Path, names: Sequence[str]) -> bool:
    return bool(names) and all(_is_painted(folder / name) for name in set(_spread(names)))


def _is_painted(path: Path) -> bool:
    """Tell whether a picture is painted in a few colours, as masks are and photos hardly ever."""
    try:
        if path.stat().st_size > LARGEST:
            return False
        picture = read_picture(path.read_bytes(), needed=SIDE)
    except (OSError, UnreadablePicture):
        return False
    small = np.asarray(picture.image.resize((SIDE, SIDE), 0), np.uint32) >> 2  # JPEGs are not exact
    codes = small[..., 0] << 12 | small[..., 1] << 6 | small[..., 2]
    counts = np.sort(np.unique(codes, return_counts=True)[1])[::-1]
    return bool(counts[:COLOURS].sum() >= PART * codes.size)
