"""The ingests that run inside the app, because one process owns an embedded database."""

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from io import FileIO
from itertools import count
from typing import TYPE_CHECKING

from commandline.words import describe_error
from encoder.choice import choose
from explorer.errors import AlreadyStarted
from explorer.orders import KeptOrders, LeftOrder, Order
from explorer.pace import Pace
from explorer.retries import failed_photos
from explorer.webhook import tell_webhook
from ingest import Photo, Progress, Summary, run
from ingest.sources.place import find_place
from ingest.vectors import find_vectors
from vecdb.errors import UnknownCollection

if TYPE_CHECKING:
    from explorer.explorer import Explorer

KEPT = 20  # jobs that have ended


@dataclass
class Job:
    """An order in the queue: whether it waits or runs, how far it is, how it ended.

    Attributes:
        kept: the file that remembers the order until it has ended; None where it cannot be written.
        left: the database was closed meanwhile; the order stays to be gone on with.
        warned: something of what was told went wrong, though the photos are stored.
    """

    number: int
    order: Order
    asked: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    progress: Progress | None = None
    pace: Pace = field(default_factory=Pace)
    told: list[str] = field(default_factory=list)
    warned: bool = False
    summary: Summary | None = None
    error: str = ""
    started: bool = False
    ended: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    kept: FileIO | None = None
    left: bool = False

    @property
    def running(self) -> bool:
        """True from its start until it has ended."""
        return self.started and not self.ended

    def warn(self, sentence: str) -> None:
        """Tell of something that went wrong but stops nothing."""
        self.told.append(sentence)
        self.warned = True


class Jobs:
    """The queue of one explorer; one job runs at a time. Safe to share between threads."""

    def __init__(self, explorer: "Explorer") -> None:
        self._explorer = explorer
        self._guard = threading.Lock()
        self._numbers = count(1)
        self._waiting: deque[Job] = deque()
        self._ended: deque[Job] = deque(maxlen=KEPT)
        self._running: Job | None = None
        self._sources: dict[str, Order] = {}
        self.thread: threading.Thread | None = None

    def add(self, order: Order) -> Job:
        """Put an order at the end of the queue; the same one twice waits once."""
        with self._guard:
            for job in self._waiting:
                if job.order == order:
                    return job
            job = Job(next(self._numbers), order)
            self._keep(job)
            if job.kept is not None:  # else what was left is all that remembers it
                self._forget_like(job)
            if order.retry is None:
                self._sources[order.table] = order
            if self._running is not None:
                self._waiting.append(job)
                return job
            self._running, job.started = job, True
            self.thread = threading.Thread(
                target=self._work, args=[job], name="ingest", daemon=True
            )
            self.thread.start()
            return job

    @property
    def running(self) -> Job | None:
        """The job that runs."""
        with self._guard:
            return self._running

    def waiting(self) -> Sequence[Job]:
        """Return the jobs that wait, the next first."""
        with self._guard:
            return list(self._waiting)

    def ended(self) -> Sequence[Job]:
        """Return the jobs that have ended, the latest first."""
        with self._guard:
            return list(reversed(self._ended))

    def busy(self, table: str) -> bool:
        """Tell whether a job runs or waits that puts photos into a collection."""
        with self._guard:
            jobs = [*self._waiting, *([self._running] if self._running else [])]
        return any(job.order.table == table for job in jobs)

    def source_of(self, table: str) -> Order | None:
        """Return what was ingested into a collection last, since the app started."""
        with self._guard:
            return self._sources.get(table)

    def remove(self, job: Job) -> None:
        """Take a job that waits out of the queue.

        Raises:
            AlreadyStarted: it runs or has ended.
        """
        with self._guard:
            if job not in self._waiting:
                raise AlreadyStarted(
                    f"The ingest of {job.order.source} has started already: stop it instead."
                )
            self._waiting.remove(job)
        self._drop(job)

    def left(self) -> Sequence[LeftOrder]:
        """Return the orders that a stopped app left, the first asked for first."""
        return self._orders.left()

    def forget(self, left: LeftOrder) -> None:
        """Forget an order that a stopped app left.

        Raises:
            OSError: its file cannot be removed, so that it stays.
        """
        self._orders.forget(left)

    def leave(self) -> None:
        """Leave what runs and waits to be gone on with later: the database is about to close."""
        with self._guard:
            jobs = [*self._waiting, *([self._running] if self._running else [])]
            self._waiting.clear()
            for job in jobs:
                job.left = True
                if job.kept is not None:
                    job.kept.close()

    @property
    def _orders(self) -> KeptOrders:
        return KeptOrders(self._explorer.store.path.parent / "ingests")

    def _keep(self, job: Job) -> None:
        try:
            job.kept = self._orders.keep(job.order, job.asked)
        except OSError as error:
            job.told.append(
                f"{error.filename or self._orders.folder} cannot be written ({error.strerror}): "
                "an app that is stopped meanwhile will not remember this ingest."
            )

    def _drop(self, job: Job) -> None:
        with self._guard:
            # At the end of the process a job fails because all around it ends.
            if job.left or not threading.main_thread().is_alive():
                return
            if job.kept is not None:
                self._orders.drop(job.kept)
                return
            self._forget_like(job)

    def _forget_like(self, job: Job) -> None:
        for one in self.left():
            if one.order.is_like(job.order):
                try:
                    self.forget(one)
                except OSError as error:
                    job.warn(f"It stays among those that were left: {describe_error(error)}")

    def _work(self, first: Job) -> None:
        job: Job | None = first
        while job is not None:
            try:
                job.summary = self._run(job)
                told = tell_webhook(self._explorer, job.order.table, job.summary)
                if told:
                    job.warn(told)
            # The thread's end is the page's to tell, whatever ended it.
            except Exception as error:
                job.error = str(error) or f"The ingest ended by {type(error).__name__}."
            self._drop(job)
            job = self._next(job)

    def _next(self, done: Job) -> Job | None:
        with self._guard:
            done.ended = True
            self._ended.append(done)
            self._running = self._waiting.popleft() if self._waiting else None
            if self._running is not None:
                self._running.started = True
            return self._running

    def _run(self, job: Job) -> Summary:
        def note(progress: Progress) -> None:
            job.pace.note(progress)
            job.progress = progress

        order, database = job.order, self._explorer.database
        source: str | Iterable[Photo] = order.source
        if order.retry is not None:
            source = failed_photos(database, order.table, order.retry, order.source, order.options)
        return run(
            source,
            table=order.table,
            encoder=self._encoder(job),
            database=database,
            store=self._explorer.store,
            options=order.options,
            progress=note,
            stop=job.stop,
            warn=job.warn,
            tell=job.told.append,
        )

    def _encoder(self, job: Job) -> str | None:
        """Return the collection's encoder, or choose one for a new collection of pictures."""
        order = job.order
        if order.retry is None:
            place, column = find_place(order.source), order.options.vector_column
            if find_vectors(place, column, order.options.table()):
                return order.encoder or None  # only a person knows what made them
        try:
            return self._explorer.database.collection(order.table).encoder
        except UnknownCollection:
            if order.encoder:
                return order.encoder
        encoder, reason = choose()
        if reason:
            job.told.append(reason)
        return encoder
