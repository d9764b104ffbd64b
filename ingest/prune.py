"""Take photos out whose files are gone from the folder they came from."""

import os
from pathlib import Path

from ingest.errors import SourceError
from ingest.files import is_gone
from ingest.sources.place import find_place, is_far
from vecdb import Database, Store
from vecdb.addresses import local_path
from vecdb.removal import Removed, remove_photos


def check_prunable(source: object, *, is_whole: bool) -> Path:
    """Return the folder whose photos may be taken out.

    Args:
        is_whole: whether the run takes all of the source.

    Raises:
        SourceError: the source is no folder, or only a part of it is taken.
    """
    place = find_place(source) if isinstance(source, str | Path) else None
    # Of a folder that is not there, such as an unplugged disk, the source says so.
    if place is None or is_far(place) or (os.path.exists(place) and not os.path.isdir(place)):
        raise SourceError(
            f"--prune takes out what is gone from a folder, and {source} is none: delete single "
            "photos with `python -m explorer delete`."
        )
    if not is_whole:
        raise SourceError(
            "--prune needs the whole folder: leave out --limit and --where, or --prune."
        )
    return place.absolute()


def prune(database: Database, store: Store, collection: str, root: Path) -> Removed | None:
    """Take out the photos whose addresses lie under a folder and whose files are no more.

    Returns:
        What was taken out; None, and nothing was, where none of the files is there any more: the
        folder was, so its disk has gone meanwhile.
    """
    under = database.collection(collection).records.addresses_under(root.as_uri().rstrip("/") + "/")
    gone = [
        photo
        for photo, url in under.items()
        if (path := local_path(url)) is not None and is_gone(path)
    ]
    if under and len(gone) == len(under):
        return None
    return remove_photos(database, store, collection, gone)
