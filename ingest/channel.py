"""Bounded queues between stages, that close when their writers are done."""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from ingest.photo import Photo

T = TypeVar("T")


class Channel(Generic[T]):
    """A queue of at most so many items and bytes; `put` waits while it is full.

    No thread is woken before it has something to do: each waking breaks off another thread's work
    and finds the caches cold, and with two dozen of them a photo costs a third more.

    Args:
        most: items it holds.
        writers: how many threads put into it; it closes when each has called `done`.
        most_bytes: bytes it holds, of items put with their size; one larger item fits alone.
        refill: how few items are left when writers that wait for room are woken. Less than `most`,
            they work for a while in a row.
    """

    def __init__(
        self,
        most: int,
        *,
        writers: int = 1,
        most_bytes: int = 1 << 27,
        refill: int | None = None,
    ) -> None:
        self._items: deque[tuple[T, int]] = deque()
        self._bytes = 0
        self._most_bytes = most_bytes
        self._writers = writers
        self._aborted = False
        self._wanted = 1  # items that the reader waits for
        self.resize(most, refill)
        guard = threading.Lock()
        self._filled, self._room = threading.Condition(guard), threading.Condition(guard)
        self._reading = threading.Lock()

    def resize(self, most: int, refill: int | None = None) -> None:
        """Change how many items it holds; it may be in use."""
        self._most, self._refill = most, most if refill is None else refill

    def put(self, item: T, size: int = 0) -> None:
        """Add an item, when there is room; after an abort it is dropped."""
        with self._room:
            self._room.wait_for(lambda: self._aborted or self._has_room(size))
            if not self._aborted:
                self._items.append((item, size))
                self._bytes += size
                if len(self._items) >= self._wanted:
                    self._filled.notify()
                if self._has_room(0):
                    self._room.notify()  # what was taken may have made room for several

    def _has_room(self, size: int) -> bool:
        if not self._items:
            return True
        return len(self._items) < self._most and self._bytes + size <= self._most_bytes

    def done(self) -> None:
        """Say that one writer puts nothing more."""
        with self._filled:
            self._writers -= 1
            self._filled.notify()

    def abort(self) -> None:
        """Drop what is in it, and let every reader and writer go."""
        with self._room:
            self._aborted = True
            self._items.clear()
            self._room.notify_all()
            self._filled.notify()

    def take(self, most: int = 1, linger: float = 0) -> list[T]:
        """Take up to so many items; none when the channel is closed and empty.

        Args:
            most: items wanted.
            linger: seconds to wait for the others once the first is there.
        """
        with self._reading, self._filled:  # one reader gathers, the others come after it
            self._wait_for(1)
            wanted = min(most, self._most)
            if linger and len(self._items) < wanted:
                self._room.notify()  # writers that rest would not bring the others
                self._wait_for(wanted, linger)
            taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
            self._bytes -= sum(size for _, size in taken)
            if len(self._items) <= self._refill:
                self._room.notify()  # one wakes the next
            return [item for item, _ in taken]

    def _wait_for(self, wanted: int, seconds: float | None = None) -> None:
        self._wanted = wanted
        self._filled.wait_for(
            lambda: len(self._items) >= wanted or self._aborted or self._writers <= 0, seconds
        )

    def __len__(self) -> int:
        return len(self._items)

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
        self._most = most
        self._per_host = per_host
        self._closed = False
        self._idle = 0  # workers that wait
        guard = threading.Lock()
        self._filled, self._room = threading.Condition(guard), threading.Condition(guard)

    def put(self, photo: Photo) -> None:
        """Add a photo, when there is room; dropped once closed."""
        with self._room:
            self._room.wait_for(lambda: self._closed or self._size < self._most)
            if not self._closed:
                self._queues.setdefault(_host(photo), deque()).append(photo)
                self._size += 1
                if self._is_free(_host(photo)):
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
            self._idle += 1
            self._ask()
            self._filled.wait_for(lambda: self._free_host() is not None or self._over())
            self._idle -= 1
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
        self._ask()
        return photo

    def _ask(self) -> None:
        """Wake who puts, if it can put many in a row, or has work for those who wait."""
        room = self._most - self._size
        if room >= self._most // 2 or (0 < self._idle <= room and self._free_host() is None):
            self._room.notify()

    def _release(self, host: str) -> None:
        with self._filled:
            self._active[host] -= 1
            if not self._active[host]:
                del self._active[host]
            # Nobody is woken: who comes back asks for the next photo, and wakes others if it can.


def _host(photo: Photo) -> str:
    if not photo.is_remote or photo.payload is not None:
        return ""
    try:
        return urlsplit(photo.address).netloc
    except ValueError:
        return "?"
