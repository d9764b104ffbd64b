"""metadata.csv, .jsonl and .parquet of an image folder: a row for each picture in it.

FiftyOne's labels.json is one of them, for the pictures in the folder `data` beside it.
"""

import json
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.errors import DamagedSource, SourceError
from ingest.photo import id_of_path
from ingest.sources.addresses import DRIVE, Locator
from ingest.sources.cells import as_text, find_kinds, plain
from ingest.sources.guess import is_set
from ingest.sources.json_forms import read_fiftyone
from ingest.sources.left_out import LeaveOut
from ingest.sources.names import LABELS, usual
from ingest.sources.places import Place, find_in_places, find_places
from ingest.sources.rows import SAMPLE, look_ahead
from ingest.sources.tables import Table, open_rows
from ingest.sources.values import PART

FIFTYONE = "labels.json"  # beside its folder `data`
ROBOFLOWS = "_classes.csv"  # a column of 1 or 0 for each class
NAMES = ("metadata.csv", "metadata.tsv", "metadata.jsonl", "metadata.parquet", FIFTYONE, ROBOFLOWS)
FILE_COLUMNS = ("file_name", "filename", "file", "path", "image", "file_names")


class Listings:
    """The rows of all such files in a folder tree, each handed out with its picture.

    They are kept as JSON until their pictures come, some 300 bytes each.

    Attributes:
        kinds: what the texts of their columns say: numbers, times, flags or words.
        is_damaged: whether rows could not be read so far, of whichever pictures.
    """

    def __init__(self, root: Path, leave_out: LeaveOut) -> None:
        self._root = root
        self._leave_out = leave_out
        self.kinds: dict[str, str] = {}
        self.is_damaged = False
        self._rows: dict[str, bytes] = {}
        self._read_already: set[Path] = set()
        self._spelled: dict[str, str] = {}  # paths in one form and case to those of the rows

    def read(self, path: Path, relative: str) -> None:
        """Read a file of rows, once; pictures are named in it from its folder, or from one above.

        Args:
            relative: the folder's path from the tree's root.
        """
        if path in self._read_already:
            return
        self._read_already.add(path)
        is_fiftyones = path.name.lower() == FIFTYONE
        if is_fiftyones and (path.parent / "data").is_dir():
            relative = f"{relative}/data".lstrip("/")
        try:
            folder = self._root / relative
            rows = self._fiftyones_rows(path, folder) if is_fiftyones else self._read(path)
            first, rows = look_ahead(rows, SAMPLE)
            if not any(_file_column(row) for row in first if row):
                rows = _name_files(chain(first, rows), [row for row in first if row], folder)
                first, rows = look_ahead(rows, SAMPLE)
            start = self._find_start([row for row in first if row], relative)
            for row in chain(first, rows):
                self._keep(row, path, start)
        except (SourceError, DamagedSource, OSError, ValueError):
            self._leave_out_damaged(path.name)

    def _find_start(self, rows: Sequence[dict[str, Any]], relative: str) -> str:
        """Return the folder from which at least half of the rows' paths lead to files."""
        names = [n for row in rows if (column := _file_column(row)) for n in _names_in(row[column])]
        above = ("" if str(path) == "." else str(path) for path in PurePosixPath(relative).parents)
        for start in (relative, *above):
            there = sum(self._is_there(name, start) for name in names)
            if there * 2 >= len(names):
                return start
        return relative

    def _is_there(self, name: str, start: str) -> bool:
        try:
            return os.path.exists(self._root / self._path_of(name, start))
        except ValueError:  # such as half a surrogate pair in a name
            return False

    def _keep(self, row: dict[str, Any] | None, path: Path, relative: str) -> None:
        column = _file_column(row or {})
        if row is None:
            self._leave_out_damaged(f"row of {path.name}")
            return
        if column is None:
            self._leave_out(f"row of {path.name} without file_name")
            return
        try:
            for name in _names_in(row.pop(column)):
                at = self._path_of(name, relative)
                known = {**json.loads(self._rows.get(at, b"{}")), **row}
                self._rows[at] = json.dumps(known, default=_as_json).encode()
                self._spelled[fold(at)] = at
        except ValueError:
            self._leave_out_damaged(f"row of {path.name}")

    def _leave_out_damaged(self, what: str) -> None:
        self.is_damaged = True
        self._leave_out(f"unreadable {what}")

    def _read(self, path: Path) -> Iterator[dict[str, Any] | None]:
        """Yield the rows of a file, None for one that cannot be read."""
        with open_rows(path, Table(), Locator(path.parent)) as rows:
            cells = {name: [_as_json(row.get(name)) for row in rows.sample] for name in rows.names}
            self.kinds |= find_kinds(cells, rows.kinds)
            read = _name_flags if path.name.lower() == ROBOFLOWS else dict
            yield from (read(row) if isinstance(row, dict) else None for row in rows.rows)

    def _fiftyones_rows(self, path: Path, folder: Path) -> Iterator[dict[str, Any]]:
        """Yield the classes of pictures, named without ending, as FiftyOne exports them."""
        found = json.loads(path.read_bytes())
        labels = found.get("labels") if isinstance(found, dict) else None
        if not isinstance(labels, dict) or not _names_entries(labels, folder):
            self._leave_out(".json")
            return
        for name, words in read_fiftyone(labels, found.get("classes")):
            yield {"file_name": name, "label": PART.join(words)}

    def take(self, relative: str) -> dict[str, Any]:
        """Return the row of a picture, once; empty where there is none."""
        if not self._rows:
            return {}
        at = id_of_path(relative)
        row = self._rows.pop(at, None) or self._take_spelled(at)
        return dict(json.loads(row)) if row else {}

    def _take_spelled(self, at: str) -> bytes | None:
        """Return the row that names a picture in another form or case, or without its ending."""
        for form in (fold(at), fold(os.path.splitext(at)[0])):
            named = self._spelled.get(form)
            if named in self._rows and not os.path.exists(self._root / named):
                return self._rows.pop(named)
        return None

    def _path_of(self, name: str, relative: str) -> str:
        """Return a picture's path from the root, as its row names it from the folder."""
        root = f"{self._root.absolute().as_posix()}/"
        if name.startswith("/") or DRIVE.match(name):
            name = Locator(self._root.absolute() / relative).locate(name)
        if name.startswith(root):
            return id_of_path(name.removeprefix(root))
        return id_of_path(f"{relative}/{name}" if relative else name)

    def list_missing(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the paths that rows name and that do not exist, with the rows."""
        for relative, row in self._rows.items():
            if not os.path.exists(self._root / relative):
                yield relative, json.loads(row)


def _name_flags(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the classes that are 1 in it as its label."""
    return {**row, "label": [name for name, cell in row.items() if is_set(cell)]}


def _name_files(
    rows: Iterator[dict[str, Any] | None], sample: Sequence[dict[str, Any]], folder: Path
) -> Iterator[dict[str, Any] | None]:
    """Add the file's name to rows of which another column names the pictures in or below a folder.

    The table of the ISIC archive calls it isic_id, and gives no endings.
    """
    columns = sample[0] if sample else ()
    for column in sorted(columns, key=lambda name: usual(name) in LABELS):  # cat.jpg is no name
        names = [as_text(plain(row.get(column))) for row in sample]
        if places := find_places(folder, "", names, above=False):
            return (_name_file(row, column, places, folder) for row in rows)
    return rows


def _name_file(
    row: dict[str, Any] | None, column: str, places: Sequence[Place], folder: Path
) -> dict[str, Any] | None:
    name = as_text(plain((row or {}).get(column)))
    found = find_in_places(places, name)
    at = os.path.relpath(found, folder) if found else name
    return row and {FILE_COLUMNS[0]: at, **row}


def _names_entries(labels: Mapping[str, Any], folder: Path) -> bool:
    """Tell whether a name is one of the folder's: others number the classes under `labels`."""
    entries = {os.path.splitext(fold(entry))[0] for entry in os.listdir(folder)}
    return any(os.path.splitext(fold(name).split("/")[0])[0] in entries for name in labels)


def _file_column(row: Mapping[str, Any]) -> str | None:
    """Return the column that names the pictures: `file_name`, or `image_file_name` and such."""
    names = {usual(name): name for name in row}
    last = (name for name in names if name.endswith("_file_name"))
    found = next((name for name in (*FILE_COLUMNS, *last) if name in names), None)
    return names[found] if found else None


def _names_in(cell: Any) -> list[str]:
    """Return the path that a cell holds, or several."""
    cells = cell if isinstance(cell, list) else [cell or ""]
    names = (str(each).strip().replace("\\", "/") for each in cells)
    return [name for name in names if name]


def fold(path: str) -> str:
    """Return a path in one form and case."""
    return unicodedata.normalize("NFC", path).casefold()


def _as_json(value: Any) -> str | int | float:
    """Return a value as JSON can hold it: a time as its text."""
    value = plain(value)
    return value if isinstance(value, str | int | float) else as_text(value)
