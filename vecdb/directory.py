"""Who owns an embedded database directory: one process at a time, one directory per process."""

import fcntl
import os
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from vecdb.errors import DirectoryOwned

OWNER_FILE = "owner.pid"
ROOM = 1 << 20  # bytes that the engine itself wants before it writes anything
SPARE = 1.1  # of a part that is to be rewritten, as the engine reckons


class DirectoryLock:
    """Counts the connections of this process to its one directory and keeps others out.

    The engine itself answers a second process only with `Error initializing EmbeddedServer`;
    an advisory lock on a file beside its data lets us name the owner instead. The kernel drops
    the lock when a process dies, so a kill leaves nothing to clean up.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._directory: Path | None = None
        self._file: IO[str] | None = None
        self._users = 0
        self._ever = 0  # connections since the directory was taken
        self._engine = 0  # the process where the engine has run, 0 where it has not

    @property
    def alone(self) -> bool:
        """Whether one connection is all that could have written since the directory was taken."""
        return self._ever == 1

    def acquire(self, directory: Path) -> None:
        """Own `directory` once more.

        Raises:
            DirectoryOwned: another process owns it, this process has another one open, or is
                a fork of one that has run the engine.
        """
        self.refuse_forks()
        with self._guard:
            if self._directory not in (None, directory):
                raise DirectoryOwned(
                    f"This process already has the embedded database {self._directory} open and "
                    f"the engine allows one: close it before opening {directory}."
                )
            if self._file is None:
                self._file = _lock(directory)
                self._directory = directory
            self._engine = os.getpid()
            self._users += 1
            self._ever += 1

    def refuse_forks(self) -> None:
        """Refuse a fork of the process where the engine has run: its threads are missing there.

        Raises:
            DirectoryOwned: this is one; a statement would wait for ever.
        """
        if self._engine not in (0, os.getpid()):
            raise DirectoryOwned(
                f"This process was forked from process {self._engine}, which has used an embedded "
                "database, and the engine does not work in a fork: use threads, or close the "
                "database and start processes by multiprocessing's method spawn."
            )

    def release(self) -> None:
        """Give up one use; the last one lets other processes in."""
        with self._guard:
            self._users -= 1
            if self._users == 0 and self._file is not None:
                self._file.close()
                self._file = self._directory = None
                self._ever = 0


def _lock(directory: Path) -> IO[str]:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = (directory / OWNER_FILE).open("a+", encoding="ascii")
    except OSError as error:
        raise DirectoryOwned(
            f"The database directory {directory} cannot be opened ({error.strerror}): "
            "choose one you may write to with VECDB_DSN=chdb:///directory."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise DirectoryOwned(
            f"Process {owner} owns the embedded database {directory}: use the running app's own "
            "pages (Data adds photos), or put the photos on a ClickHouse server with "
            "VECDB_DSN=clickhouse://host:8123/database."
        ) from error
    file.truncate(0)
    with suppress(OSError):  # a full disk: the lock holds all the same
        os.write(file.fileno(), str(os.getpid()).encode())
    return file


def check_room(directory: Path, part: int = 0) -> None:
    """Refuse where a directory takes no more, which the engine itself does not do in time.

    On a full disk it empties the definition of the table that it makes or changes, and the
    directory cannot be opened again; for room to rewrite a part it waits for ever.

    Args:
        part: size of the largest part that is to be rewritten, bytes.

    Raises:
        OSError: there is too little room, or the directory cannot be written.
    """
    with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
        if file.write(bytes(ROOM)) < ROOM:
            raise OSError(f"there is less than {ROOM >> 20} MiB")
    needed, free = int(SPARE * part), shutil.disk_usage(directory).free
    if needed > free:
        raise OSError(f"this takes {needed >> 20:,} MiB for a while, {free >> 20:,} MiB are free")


OWNED = DirectoryLock()
