"""Bounded queues between stages, that close when their writers are done."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from ingest.photo import Photo

T = TypeVar("T")


class Channel(Generic[T]):
    """A queue of at most so many items and bytes; `put` waits while it is full.

    Args:
        most: items it holds; may be changed while it is used.
        writers: how many threads put into it; it closes when each has called `done`.
        most_bytes: bytes it holds, of items put with their size; one larger item fits alone.
    """

    def __init__(self, most: int, *, writers: int = 1, most_bytes: int = 1 << 27) -> None:
        self._items: deque[tuple[T, int]] = deque()
        self._bytes = 0
        self.most = most
        self._most_bytes = most_bytes
        self._writers = writers
        self._aborted = False
        # Two conditions, and one thread woken for each item: waking all costs a core at 32 workers.
        guard = threading.Lock()
        self._filled, self._room = threading.Condition(guard), threading.Condition(guard)

    def put(self, item: T, size: int = 0) -> None:
        """Add an item, when there is room; after an abort it is dropped."""
        with self._room:
            self._room.wait_for(lambda: self._aborted or self._has_room(size))
            if not self._aborted:
                self._items.append((item, size))
                self._bytes += size
                self._filled.notify()
                if self._has_room(0):
                    self._room.notify()  # what was taken may have made room for several

    def _has_room(self, size: int) -> bool:
        if not self._items:
            return True
        return len(self._items) < self.most and self._bytes + size <= self._most_bytes

    def done(self) -> None:
        """Say that one writer puts nothing more."""
        with self._filled:
            self._writers -= 1
            self._filled.notify_all()

    def abort(self) -> None:
        """Drop what is in it, and let every reader and writer go."""
        with self._room:
            self._aborted = True
            self._items.clear()
            self._room.notify_all()
            self._filled.notify_all()

    def take(self, most: int = 1, linger: float = 0) -> list[T]:
        """Take up to so many items; none when the channel is closed and empty.

        Args:
            most: items wanted.
            linger: seconds to wait for the others once the first is there.
        """
        with self._filled:
            self._gather(min(most, self.most), linger)
            while not self._items and not self._over():  # another reader took them meanwhile
                self._gather(min(most, self.most), linger)
            taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
            self._bytes -= sum(size for _, size in taken)
            self._room.notify(len(taken))
            if self._items:
                self._filled.notify()
            return [item for item, _ in taken]

    def _gather(self, wanted: int, linger: float) -> None:
        self._filled.wait_for(lambda: self._items or self._over())
        until = time.monotonic() + linger
        while 0 < len(self._items) < wanted and not self._over():
            if not self._filled.wait(until - time.monotonic()):
                return

    def _over(self) -> bool:
        return self._aborted or self._writers <= 0

    def __iter__(self) -> Iterator[T]:
        while taken := self.take():
            yield taken[0]


class HostChannel:
    """A queue of photos to download, in turn by host, so many at once from each.

    Workers never wait for a slow host while another one's photos are queued.
    """

    def __init__(self, most: int, per_host: int) -> None:
        self._queues: OrderedDict[str, deque[Photo]] = OrderedDict()
        self._active: dict[str, int] = {}
        self._size = 0
        self.most = most
        self._per_host = per_host
        self._closed = False
        guard = threading.Lock()
        self._filled, self._room = threading.Condition(guard), threading.Condition(guard)

    def put(self, photo: Photo) -> None:
        """Add a photo, when there is room; dropped once closed."""
        with self._room:
            self._room.wait_for(lambda: self._closed or self._size < self.most)
            if not self._closed:
                self._queues.setdefault(_host(photo), deque()).append(photo)
                self._size += 1
                self._filled.notify()

    def close(self, *, drop: bool = False) -> None:
        """Say that nothing more comes; with `drop`, forget what is queued."""
        with self._room:
            self._closed = True
            if drop:
                self._queues.clear()
                self._size = 0
            self._room.notify_all()
            self._filled.notify_all()

    def __iter__(self) -> Iterator[Photo]:
        """Yield photos whose hosts have a free place; the place is taken until the next one."""
        while (photo := self._next()) is not None:
            try:
                yield photo
            finally:
                self._release(_host(photo))

    def _next(self) -> Photo | None:
        with self._filled:
            self._filled.wait_for(lambda: self._free_host() is not None or self._over())
            if self._over():
                return None
            host = self._free_host()
            assert host is not None
            photo = self._taken(host)
            if self._over():
                self._filled.notify_all()
            elif self._free_host() is not None:
                self._filled.notify()
            return photo

    def _over(self) -> bool:
        return self._closed and not self._size

    def _free_host(self) -> str | None:
        return next((host for host in self._queues if self._is_free(host)), None)

    def _is_free(self, host: str) -> bool:
        return not host or self._active.get(host, 0) < self._per_host

    def _taken(self, host: str) -> Photo:
        queue = self._queues[host]
        photo = queue.popleft()
        if queue:
            self._queues.move_to_end(host)
        else:
            del self._queues[host]
        self._size -= 1
        self._active[host] = self._active.get(host, 0) + 1
        self._room.notify()
        return photo

    def _release(self, host: str) -> None:
        with self._filled:
            self._active[host] -= 1
            if not self._active[host]:
                del self._active[host]
            if host in self._queues:
                self._filled.notify()


def _host(photo: Photo) -> str:
    if not photo.is_remote or photo.payload is not None:
        return ""
    try:
        return urlsplit(photo.address).netloc
    except ValueError:
        return "?"
