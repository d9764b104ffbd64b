"""The stages, side by side over bounded queues.

    admit -> fetch -> decode -> encode -> write

While one batch is encoded the next is decoded and the one after downloaded. Every queue is
bounded, so memory does not grow with the source.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable

from encoder import Encoder, EncoderError
from ingest.admission import Admission
from ingest.changes import Changes
from ingest.channel import Channel, HostChannel
from ingest.decode import SIDE, decode
from ingest.errors import DamagedSource, IngestError, Rejected, SourceError
from ingest.fetch import Fetcher
from ingest.photo import Photo
from ingest.progress import Tally
from ingest.rows import Item
from ingest.writer import Failed, Writer
from vecdb import Store, VecdbError
from vecdb.photos import is_unit

PER_HOST = 16
QUEUED = 512  # photos waiting for a download
DOWNLOADED = 128  # pictures waiting to be decoded
DECODED = 128  # pictures waiting to be encoded, beside two batches
FIRST_BATCH = 32  # pictures, before the encoder says how many
WRITTEN = 512  # rows in one insert at most
LINGER = 3.0  # seconds that rows wait for more: a small insert costs as much as a large one
GATHER = 0.5  # seconds that pictures wait for a full batch
ENCODERS = 2  # one gathers its batch, or hands on its vectors, while the other's is computed


class Pipeline:
    """One run of the stages.

    Args:
        encoder: gives the encoder; called when the first picture needs it.
        encoder_key: under which the store keeps its vectors.
        workers: downloads at once.
        batch: pictures encoded at once; None leaves it to the encoder.
        most_pixels: of a picture that cannot be decoded smaller; None leaves it to the environment.
        stop: when set, what is under way is finished and nothing more begun.
    """

    def __init__(
        self,
        *,
        encoder: Callable[[], Encoder],
        encoder_key: str,
        admission: Admission,
        fetcher: Fetcher,
        writer: Writer,
        store: Store,
        tally: Tally,
        stop: threading.Event,
        workers: int,
        batch: int | None = None,
        most_pixels: int | None = None,
    ) -> None:
        self._load = encoder
        self._encoder: Encoder | None = None
        self._loading = threading.Lock()
        self._encoder_key = encoder_key
        self._side = SIDE
        self._admission = admission
        self._fetcher = fetcher
        self._writer = writer
        self._store = store
        self._tally = tally
        self._stop = stop
        self._batch = batch
        self._most_pixels = most_pixels
        self._one_large = threading.Lock()
        decoders = max(2, os.cpu_count() or 1)
        self._staff = {"fetch": workers, "decode": decoders, "encode": ENCODERS, "write": 1}
        self._to_fetch = HostChannel(QUEUED, PER_HOST)
        self._to_decode: Channel[Item] = Channel(
            DOWNLOADED, writers=workers, refill=DOWNLOADED // 2
        )
        self._to_encode: Channel[Item] = Channel(DECODED, writers=decoders)
        everyone_else = 1 + workers + decoders + ENCODERS
        self._to_write: Channel[Item | Changes | Failed] = Channel(
            2 * WRITTEN, writers=everyone_else
        )
        self.error: IngestError | None = None

    def start(self, photos: Iterable[Photo]) -> list[threading.Thread]:
        """Start every stage's threads; all of them end by themselves."""
        threads = [self._thread("admit", lambda: self._admit(photos), self._to_fetch.close)]
        stages: dict[str, tuple[Callable[[], None], Callable[[], None] | None]] = {
            "fetch": (self._fetch, self._to_decode.done),
            "decode": (self._decode, self._to_encode.done),
            "encode": (self._encode, None),
            "write": (self._write, None),
        }
        for stage, (work, done) in stages.items():
            self._tally.staff(stage, self._staff[stage])
            threads += [self._thread(stage, work, done) for _ in range(self._staff[stage])]
        for thread in threads:
            thread.start()
        return threads

    def abort(self, error: IngestError) -> None:
        """Drop what is under way; the first error is kept."""
        self.error = self.error or error
        self._stop.set()
        self._to_fetch.close(drop=True)
        for channel in (self._to_decode, self._to_encode, self._to_write):
            channel.abort()

    def _thread(
        self, stage: str, work: Callable[[], None], done: Callable[[], None] | None
    ) -> threading.Thread:
        def run() -> None:
            try:
                _give_way()
                work()
            except IngestError as error:
                self.abort(error)
            except (EncoderError, VecdbError) as error:
                self.abort(IngestError(str(error)))
            except Exception as error:
                kind = type(error).__name__
                self.abort(IngestError(f"The stage {stage!r} broke ({kind}: {error})."))
            finally:
                if done:
                    done()
                self._to_write.done()

        return threading.Thread(target=run, name=f"ingest-{stage}", daemon=True)

    def _admit(self, photos: Iterable[Photo]) -> None:
        try:
            for admitted in self._admission.admit(photos):
                if self._stop.is_set():
                    return
                if isinstance(admitted, Photo):
                    self._to_fetch.put(admitted)
                else:
                    self._to_write.put(admitted)
        except (SourceError, DamagedSource) as error:
            self.error = self.error or error  # what was admitted before is finished

    def _fetch(self) -> None:
        for photo in self._to_fetch:
            if self._stop.is_set():
                continue
            try:
                with self._tally.busy("fetch"):
                    is_large = self._fetcher.is_large_file(photo)
                    data = None if is_large else self._fetcher.fetch(photo)
            except Rejected as rejected:
                # Asked to stop while a host was busy: not a failure, the next run asks again.
                if rejected.permanent or not self._stop.is_set():
                    self._fail(photo, rejected)
                continue
            self._tally.add("downloaded")
            self._to_decode.put(Item(photo, data), len(data or b""))

    def _decode(self) -> None:
        for item in self._to_decode:
            try:
                with self._tally.busy("decode"):
                    self._open(item)
            except Rejected as rejected:
                self._fail(item.photo, rejected)
                continue
            if item.pixels is None:
                self._to_write.put(item)
            else:
                self._to_encode.put(item)

    def _open(self, item: Item) -> None:
        if item.data is not None:
            self._prepare(item, item.data)
            return
        with self._one_large:
            self._prepare(item, self._fetcher.fetch(item.photo))

    def _prepare(self, item: Item, data: bytes) -> None:
        side = self._side
        picture = decode(data, side=side, most_pixels=self._most_pixels)
        item.width, item.height = picture.width, picture.height
        item.digest, item.thumbnail = picture.digest, picture.thumbnail
        item.metadata, item.extra = picture.metadata, picture.extra
        item.vector = self._store.vectors(self._encoder_key, [picture.digest]).get(picture.digest)
        if item.vector is None:
            encoder = self._ready
            if self._side > side:  # the first ones: nobody knew yet how much the encoder sees
                picture = decode(data, side=self._side, most_pixels=self._most_pixels)
            item.pixels = encoder.prepare(picture.image)
        else:
            item.is_cached = True
            self._tally.add("cached")
        item.data = None

    @property
    def _ready(self) -> Encoder:
        with self._loading:
            if self._encoder is None:
                self._encoder = self._load()
                self._encoder.batch = self._batch = self._batch or self._encoder.batch
                self._side = max(SIDE, self._encoder.side)
                self._to_encode.resize(2 * self._batch + DECODED, 2 * self._batch)
            return self._encoder

    def _encode(self) -> None:
        while items := self._to_encode.take(self._batch or FIRST_BATCH, GATHER):
            self._encode_batch(items)

    def _encode_batch(self, items: list[Item]) -> None:
        pixels = [item.pixels for item in items if item.pixels is not None]
        with self._tally.busy("encode"):
            vectors = self._ready.encode_prepared(pixels)
        self._tally.add("encoded", len(items))
        for item, vector in zip(items, vectors, strict=True):
            item.pixels = None
            item.vector = vector
            if is_unit(vector):
                self._to_write.put(item)
            else:
                self._fail(item.photo, Rejected("no vector of unit length", permanent=True))

    def _write(self) -> None:
        while results := self._to_write.take(WRITTEN, LINGER):
            with self._tally.busy("write"):
                self._writer.write(results)
            for result in results:
                if isinstance(result, Changes):
                    left = result.photos
                else:
                    left = (result.photo if isinstance(result, Item) else result[0],)
                for photo in left:
                    self._admission.leave(photo)

    def _fail(self, photo: Photo, rejected: Rejected) -> None:
        self._admission.fail(photo)
        self._to_write.put((photo, rejected))


def _give_way() -> None:
    """Let this thread, and those it starts, wait for a processor until others' turns are over.

    Woken ten times and more a photo, threads that download would break off whoever encodes, and
    each time find the caches cold. In the app they no longer break off its pages, either. Pools of
    threads that the encoder or the database starts meanwhile keep to it.
    """
    if hasattr(os, "SCHED_BATCH") and os.sched_getscheduler(0) == os.SCHED_OTHER:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
