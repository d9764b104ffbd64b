"""Read and encode photos side by side, and hand them on in the order in which they came."""

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from encoder import Encoder
from ingest.decode import SIDE, decode
from ingest.errors import Rejected
from ingest.fetch import Fetcher
from ingest.photo import Photo
from ingest.pipeline import ENCODERS
from ingest.progress import Tally
from ingest.rows import Item
from vecdb.photos import is_unit

BATCH = 64  # pictures encoded at once on a processor, however many cores it has
MOST_BYTES = 256 << 20  # of payloads read ahead
Failed = tuple[Photo, Rejected]


def read_in_order(
    photos: Iterable[Photo], encoder: Encoder, fetcher: Fetcher, tally: Tally, workers: int
) -> Iterator[Item | Failed]:
    """Fetch and decode photos in so many threads; yield each with its pixels, or the reason."""
    reader = _Reader(encoder, fetcher, tally)
    ahead = 2 * ENCODERS * batch_of(encoder) + workers
    waiting: deque[tuple[Future[Item | Failed], int]] = deque()
    held = 0
    pool = ThreadPoolExecutor(workers, "embed-read")
    try:
        for photo in photos:
            size = len(photo.payload or b"")
            waiting.append((pool.submit(reader.read, photo), size))
            held += size
            while len(waiting) > ahead or held > MOST_BYTES:
                first, size = waiting.popleft()
                held -= size
                yield first.result()
        while waiting:
            yield waiting.popleft()[0].result()
    finally:
        pool.shutdown(cancel_futures=True)


def encode_in_order(
    results: Iterable[Item | Failed], encoder: Encoder, tally: Tally
) -> Iterator[Item | Failed]:
    """Encode pictures in batches of one size, the last one excepted; failures pass through."""
    size = encoder.batch = batch_of(encoder)
    running: deque[Future[list[Item | Failed]]] = deque()
    pool = ThreadPoolExecutor(ENCODERS, "embed-encode", _stay_on_one_core)
    batch: list[Item] = []
    try:
        for result in results:
            if not isinstance(result, Item):
                yield result
                continue
            batch.append(result)
            if len(batch) == size:
                running.append(pool.submit(_encode, batch, encoder, tally))
                batch = []
            if len(running) > ENCODERS:
                yield from running.popleft().result()
        if batch:
            running.append(pool.submit(_encode, batch, encoder, tally))
        while running:
            yield from running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def batch_of(encoder: Encoder) -> int:
    """Return how many pictures an encoder takes at once, the same on machines of one kind."""
    return BATCH if encoder.device == "cpu" else encoder.batch


class _Reader:
    """Fetches and decodes one photo, in any of many threads."""

    def __init__(self, encoder: Encoder, fetcher: Fetcher, tally: Tally) -> None:
        self._encoder = encoder
        self._fetcher = fetcher
        self._tally = tally
        self._side = max(SIDE, encoder.side)
        self._decoders = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))
        self._one_large = threading.Lock()

    def read(self, photo: Photo) -> Item | Failed:
        """Return a photo with its pixels, or why there are none."""
        try:
            photo.check()
            if self._fetcher.is_large_file(photo):
                with self._one_large:
                    return self._decode(photo, self._fetcher.fetch(photo))
            with self._tally.busy("fetch"):
                data = self._fetcher.fetch(photo)
            self._tally.add("downloaded")
            return self._decode(photo, data)
        except Rejected as rejected:
            return replace(photo, payload=None), rejected

    def _decode(self, photo: Photo, data: bytes) -> Item:
        with self._decoders, self._tally.busy("decode"):
            picture = decode(data, side=self._side)
            pixels = self._encoder.prepare(picture.image)
        return Item(
            replace(photo, payload=None),
            width=picture.width,
            height=picture.height,
            digest=picture.digest,
            metadata=picture.metadata,
            extra=picture.extra,
            pixels=pixels,
        )


def _stay_on_one_core() -> None:
    """Let the few pictures of a last batch be encoded alike, however many cores there are."""
    from encoder.vision import stay_on_one_core  # with torch, which is loaded by now

    stay_on_one_core()


def _encode(items: Sequence[Item], encoder: Encoder, tally: Tally) -> list[Item | Failed]:
    with tally.busy("encode"):
        vectors = encoder.encode_prepared(
            [item.pixels for item in items if item.pixels is not None]
        )
    tally.add("encoded", len(items))
    return [_finish(item, vector) for item, vector in zip(items, vectors, strict=True)]


def _finish(item: Item, vector: np.ndarray) -> Item | Failed:
    item.pixels = None
    item.vector = vector
    if is_unit(vector):
        return item
    return item.photo, Rejected("no vector of unit length", permanent=True)
