"""Vectors of another encoder for the photos of a collection, in a collection beside it.

`T__<encoder>` holds T's photos, with all that is known of them, under the same ids.
"""

import hashlib
import itertools
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from encoder import Encoder, load_encoder
from explorer.errors import BadInput
from ingest.deadline import Watch
from ingest.decode import decode
from ingest.errors import Rejected
from ingest.fetch import Fetcher, Patience
from ingest.photo import Photo
from vecdb import Collection, Database, Store
from vecdb.photos import is_unit
from vecdb.store import keep_if_possible

if TYPE_CHECKING:
    from explorer.explorer import Explorer

LONGEST_NAME = 63  # of a collection
PAGE = 256  # photos read, encoded and stored at once
READERS = 16  # of one host at most, and of files
PATIENCE = Patience(attempts=2, longest_wait=10)  # a thumbnail is at hand


@dataclass(frozen=True)
class Encoded:
    """How far the encoding of a collection has come.

    Attributes:
        collection: where the new vectors are.
        encoder: what makes them.
        photos: in the collection they are made for.
        known: photos that had a vector before this run and are as they were.
        cached: vectors that the encoder had made before, for another collection or of this photo
            before it was moved or told otherwise.
        originals: photos read from their address or file.
        thumbnails: photos whose original could not be had, so that the thumbnail was encoded.
        failed: photos of which neither could be had.
    """

    collection: str
    encoder: str
    photos: int
    known: int
    cached: int = 0
    originals: int = 0
    thumbnails: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        """Photos that need no more work in this run."""
        return self.known + self.cached + self.originals + self.thumbnails + self.failed


@dataclass(frozen=True)
class _Picture:
    """What was read of a photo: its vector, or pixels to encode and the digest of their bytes."""

    kind: str
    vector: np.ndarray | None = None
    pixels: np.ndarray | None = None
    digest: str = ""


def encode_collection(
    explorer: "Explorer",
    table: str,
    name: str,
    *,
    device: str | None = None,
    progress: Callable[[Encoded], None] = lambda encoded: None,
    stop: threading.Event | None = None,
) -> Encoded:
    """Give the photos of a collection vectors of another encoder; safe to break off and repeat.

    What changed of a photo since it was given one, its picture or what is known of it, is followed.

    Args:
        explorer: whose database and store are used.
        table: the collection; it stays as it is.
        name: the encoder, as for `load_encoder`.
        device: of the encoder; the best there is by default.
        progress: called after each page of photos.
        stop: set it from elsewhere to return after the page under way.

    Raises:
        BadInput: the collection's own encoder was named.
        EncoderError, VecdbError: the encoder or the database cannot be used.
    """
    source = explorer.database.collection(table)
    encoder = load_encoder(name, device=device)
    if encoder.fingerprint == source.fingerprint or encoder.name == source.encoder:
        raise BadInput(f"The collection {table} has vectors of {encoder.name} already.")
    target = open_sibling(explorer.database, source, encoder)
    target.finish_replacing()
    changed = source.records.changed_in(target.records)
    known = target.count() - len(changed)
    done = Encoded(target.name, encoder.name, source.count(), known)
    stop = stop or threading.Event()
    progress(done)
    with Watch() as watch, ThreadPoolExecutor(READERS, "read") as readers:
        reader = _Reader(Fetcher(watch, stop, PATIENCE), explorer.store, source, target, encoder)
        waiting: tuple[pa.Table, list[Future[_Picture]]] | None = None
        missing = source.records.pages_missing_in(target.records, PAGE)
        starts = range(0, len(changed), PAGE)
        again = (source.records.metadata(changed[start : start + PAGE]) for start in starts)
        # While one page is encoded the next is read.
        for page in itertools.chain(missing, *again, [None]):
            ahead = None
            if page is not None and not stop.is_set():
                ahead = page, [readers.submit(reader.read, row) for row in reader.rows(page)]
            if waiting:
                done = reader.store(done, waiting[0], [read.result() for read in waiting[1]])
                progress(done)
            waiting = ahead
            if stop.is_set() and not waiting:
                break
    return done


def sibling_name(table: str, encoder: str, suffix: str = "") -> str:
    """Return the name of the collection that holds a table's photos in another encoder."""
    words = re.sub(r"[^a-z0-9]+", "_", Path(encoder).name.lower()).strip("_")
    name = f"{table}__{words}{suffix and '_' + suffix}"
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - 9].rstrip('_')}_{digest}"


@dataclass(frozen=True)
class Sibling:
    """Two collections of the same photos: `target` holds the vectors of another encoder."""

    source: str
    target: str
    encoder: str


def list_siblings(database: Database) -> list[Sibling]:
    """Return the collections that hold another one's photos in another encoder's vectors."""
    found = {info.name: info for info in database.collections()}
    pairs = []
    for name, info in found.items():
        source = name.rpartition("__")[0]
        own = name.startswith(sibling_name(source, info.encoder)[: LONGEST_NAME - 9])
        if source in found and own and info.count:
            pairs.append(Sibling(source, name, info.encoder))
    return pairs


