"""Photos from a folder of an object store."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from ingest.photo import Photo, id_of_path
from ingest.sources.kinds import has_picture_ending
from ingest.sources.left_out import Exclusion, LeaveOut, ending_kind, system_kind
from ingest.sources.place import unreadable
from ingest.sources.places import folder_label

CHANGED = ("LastModified", "mtime", "last_modified")  # as the stores call it


class FarFolder:
    """The pictures of a folder tree far away, told by their endings; nothing beside them is read.

    A photo's id is its path from here, its label its folder's name.

    Args:
        exclude: patterns of names and paths to leave out.
        leave_out: takes the kind of each object that is no picture.
    """

    def __init__(self, root: Path, exclude: Sequence[str], leave_out: LeaveOut) -> None:
        self._root: Any = root
        self._exclusion = Exclusion(exclude)
        self._leave_out = leave_out

    def __iter__(self) -> Iterator[Photo]:
        """Yield the photos in the order of their paths, those of inner folders after a folder's.

        Raises:
            SourceError: a folder cannot be listed.
        """
        start = self._root.path.rstrip("/")
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            inner: list[str] = []
            for entry in self._list(folder):
                path = entry["name"].rstrip("/")
                relative, is_folder = path.removeprefix(f"{start}/"), entry["type"] == "directory"
                if path == folder:
                    continue  # an object that stands for the folder
                if kind := self._kind_left_out(relative, is_folder):
                    self._leave_out(kind)
                elif is_folder:
                    inner.append(path)
                else:
                    yield self._photo(relative, entry)
            waiting += reversed(inner)

    def _list(self, folder: str) -> list[dict[str, Any]]:
        try:
            return sorted(self._root.fs.ls(folder, detail=True), key=itemgetter("name"))
        except Exception as error:  # each of fsspec's packages has its own
            raise unreadable(str(self._root), error) from error

    def _kind_left_out(self, relative: str, is_folder: bool) -> str | None:
        above, _, name = relative.rpartition("/")
        if self._exclusion.matches(relative, is_folder=is_folder):
            return "excluded folder" if is_folder else "excluded"
        if is_folder or has_picture_ending(name):
            return system_kind(name, above.rpartition("/")[2])
        return ending_kind(name)

    def _photo(self, relative: str, entry: dict[str, Any]) -> Photo:
        changed = next((entry[key] for key in CHANGED if key in entry), None)
        label = folder_label(relative)
        return Photo(
            id_of_path(relative),
            self._root.fs.unstrip_protocol(entry["name"]),
            {"label": id_of_path(label)} if label else {},
            within=str(self._root).rstrip("/"),
            modified=changed.timestamp() if isinstance(changed, datetime) else 0.0,
            size=entry.get("size") or 0,
        )
