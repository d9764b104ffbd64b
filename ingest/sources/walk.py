"""Walk a folder tree as people have them: links, system folders, entries that cannot be read."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import SourceError
from ingest.sources.kinds import has_picture_ending
from ingest.sources.left_out import Exclusion, LeaveOut, system_kind


@dataclass(frozen=True)
class File:
    """A regular file in the tree.

    Attributes:
        name: its own.
        relative: its path from the tree's root, with slashes.
        modified: seconds since 1970.
        size: bytes.
    """

    path: Path
    name: str
    relative: str
    modified: float
    size: int


@dataclass
class Folder:
    """One folder of the tree.

    Attributes:
        files: in the order of their names.
        inner: the folders in it, as paths from the tree's root.
        faults: (path, path from the tree's root, why it cannot be read).
    """

    path: Path
    relative: str
    files: list[File] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    faults: list[tuple[Path, str, str]] = field(default_factory=list)


class Walk:
    """A walk through a folder tree: parents first, by name, linked folders after all others.

    So a photo keeps the path it has without links; a folder that two paths lead to, or that a
    link leads back to, is read once.
    """

    def __init__(self, root: Path, exclusion: Exclusion, leave_out: LeaveOut) -> None:
        self._root = root
        self._exclusion = exclusion
        self._leave_out = leave_out
        self._seen: set[tuple[int, int]] = set()
        self._links: list[str] = []

    def __iter__(self) -> Iterator[Folder]:
        """Yield each folder.

        Raises:
            SourceError: the root itself cannot be read.
        """
        self._seen, self._links = set(), []
        waiting = [""]
        while waiting or self._links:
            relative = waiting.pop() if waiting else self._links.pop(0)
            folder = Folder(self._root / relative, relative)
            folder.inner = self._read(folder)
            waiting.extend(reversed(folder.inner))
            yield folder

    def _read(self, folder: Folder) -> list[str]:
        """Fill in a folder's files and faults; return the folders in it."""
        try:
            status = folder.path.stat()
            if (status.st_dev, status.st_ino) in self._seen:
                self._leave_out("linked folder read already")
                return []
            self._seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder.path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if not folder.relative:
                raise SourceError(f"{folder.path} cannot be read: {error.strerror}.") from error
            reason = f"folder not readable: {error.strerror}"
            folder.faults.append((folder.path, folder.relative, reason))
            return []
        return [path for entry in entries if (path := self._enter(entry, folder))]

    def _enter(self, entry: os.DirEntry[str], folder: Folder) -> str | None:
        """Sort an entry into its folder; return its path where it is a folder to walk next."""
        relative = f"{folder.relative}/{entry.name}" if folder.relative else entry.name
        try:
            is_link, status = entry.is_symlink(), entry.stat()
        except OSError as error:
            if not system_kind(entry.name) and not self._exclusion.matches(relative):
                folder.faults.append((folder.path / entry.name, relative, _fault(error)))
            return None
        is_folder = stat.S_ISDIR(status.st_mode)
        kind = system_kind(entry.name, folder.path.name)
        if self._exclusion.matches(relative, is_folder=is_folder):
            kind = "excluded folder" if is_folder else "excluded"
        if not is_folder and not stat.S_ISREG(status.st_mode):
            kind = "pipe or device"
        if kind:
            self._leave_out(kind)
            return None
        if not is_folder:
            file = File(
                folder.path / entry.name, entry.name, relative, status.st_mtime, status.st_size
            )
            folder.files.append(file)
            return None
        if has_picture_ending(entry.name):
            # In practice the small copies that a program made of the picture.
            folder.faults.append((folder.path / entry.name, relative, "a folder, not a picture"))
            return None
        if is_link:
            self._links.append(relative)
            return None
        return relative


def _fault(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "a link that leads nowhere"
    return f"not readable: {error.strerror}"
