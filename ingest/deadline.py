"""Cut off transfers that outlive their time, whatever they are waiting for.

A timeout of the socket starts anew with every byte, so a host that drips bytes, in its headers or
in its body, would hold a worker for ever. One thread watches all transfers and shuts the socket of
those that are late: the worker that waits for it wakes up with an error.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

EVERY = 0.25  # seconds between two looks


class Transfer:
    """One download in one thread: when it must be over, and the connection it uses."""

    def __init__(self, seconds: float) -> None:
        self.due = time.monotonic() + seconds
        self.connection: Any = None
        self.late = False

    def cut(self) -> None:
        """Shut the socket, so that whoever waits for it wakes up."""
        self.late = True
        sock = getattr(self.connection, "sock", None)
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):
                # Not sock.shutdown: a TLS socket's own would race with the thread that reads.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


_current = threading.local()


class _Noted:
    """Tells the transfer of this thread which connection serves it."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        if getattr(_current, "transfer", None) is not None:
            _current.transfer.connection = self
        return super().request(*args, **kwargs)  # type: ignore[misc]


class _Http(_Noted, HTTPConnection):
    pass


class _Https(_Noted, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class WatchedAdapter(HTTPAdapter):
    """Requests' adapter over connections that a `Watch` can cut."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools, of watched connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class Watch:
    """One thread that cuts late transfers, for as long as the `with` block runs."""

    def __init__(self) -> None:
        self._transfers: set[Transfer] = set()
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    @contextlib.contextmanager
    def transfer(self, seconds: float) -> Iterator[Transfer]:
        """Watch what this thread downloads inside the block, for at most so many seconds."""
        made = Transfer(seconds)
        _current.transfer = made
        with self._guard:
            self._transfers.add(made)
        try:
            yield made
        finally:
            with self._guard:
                self._transfers.discard(made)
            _current.transfer = None

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            now = time.monotonic()
            with self._guard:
                late = [transfer for transfer in self._transfers if now > transfer.due]
            for transfer in late:
                transfer.cut()
