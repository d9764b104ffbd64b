"""metadata.csv, .jsonl and .parquet of an image folder: a row for each picture in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.errors import DamagedSource, SourceError
from ingest.photo import id_of_path
from ingest.sources.addresses import Locator
from ingest.sources.left_out import LeaveOut
from ingest.sources.tables import Table, open_rows

NAMES = ("metadata.csv", "metadata.tsv", "metadata.jsonl", "metadata.parquet")
FILE_COLUMNS = ("file_name", "filename", "file", "path", "image")


class Listings:
    """The rows of all such files in a folder tree, each handed out with its picture.

    They are kept as JSON until their pictures come, some 300 bytes each.
    """

    def __init__(self, root: Path, leave_out: LeaveOut) -> None:
        self._root = root
        self._leave_out = leave_out
        self._rows: dict[str, bytes] = {}

    def read(self, path: Path, relative: str) -> None:
        """Read a file of rows; pictures are named in it from the folder it lies in.

        Args:
            relative: the folder's path from the tree's root.
        """
        try:
            for row in _rows(path):
                if not isinstance(row, dict):
                    self._leave_out(f"unreadable row of {path.name}")
                    continue
                name = next((row.pop(column) for column in FILE_COLUMNS if column in row), None)
                if name:
                    at = id_of_path(f"{relative}/{name}" if relative else str(name))
                    row = {**json.loads(self._rows.get(at, b"{}")), **row}
                    self._rows[at] = json.dumps(row, default=str).encode()
        except (SourceError, DamagedSource, ValueError):
            self._leave_out(f"unreadable {path.name}")

    def take(self, relative: str) -> dict[str, Any]:
        """Return the row of a picture, once; empty where there is none."""
        row = self._rows.pop(id_of_path(relative), None) if self._rows else None
        return dict(json.loads(row)) if row else {}

    def list_missing(self) -> Iterator[str]:
        """Yield the paths that rows name and that do not exist."""
        for relative in self._rows:
            if not (self._root / relative).exists():
                yield relative


def _rows(path: Path) -> Iterator[dict[str, Any] | None]:
    """Yield the rows of a file, None for one that cannot be read."""
    with open_rows(path, Table(), Locator(path.parent)) as rows:
        yield from (row if isinstance(row, dict) else None for row in rows.rows)
