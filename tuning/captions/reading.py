"""Pictures with their captions, from any source of ingest or from a collection."""

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace

from encoder.pictures import UnreadablePicture, read_picture
from ingest.deadline import Watch
from ingest.embedded import read_embedded
from ingest.errors import Rejected
from ingest.fetch import Fetcher
from ingest.photo import Photo
from ingest.sources.captions import caption_columns, read_captions, split_lines
from ingest.sources.where import check_columns, holds
from vecdb import Collection, Condition, Store
from vecdb.filter import NUMBERS, TIMES, WORDS

WORKERS = 16
AHEAD = 64  # pictures that may be in memory at once
PAGE = 1_000
SIDE = 224  # pixels of the shorter side a picture is decoded to, to see whether it can be
NO_CAPTION = "no caption"


@dataclass(frozen=True)
class Captioned:
    """One picture as a source gives it; the same picture may come several times.

    Attributes:
        id, label: empty where the source says none.
        image: the file's bytes, which decode.
        digest: sha256 of the bytes, in hex.
        captions: at least one.
        split: what the source says it is for, in its own word; empty where it says nothing.
    """

    id: str
    image: bytes
    digest: str
    captions: tuple[str, ...]
    label: str
    split: str


def read_captioned(
    photos: Iterable[Photo],
    *,
    template: str | None = None,
    skip: Callable[[str], None],
    instead: Callable[[Photo], bytes | None] = lambda photo: None,
) -> Iterator[Captioned]:
    """Fetch and check pictures, many at once, in the order of their source.

    Args:
        template: makes a caption of a label, `a photo of a {}`, where there is no other.
        skip: takes the reason of each picture that is left out.
        instead: what to take where a picture cannot be fetched.
    """
    with ExitStack() as held:
        fetcher = Fetcher(held.enter_context(Watch()), threading.Event())
        pool = held.enter_context(ThreadPoolExecutor(WORKERS, "captions"))
        waiting: deque[Future[Captioned]] = deque()
        held.callback(lambda: [future.cancel() for future in waiting])

        def finish() -> Iterator[Captioned]:
            try:
                yield waiting.popleft().result()
            except Rejected as rejected:
                skip(rejected.reason)

        for photo in _join_neighbours(photos):
            waiting.append(pool.submit(_read, photo, fetcher, template, instead))
            if len(waiting) >= AHEAD:
                yield from finish()
        while waiting:
            yield from finish()


def _join_neighbours(photos: Iterable[Photo]) -> Iterator[Photo]:
    """Make one photo of rows in a row about the same picture, so that it is fetched once."""
    last: Photo | None = None
    for photo in photos:
        if last is not None and photo.address and photo.address == last.address:
            captions = dict.fromkeys([*last.captions, *photo.captions])
            last = replace(last, captions=tuple(captions))
            continue
        if last is not None:
            yield last
        last = photo
    if last is not None:
        yield last


def _read(
    photo: Photo,
    fetcher: Fetcher,
    template: str | None,
    instead: Callable[[Photo], bytes | None],
) -> Captioned:
    photo.check()
    try:
        data = fetcher.fetch(photo)
    except Rejected:
        found = instead(photo)
        if found is None:
            raise
        data = found
    try:
        picture = read_picture(data, needed=SIDE)
    except UnreadablePicture as error:
        raise Rejected(error.reason, permanent=True) from None
    captions = photo.captions or _described(photo)
    if not captions:
        captions = split_lines(read_embedded(picture.blocks)[0].get("description", ""))
    label = str(photo.metadata.get("label") or "")
    if not captions and template and label:
        captions = (template.format(label.replace("_", " ")),)
    if not captions:
        raise Rejected(NO_CAPTION, permanent=True)
    digest = hashlib.sha256(data).hexdigest()
    return Captioned(photo.id, data, digest, captions, label, str(photo.extra.get("split") or ""))


def _described(photo: Photo) -> tuple[str, ...]:
    return split_lines(str(photo.metadata.get("description") or ""))


def read_collection(collection: Collection, where: Sequence[Condition] = ()) -> Iterator[Photo]:
    """Yield the photos of a collection with every text that describes them.

    Args:
        where: conditions that a photo has to satisfy.

    Raises:
        SourceError: the collection has no such column.
    """
    check_columns(where, [*collection.records.extra_columns(), *WORDS, *NUMBERS, *TIMES])
    for ids, _ in collection.pages_of_vectors(PAGE):
        for row in collection.photos(ids):
            extra = row.pop("extra")
            if not holds(where, {**extra, **row}):
                continue
            texts = {"description": row["description"], **extra}
            captions = read_captions(texts, caption_columns(texts))
            yield Photo(row["id"], row["url"], row, extra, captions=captions)


def thumbnail_of(collection: Collection, store: Store) -> Callable[[Photo], bytes | None]:
    """Return what gives a photo's thumbnail, for originals that cannot be had."""
    return lambda photo: store.thumbnail(collection.name, photo.id)
