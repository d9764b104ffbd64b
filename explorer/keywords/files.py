"""Sidecars on disk: which one is a picture's, and how one is replaced."""

import os
from pathlib import Path

from explorer.errors import BadInput
from ingest.sources.kinds import has_picture_ending, has_raw_ending

ENDINGS = (".xmp", ".XMP")


class SidecarNames:
    """Finds the sidecars of pictures; each folder is listed once."""

    def __init__(self) -> None:
        self._pictures: dict[Path, dict[str, list[str]]] = {}

    def find(self, picture: Path) -> Path:
        """Return the sidecar of a picture: the one that is there, else the name of a new one.

        `photo.xmp` is usual; where several pictures are called `photo`, each has one of its whole
        name, but for a single RAW among them: `photo.xmp` is where photo managers look for its.
        """
        stems = [picture.stem, picture.name]
        called_so = self._list(picture.parent).get(picture.stem, [])
        raws = list(filter(has_raw_ending, called_so))
        if len(called_so) > 1 and raws != [picture.name]:
            stems = [picture.name]
        paths = [picture.parent / (stem + ending) for stem in stems for ending in ENDINGS]
        return next((path for path in paths if path.is_file()), paths[0])

    def _list(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self._pictures:
            names: dict[str, list[str]] = {}
            with os.scandir(folder) as found:
                for entry in filter(lambda entry: has_picture_ending(entry.name), found):
                    names.setdefault(Path(entry.name).stem, []).append(entry.name)
            self._pictures[folder] = names
        return self._pictures[folder]


def check_writable(path: Path) -> None:
    """Refuse a file that its owner has locked.

    Raises:
        BadInput: it may not be written.
    """
    if path.exists() and not path.stat().st_mode & 0o222:
        raise BadInput("it is locked: its file may not be written")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that it is the old or the new one at every moment."""
    path = path.resolve()  # a linked sidecar stays linked
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        if path.exists():
            part.chmod(path.stat().st_mode & 0o7777)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def describe_reason(error: Exception) -> str:
    """Return why something could not be done, without the path."""
    return getattr(error, "strerror", None) or str(error)
