"""Streams of photos: the first of them, or in random order."""

import random
from collections.abc import Iterable, Iterator
from itertools import islice

from ingest.errors import DamagedSource
from ingest.photo import Photo

SHUFFLED = 50_000  # photos shuffled at once; of those that carry their own bytes fewer
SHUFFLED_BYTES = 256 << 20


def shuffle_photos(photos: Iterable[Photo], seed: int = 0) -> Iterator[Photo]:
    """Shuffle a stream in memory that stays bounded: 50,000 photos, or 256 MiB, at a time."""
    chance = random.Random(seed)
    held: list[Photo] = []
    size = 0
    for photo in photos:
        held.append(photo)
        size += len(photo.payload or b"")
        if len(held) >= SHUFFLED or size > SHUFFLED_BYTES:
            at = chance.randrange(len(held))
            held[at], held[-1] = held[-1], held[at]
            chosen = held.pop()
            size -= len(chosen.payload or b"")
            yield chosen
    chance.shuffle(held)
    yield from held


def first(photos: Iterable[Photo], limit: int | None) -> Iterator[Photo]:
    """Yield the first photos of a stream, or all of them."""
    return islice(photos, limit)


def each(sources: Iterable[Iterable[Photo]]) -> Iterator[Photo]:
    """Yield the photos of several sources; a damaged one does not keep the next from being read.

    Raises:
        DamagedSource: at the end, in one text for all that are damaged.
    """
    damaged = []
    for source in sources:
        try:
            yield from source
        except DamagedSource as error:
            damaged.append(str(error))
    if damaged:
        raise DamagedSource(" ".join(damaged))
