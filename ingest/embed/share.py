"""Which photos of a source belong to a part: the same at every run, and each photo to one."""

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.errors import SourceError
from ingest.photo import Photo
from ingest.sources import Source
from ingest.sources.kinds import has_picture_ending, is_tar
from ingest.sources.left_out import Exclusion, LeaveOut, keep_silent
from ingest.sources.place import exists, find_place, is_far
from ingest.sources.stream import each
from ingest.sources.walk import Walk
from ingest.sources.webdataset import Shard


def share_photos(
    source: str | Path, part: int, parts: int, leave_out: LeaveOut = keep_silent
) -> Iterator[Photo]:
    """Yield the photos of one part.

    A folder of at least as many tars as parts is shared by tar: part I reads the tars I, I + N,
    I + 2 N and so on of the sorted list, and opens no other. Everything else is shared by the
    photos' ids: each part reads the whole list, and fetches its own photos alone, so that an id
    that is named twice comes to one part.

    Args:
        source: as `Source` takes it.
        part: 0 to parts - 1.
        leave_out: takes the kind of each file that is left out.

    Raises:
        SourceError: the source is missing, of no known kind, or lacks a column.
        DamagedSource: a file breaks off; what came before it was yielded.
    """
    tars = list_tars(source)
    if len(tars) >= parts:
        yield from each(Shard(tar, Exclusion(), leave_out) for tar in tars[part::parts])
    else:
        found = each(Shard(tar, Exclusion(), leave_out) for tar in tars)
        for photo in found if tars else Source(source, leave_out=leave_out):
            if zlib.crc32(photo.id.encode("utf-8", "replace")) % parts == part:
                yield photo


def list_tars(source: str | Path) -> Sequence[Path]:
    """Return the tars of a folder, sorted; none where it holds pictures of its own, or tables."""
    place = find_place(source)
    try:
        if is_far(str(place)):
            is_folder = not str(place).startswith("http") and exists(place) and place.is_dir()
            found = sorted(place.iterdir(), key=str) if is_folder else []
            return [path for path in found if is_tar(path.name)]
        if not place.is_dir() or Source(place).choices()[0]:
            return []
        folders = Walk(place, Exclusion(), keep_silent)
        names = [file.path for folder in folders for file in folder.files]
    except OSError as error:
        raise SourceError(f"{source} cannot be read: {error.strerror}.") from error
    if any(has_picture_ending(path.name) for path in names):
        return []
    return sorted(path for path in names if is_tar(path.name))
