"""What one process holds once: the database, the thumbnail store, the encoders."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from encoder import Encoder, load_encoder
from vecdb import Database, Store, VecdbError, connect

_lock = threading.RLock()
_database: Database | None = None
_encoders: dict[str, Future[Encoder]] = {}
_loader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")


def database() -> Database:
    """Return the process's one database, opening it at the first call.

    Raises:
        VecdbError: it cannot be opened; the next call tries again.
    """
    global _database
    with _lock:
        if _database is None:
            _database = connect()
        return _database


def store() -> Store:
    """Return the LMDB store of thumbnails and vectors; stores of one folder share what is open."""
    return Store()


def encoder(name: str) -> Future[Encoder]:
    """Start loading an encoder in the background, once; a failed load is tried again when asked."""
    with _lock:
        future = _encoders.get(name)
        if future is None or (future.done() and future.exception()):
            future = _encoders[name] = _loader.submit(load_encoder, name)
        return future


def warm() -> None:
    """Open the database; a failure is left to the pages, which say it in words."""
    try:
        database()
    except VecdbError:
        return


def close() -> None:
    """Close the database; the next call of `database()` opens it again."""
    global _database
    with _lock:
        if _database is not None:
            _database.close()
        _database = None
