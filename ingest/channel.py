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
        self._changed = threading.Condition()
        self._aborted = False

    def put(self, item: T, size: int = 0) -> None:
        """Add an item, when there is room; after an abort it is dropped."""
        with self._changed:
            self._changed.wait_for(lambda: self._aborted or self._has_room(size))
            if not self._aborted:
                self._items.append((item, size))
                self._bytes += size
                self._changed.notify_all()

    def _has_room(self, size: int) -> bool:
        if not self._items:
            return True
        return len(self._items) < self.most and self._bytes + size <= self._most_bytes

    def done(self) -> None:
        """Say that one writer puts nothing more."""
        with self._changed:
            self._writers -= 1
            self._changed.notify_all()

    def abort(self) -> None:
        """Drop what is in it, and let every reader and writer go."""
        with self._changed:
            self._aborted = True
            self._items.clear()
            self._changed.notify_all()

    def take(self, most: int = 1, linger: float = 0) -> list[T]:
        """Take up to so many items; none when the channel is closed and empty.

        Args:
            most: items wanted.
            linger: seconds to wait for the others once the first is there.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._over())
            until = time.monotonic() + linger
            while len(self._items) < min(most, self.most) and not self._over():
                if not self._changed.wait(until - time.monotonic()):
                    break
            taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
            self._bytes -= sum(size for _, size in taken)
            self._changed.notify_all()
            return [item for item, _ in taken]

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
        self._changed = threading.Condition()
        self._closed = False

    def put(self, photo: Photo) -> None:
        """Add a photo, when there is room; dropped once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._size < self.most)
            if not self._closed:
                self._queues.setdefault(_host(photo), deque()).append(photo)
                self._size += 1
                self._changed.notify_all()

    def close(self, *, drop: bool = False) -> None:
        """Say that nothing more comes; with `drop`, forget what is queued."""
        with self._changed:
            self._closed = True
            if drop:
                self._queues.clear()
                self._size = 0
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Photo]:
        """Yield photos whose hosts have a free place; the place is taken until the next one."""
        while (photo := self._next()) is not None:
            try:
                yield photo
            finally:
                self._release(_host(photo))

    def _next(self) -> Photo | None:
        with self._changed:
            while True:
                host = next((h for h in self._queues if self._is_free(h)), None)
                if host is not None:
                    return self._taken(host)
                if self._closed and not self._size:
                    return None
                self._changed.wait()

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
        self._changed.notify_all()
        return photo

    def _release(self, host: str) -> None:
        with self._changed:
            self._active[host] -= 1
            if not self._active[host]:
                del self._active[host]
            self._changed.notify_all()


def _host(photo: Photo) -> str:
    if not photo.is_remote or photo.payload is not None:
        return ""
    try:
        return urlsplit(photo.address).netloc
    except ValueError:
        return "?"