def find_sibling(database: Database, source: Collection, encoder: Encoder) -> Collection | None:
    """Return the collection of a source's photos in another encoder, None where there is none."""
    found = {info.name: info for info in database.collections()}
    for suffix in ("", encoder.fingerprint[:8]):
        info = found.get(sibling_name(source.name, encoder.name, suffix))
        if info and info.fingerprint == encoder.fingerprint:
            return database.collection(info.name)
    return None


def open_sibling(database: Database, source: Collection, encoder: Encoder) -> Collection:
    """Return the collection of a source's photos in another encoder, made if there is none.

    Two encoders whose names end alike are kept apart by their fingerprints.
    """
    found = find_sibling(database, source, encoder)
    if found:
        return found
    taken = {info.name for info in database.collections()}
    name = sibling_name(source.name, encoder.name)
    if name in taken:
        name = sibling_name(source.name, encoder.name, encoder.fingerprint[:8])
    return database.create_collection(name, encoder.name, encoder.dim, encoder.fingerprint)


class _Reader:
    """Reads the photos of one collection and stores their new vectors in another."""

    def __init__(
        self,
        fetcher: Fetcher,
        store: Store,
        source: Collection,
        target: Collection,
        encoder: Encoder,
    ) -> None:
        self._fetcher, self._store = fetcher, store
        self._source, self._target, self._encoder = source, target, encoder

    def rows(self, page: pa.Table) -> list[dict[str, Any]]:
        """Return id, url and digest of each photo of a page, and its vector where that is right."""
        rows: list[dict[str, Any]] = page.select(["id", "url", "digest"]).to_pylist()
        held = self._target.records.digests([row["id"] for row in rows])
        same = [row["id"] for row in rows if row["digest"] and held.get(row["id"]) == row["digest"]]
        vectors = dict(zip(*self._target.known_vectors(same), strict=True))
        return [{**row, "vector": vectors.get(row["id"])} for row in rows]

    def read(self, row: dict[str, Any]) -> _Picture:
        """Return a photo's vector where it is there, else its picture, else its thumbnail."""
        cached = self._read_cached(row["digest"]) if row["vector"] is None else row["vector"]
        if cached is not None:
            return _Picture("cached", cached)
        try:
            data = self._fetcher.fetch(Photo(row["id"], row["url"]))
            return self._prepare("originals", data)
        except Rejected:
            small = self._store.thumbnail(self._source.name, row["id"])
        try:
            return self._prepare("thumbnails", small) if small else _Picture("failed")
        except Rejected:
            return _Picture("failed")

    def store(self, done: Encoded, page: pa.Table, pictures: list[_Picture]) -> Encoded:
        """Encode what was read of a page, store it, and return how far all has come."""
        fresh = [picture for picture in pictures if picture.pixels is not None]
        vectors = iter(self._encode(fresh))
        found = [next(vectors) if p.pixels is not None else p.vector for p in pictures]
        kept = [v for v in found if v is not None and is_unit(v)]
        usable = [v is not None and is_unit(v) for v in found]
        if kept:
            rows = page.filter(pa.array(usable))
            flat = pa.array(np.stack(kept).astype(np.float32).ravel())
            lists = pa.FixedSizeListArray.from_arrays(flat, self._encoder.dim)
            rows = rows.append_column("vector", lists)
            replaced = self._target.records.known_ids(rows.column("id").to_pylist())
            changed = pc.is_in(rows.column("id"), pa.array(sorted(replaced), pa.string()))
            self._target.replace(rows.filter(changed))
            self._target.insert(rows.filter(pc.invert(changed)), known=set())
        kinds = [p.kind if use else "failed" for p, use in zip(pictures, usable, strict=True)]
        counts = {kind: getattr(done, kind) + kinds.count(kind) for kind in set(kinds)}
        return replace(done, **counts)

    def _encode(self, pictures: list[_Picture]) -> np.ndarray:
        pixels = [picture.pixels for picture in pictures if picture.pixels is not None]
        vectors = self._encoder.encode_prepared(pixels)
        if pictures:
            digests = [picture.digest for picture in pictures]
            with keep_if_possible():
                self._store.put_vectors(self._target.encoder_key, digests, vectors)
        return vectors

    def _read_cached(self, digest: str) -> np.ndarray | None:
        return self._store.vectors(self._target.encoder_key, [digest]).get(digest)

    def _prepare(self, kind: str, data: bytes) -> _Picture:
        picture = decode(data, side=self._encoder.side)
        cached = self._read_cached(picture.digest)
        if cached is not None:
            return _Picture(kind, cached)
        pixels = self._encoder.prepare(picture.image)
        return _Picture(kind, pixels=pixels, digest=picture.digest)
