"""`--failures FILE`: every photo that could not be read, with its address and the reason."""

import csv
import json
import os
import re
import threading
from pathlib import Path
from typing import IO

from commandline.outputs import holds_other
from ingest.errors import SourceError
from ingest.photo import Photo, clean
from ingest.sources.place import find_place

COLUMNS = ("id", "address", "reason")
OURS = re.compile(rb'id,address,reason\r?\n|\{"id": ".*", "address": ".*", "reason": ')


class FailureList:
    """A file of failures: JSON lines where its ending is .jsonl or .json, else CSV.

    Args:
        path: of the file, which is written anew; None writes nothing.
        source: what is ingested meanwhile.

    Raises:
        SourceError: it cannot be written, is the source, or holds something else.
    """

    def __init__(self, path: Path | None, source: object = None) -> None:
        self._guard = threading.Lock()
        self._file: IO[str] | None = None
        self._is_json = path is not None and path.suffix.lower() in {".jsonl", ".json"}
        if path is not None:
            is_source = isinstance(source, str | Path) and _is_same(path, find_place(source))
            if is_source or holds_other(path, OURS):
                raise SourceError(
                    f"{path} is the source itself or holds something else than failures: name "
                    "another file for them (--failures)."
                )
            try:
                self._file = path.open("w", encoding="utf-8", newline="")
            except OSError as error:
                raise SourceError(
                    f"The file of failures {path} cannot be written: {error.strerror}."
                ) from error
            if not self._is_json:
                csv.writer(self._file).writerow(COLUMNS)

    def __enter__(self) -> "FailureList":
        return self

    def __exit__(self, *error: object) -> None:
        if self._file:
            self._file.close()

    def add(self, photo: Photo, reason: str) -> None:
        """Write one failure; any thread may."""
        if self._file is None:
            return
        row = [clean(photo.id), clean(photo.address), reason]
        with self._guard:
            if self._is_json:
                line = json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False)
                self._file.write(line + "\n")
            else:
                csv.writer(self._file).writerow(row)
            self._file.flush()


def _is_same(path: Path, place: Path) -> bool:
    try:
        return os.path.samefile(path, place)
    except (OSError, TypeError):
        return False
