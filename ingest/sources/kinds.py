"""Which files are pictures, and which are tars."""

import os
import re

from encoder.pictures import ENDINGS, RAW_ENDINGS, picture_kind

TAR_ENDING = re.compile(r"\.(tar(\.(gz|bz2|xz|zst))?|tgz|tbz2?|txz|tzst)$", re.IGNORECASE)


def has_picture_ending(name: str) -> bool:
    """Tell whether a file's name is that of a picture."""
    return os.path.splitext(name)[1][1:].lower() in ENDINGS


def has_raw_ending(name: str) -> bool:
    """Tell whether a file's name is that of a camera's RAW picture."""
    return os.path.splitext(name)[1][1:].lower() in RAW_ENDINGS


def is_tar(name: str) -> bool:
    """Tell whether a file's name is that of a tar, packed or not."""
    return bool(TAR_ENDING.search(name))


def begins_as_picture(head: bytes) -> bool:
    """Tell whether bytes begin a picture, whatever its name.

    Targa has no mark of its own: of those only files that are named so are taken.
    """
    return picture_kind(head) not in {None, "TGA"}
