import re
import tempfile
import threading
from collections.abc import Mapping
from typing import Any

import chdb

CODE = re.compile(r"Code: (\d+)")
INSERT = re.compile(rb"\s*INSERT\s+INTO\s+.*?\sFORMAT\s+(\w+)\s*?\n", re.IGNORECASE | re.DOTALL)
FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)


class EngineError(Exception):
    """What the engine answered instead of a result."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        found = CODE.search(text)
        self.code = int(found.group(1)) if found else 1000


class Engine:
    """Runs each request on a handle of its own, so that settings and database stay apart."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._kept = chdb.connect(self._directory)
        self._opening = threading.Lock()

    def run(
        self,
        text: bytes,
        settings: Mapping[str, str],
        parameters: Mapping[str, str],
        database: str,
        *,
        readonly: bool = False,
    ) -> tuple[bytes, str]:
        """Run one statement, data of an INSERT included; return the answer and its format.

        Args:
            readonly: as for a user whose profile says `readonly = 1`.
        """
        with self._opening:
            handle = chdb.connect(self._directory)
        try:
            if database != "default":
                self._query(handle, f"USE `{database}`".encode())
            if readonly:
                self._query(handle, b"SET readonly = 1")
            for name, value in settings.items():
                quoted = value.replace("\\", "\\\\").replace("'", "\\'")
                self._query(handle, f"SET {name} = '{quoted}'".encode())
            insert = INSERT.match(text)
            if insert and insert.group(1).upper() != b"VALUES":
                return self._insert(handle, text[: insert.end()], text[insert.end() :])
            found = FORMAT.search(text)
            wanted = found.group(1).decode() if found else "TabSeparated"
            return self._query(handle, text, wanted, parameters), wanted
        finally:
            handle.close()

    def _insert(self, handle: Any, head: bytes, data: bytes) -> tuple[bytes, str]:
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            statement, name = re.split(rb"\sFORMAT\s+(\w+)\s*$", head.rstrip(), maxsplit=1)[:2]
            infile = statement + f" FROM INFILE '{file.name}' FORMAT ".encode() + name
            self._query(handle, infile)
        return b"", "TabSeparated"

    def _query(
        self,
        handle: Any,
        text: bytes,
        wanted: str = "TabSeparated",
        parameters: Mapping[str, str] | None = None,
    ) -> bytes:
        try:
            answer = handle.query(text.decode(), wanted, params=dict(parameters or {}))
        except RuntimeError as error:
            raise EngineError(str(error)) from error
        return bytes(answer.bytes() or b"")
