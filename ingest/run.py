"""One ingest from a source to a table: what the command line, the sample and the app call."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from encoder import load_known_encoder
from encoder.pictures import most_pixels_allowed
from ingest.admission import Admission
from ingest.collection import open_collection, open_vector_collection
from ingest.deadline import Watch
from ingest.errors import IngestError, SourceError
from ingest.failure_list import FailureList
from ingest.failures import Failures
from ingest.fetch import Fetcher
from ingest.given import check_photos
from ingest.heads import follow_heads
from ingest.options import Options
from ingest.photo import Photo
from ingest.pipeline import Pipeline
from ingest.progress import ProgressCallback, Summary, Tally
from ingest.prune import check_prunable, prune
from ingest.sources import Source, first, shuffle_photos
from ingest.sources.place import find_anew
from ingest.vector_import import VectorImport
from ingest.vectors import VectorSource, find_vectors
from ingest.writer import Writer
from vecdb import Collection, Database, Store, connect
from vecdb.errors import StoreUnusable
from vecdb.removal import drop_pictures

TICK = 0.25  # seconds between two calls of the progress callback


def run(
    source: str | Path | Iterable[Photo],
    *,
    table: str,
    encoder: str | None = None,
    dsn: str | None = None,
    store: Store | None = None,
    database: Database | None = None,
    limit: int | None = None,
    options: Options | None = None,
    progress: ProgressCallback | None = None,
    stop: threading.Event | None = None,
    warn: Callable[[str], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Summary:
    """Ingest a source into a table, and return when it is done or stopped.

    Safe to repeat: photos that are stored are skipped.

    Args:
        source: a file or a folder (see `Source`), or photos themselves.
        table: the collection, made where there is none.
        encoder: by name; the collection's own by default, for a new one the environment's.
        dsn: of the database; the environment's by default. Not with `database`.
        store: thumbnails and cached vectors; the environment's by default.
        database: an open one, which stays open.
        limit: short for Options(limit=...).
        options: everything else.
        progress: called about four times a second, in the calling thread, and once at the end.
        stop: set it from elsewhere to finish what is under way and return.
        warn: takes a sentence about something that went wrong but stops nothing.
        tell: takes a sentence about what was chosen, such as which column holds the addresses.

    Raises:
        SourceError: the source is missing, of no known kind, or lacks a column.
        EncoderError: the encoder cannot be loaded.
        VecdbError: the database cannot be opened, or holds vectors of another encoder.
    """
    options = options or Options()
    stop = stop or threading.Event()
    warn = warn or (lambda sentence: None)
    tally = Tally()
    limit = limit if limit is not None else options.limit
    is_whole = limit is None and options.is_whole
    root = check_prunable(source, is_whole=is_whole) if options.prune else None
    vectors = _vectors(source, options, tell)
    if vectors is not None and root is not None:
        raise SourceError(f"--prune looks for pictures that are gone, and {source} holds vectors.")
    if vectors is not None:
        with ExitStack() as held:
            database = database or held.enter_context(connect(dsn))
            collection = open_vector_collection(
                database, table, encoder, vectors, options.default_encoder
            )
            failure_list = held.enter_context(FailureList(options.failures, source))
            failures = Failures(database, collection.name)
            stored = VectorImport(collection, failures, tally, failure_list)
            error = stored.store(vectors, limit, stop, progress)
            _undouble(database, collection)
            follow_heads(database, collection.name, warn)
            return tally.summary(interrupted=stop.is_set() and not error, error=error)
    tally.total, photos = _photos(source, options, limit, tally.leave_out, tell)
    if not options.megapixels:
        most_pixels_allowed()  # a setting that cannot be meant is named before anything is made
    with ExitStack() as held:
        failure_list = held.enter_context(FailureList(options.failures, source))
        database = database or held.enter_context(connect(dsn))
        store = store or Store()
        collection = open_collection(
            database, table, encoder or options.default_encoder, options.device
        )
        collection.finish_replacing()
        most_pixels = int(options.megapixels * 1e6) if options.megapixels else None
        failures = Failures(database, collection.name, most_pixels, options.manners)
        admission = Admission(
            collection, failures, tally, failure_list, stop=stop, retry_failed=options.retry_failed
        )
        watch = held.enter_context(Watch())
        writer = Writer(collection, store, failures, tally, warn, failure_list)
        pipeline = Pipeline(
            encoder=lambda: load_known_encoder(
                collection.encoder, collection.fingerprint, device=options.device
            ),
            encoder_key=collection.encoder_key,
            admission=admission,
            fetcher=Fetcher(watch, stop, options.patience, options.manners, options.below),
            writer=writer,
            store=store,
            tally=tally,
            stop=stop,
            workers=options.workers,
            batch=options.batch_size,
            most_pixels=most_pixels,
        )
        try:
            _attend(pipeline.start(photos), tally, progress)
        except BaseException:
            pipeline.abort(IngestError("The ingest was broken off."))
            raise
        error = str(pipeline.error) if pipeline.error else None
        if error is None:
            _undouble(database, collection)
        if writer.replaced:
            try:
                drop_pictures(database, store, writer.replaced)
            except StoreUnusable as unusable:
                warn(f"Thumbnails of pictures that others replaced are still there. {unusable}")
        if error is None:
            if root is not None and not stop.is_set():
                whole = admission.is_listed_whole and tally.progress().seen > 0
                _prune(database, store, collection.name, root, tally, warn, is_whole=whole)
            follow_heads(database, collection.name, warn)
        return tally.summary(interrupted=stop.is_set() and not error, error=error)


def _undouble(database: Database, collection: Collection) -> None:
    """Keep one row of each photo that another process has stored at the same time, on a server.

    Whichever of the two ends last finds the rows of both.
    """
    if database.dialect != "chdb":
        collection.finish_replacing()


def _prune(
    database: Database,
    store: Store,
    collection: str,
    root: Path,
    tally: Tally,
    warn: Callable[[str], None],
    *,
    is_whole: bool,
) -> None:
    if not is_whole:
        warn(
            f"Nothing was taken out: {root} holds no pictures, or not all of it could be looked at."
        )
        return
    removed = prune(database, store, collection, root)
    if removed is None:
        warn(
            f"Nothing was taken out: of all photos from {root} none is there, as if its disk were "
            "away; `python -m explorer delete` takes them out all the same."
        )
        return
    tally.add("removed", removed.photos)
    if removed.photos:
        warn(removed.describe())


def _vectors(
    source: str | Path | Iterable[Photo], options: Options, tell: Callable[[str], None] | None
) -> VectorSource | None:
    """Return the vectors that a source holds already, None where it holds pictures."""
    if not isinstance(source, str | Path):
        return None
    found = find_vectors(find_anew(source), options.vector_column, options.table())
    said = found and found.describe()  # refuses columns that are not there before a table is made
    if said and tell:
        tell(f"Read by {said}.")
    return found


def _photos(
    source: str | Path | Iterable[Photo],
    options: Options,
    limit: int | None,
    leave_out: Callable[[str], None],
    tell: Callable[[str], None] | None,
) -> tuple[int | None, Iterator[Photo]]:
    """Return how many photos there are, if that can be told, and a stream of them."""
    total: int | None = None
    photos: Iterable[Photo] = ()
    if isinstance(source, str | Path):
        found = Source(source, options.table(), exclude=options.exclude, leave_out=leave_out)
        photos, total = found, None if options.where else found.total()
        if tell and (choices := found.choices()[0]):
            tell(f"Read by {choices}.")
    else:
        photos = check_photos(source)
        total = len(source) if isinstance(source, list | tuple) else None
    stream = iter(photos)
    # The first photo is read at once, so that a source of the wrong kind is an error right here,
    # before a model is loaded or a table made.
    begun = list(itertools.islice(stream, 1))
    if tell and not options.manners.has_contact and any(photo.is_remote for photo in begun):
        tell(
            "Hosts are not told whom to ask about these downloads: name a contact page (--contact)."
        )
    stream = itertools.chain(begun, stream)
    if options.shuffle:
        stream = shuffle_photos(stream)
    if limit is not None:
        total = limit if total is None else min(total, limit)
    return total, first(stream, limit)


def _attend(
    threads: list[threading.Thread], tally: Tally, progress: ProgressCallback | None
) -> None:
    last = time.monotonic()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.05)
            if progress and time.monotonic() - last > TICK:
                last = time.monotonic()
                progress(tally.progress())
    if progress:
        progress(tally.progress())
