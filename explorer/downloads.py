"""Files that were written to be downloaded: beside the store, for a day."""

import re
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path

from explorer.errors import NothingThere
from vecdb import Store

FOLDER = "exports"
SECONDS_KEPT = 24 * 3600
_PLACE = re.compile(r"[0-9a-f]{32}")


def make_place(store: Store) -> Path:
    """Return a new, empty folder for a file to be downloaded; those of yesterday are removed."""
    kept = store.path.parent / FOLDER
    before = time.time() - SECONDS_KEPT
    for old in kept.iterdir() if kept.is_dir() else ():
        with suppress(FileNotFoundError):  # another export has removed it
            if old.stat().st_mtime < before:
                shutil.rmtree(old, ignore_errors=True)
    place = kept / uuid.uuid4().hex
    place.mkdir(parents=True)
    return place


def find_download(store: Store, place: str, file: str) -> Path:
    """Return the path of a file in such a folder; nothing else can be reached.

    Raises:
        NothingThere: there is none of that name.
    """
    path = store.path.parent / FOLDER / place / file
    if not _PLACE.fullmatch(place) or file != path.name or not path.is_file():
        raise NothingThere("This file is no longer kept: prepare it again.")
    return path
