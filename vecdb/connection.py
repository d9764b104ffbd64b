"""Clients for many threads: statements by file name in, Arrow tables out, our own errors."""

import io
import logging
import os
import queue
import re
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

import clickhouse_connect
import pyarrow as pa
import pyarrow.compute as pc
from clickhouse_connect.driver.client import Client

from vecdb.directory import OWNED, check_room
from vecdb.dsn import Dsn
from vecdb.errors import AccessDenied, Closed
from vecdb.failures import CutOff, disk_full, translate_errors
from vecdb.statements import statement
from vecdb.values import check_parameters

POOL = 8
# Rows up to which one thread inserts sooner: several take longer to begin than they save.
FEW_ROWS = 1_000
# What writes a table's parts anew; an index is declared only to be built.
REWRITE = re.compile(
    r"ALTER TABLE `?(\w+)`?\s.*?(DELETE WHERE|UPDATE|MODIFY COLUMN|(ADD|MATERIALIZE) INDEX)",
    re.DOTALL,
)
# What Python's times hold in any zone; older versions stored others.
EARLIEST = datetime(1, 1, 2, tzinfo=timezone.utc)
LATEST = datetime(9999, 12, 30, tzinfo=timezone.utc)
# The client warns of what it raises as well; a refusal is one sentence, which is ours.
logging.getLogger("clickhouse_connect").addHandler(logging.NullHandler())
Answer = TypeVar("Answer")


class Connection:
    """A pool of clickhouse-connect clients for one database.

    A client runs one statement at a time, so each call borrows one; up to POOL calls run side by
    side and the rest wait their turn.
    """

    def __init__(self, dsn: Dsn) -> None:
        self.dsn = dsn
        self.dialect = "clickhouse"
        # What the stores of this connection remember.
        self.concepts_seen: dict[str, Any] = {}
        self.answers_seen: dict[str, Any] = {}
        self._idle: queue.LifoQueue[Client | None] = queue.LifoQueue()
        self._closed = threading.Event()
        self._takes_settings = True
        self._process = os.getpid()
        if dsn.directory:
            OWNED.acquire(dsn.directory)
        try:
            first = self._open()
        except BaseException:
            if dsn.directory:
                OWNED.release()
            raise
        for _ in range(POOL - 1):
            self._idle.put(None)
        self._idle.put(first)
        if dsn.directory is None:
            self._detect_dialect()

    @property
    def alone(self) -> bool:
        """Whether nobody else can have written: what was read once need not be asked for again."""
        return self.dsn.directory is not None and OWNED.alone

    def select(
        self,
        name: str,
        parameters: Mapping[str, Any] | None = None,
        **parts: str,
    ) -> pa.Table:
        """Run the query in sql/<name>.sql and return its rows, their times from year 1 to 9999."""
        text = statement(name, self.dialect, self.dsn.cluster, **parts)
        check_parameters(parameters or {})
        bare = text.rpartition("\nSETTINGS ")[0] or text
        if self._takes_settings:
            try:
                return self._query(text, parameters)
            except AccessDenied:
                if bare == text:
                    raise
        # Settings make a query quicker; a user whose profile says `readonly = 1` may give none.
        rows = self._query(bare, parameters)
        self._takes_settings = False
        return rows

    def pages(
        self, name: str, k: int, parameters: Mapping[str, Any] | None = None, **parts: str
    ) -> Iterator[pa.Table]:
        """Yield the rows of a query by id, k at a time: it takes `k`, and `after`, the last id."""
        after = ""
        while True:
            page = self.select(name, {**(parameters or {}), "after": after, "k": k}, **parts)
            if not page.num_rows:
                return
            after = page.column("id")[-1].as_py()
            yield page

    def run(
        self,
        name: str,
        parameters: Mapping[str, Any] | None = None,
        **parts: str,
    ) -> None:
        """Run the statement in sql/<name>.sql, which returns no rows."""
        text = statement(name, self.dialect, self.dsn.cluster, **parts)
        check_parameters(parameters or {})
        if self.dsn.directory and text.startswith(("CREATE", "ALTER")):
            self._check_room(self.dsn.directory, REWRITE.match(text))
        with self._client() as client:
            # `command` would write all parameters into the address, which proxies cut at some KiB.
            client.raw_query(text, parameters=dict(parameters or {}))

    def insert(self, table: str, rows: pa.Table, **settings: Any) -> None:
        """Append rows to a table; durable on return.

        When the answer is lost on the way the same rows are sent again; the engine recognises
        their token and adds nothing.

        Args:
            settings: settings of the engine for this insert.
        """
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows.combine_chunks())
        always = {"insert_deduplicate": 1, "insert_deduplication_token": uuid.uuid4().hex}
        if rows.num_rows < FEW_ROWS:
            always["max_threads"] = 1
        self._twice(
            lambda client: client.raw_insert(
                f"`{table}`",
                rows.column_names,
                sink.getvalue(),
                settings={**always, **settings},
                fmt="ArrowStream",
            )
        )

    def close(self) -> None:
        """Close every client; the directory is free for others afterwards.

        In a fork of the process that opened it nothing is: that process goes on with it.
        """
        if self._closed.is_set() or self._process != os.getpid():
            return
        self._closed.set()
        for _ in range(POOL):
            client = self._idle.get()
            if client is not None:
                client.close()
        for _ in range(POOL):
            self._idle.put(None)  # wakes whoever still waits for a turn
        if self.dsn.directory:
            OWNED.release()

    def _detect_dialect(self) -> None:
        try:
            if self.select("dialect").column("myscale")[0].as_py():
                self.dialect = "myscale"
        except BaseException:
            self.close()
            raise

    def _open(self) -> Client:
        with translate_errors(self.dsn):
            if self.dsn.directory:
                return clickhouse_connect.get_client(
                    interface="chdb", path=str(self.dsn.directory), tz_mode="aware"
                )
            return clickhouse_connect.get_client(
                **self.dsn.options, autogenerate_session_id=False, query_limit=0
            )

    def _check_room(self, directory: Path, rewrite: re.Match[str] | None) -> None:
        """Refuse to define, or to rewrite the parts of a table, where there is no room for it."""
        part = 0
        if rewrite:
            found = self.select("schema/largest_part", {"table": rewrite[1]})
            part = found.column("bytes")[0].as_py()
        try:
            check_room(directory, part)
        except OSError as error:
            raise disk_full(error, self.dsn) from error

    def _query(self, text: str, parameters: Mapping[str, Any] | None) -> pa.Table:
        return _limit_times(
            self._twice(lambda client: client.query_arrow(text, parameters=dict(parameters or {})))
        )

    def _twice(self, ask: Callable[[Client], Answer]) -> Answer:
        """Ask, and ask once more if the answer was cut off: only for what may be repeated."""
        try:
            with self._client() as client:
                return ask(client)
        except CutOff:
            with self._client() as client:
                return ask(client)

    @contextmanager
    def _client(self) -> Iterator[Client]:
        if self._process != os.getpid():
            if self.dsn.directory:
                OWNED.refuse_forks()
            raise Closed(
                f"The database {self.dsn.display} was opened by process {self._process}, before "
                "this one was forked from it: connect to it again."
            )
        client = self._idle.get()
        try:
            if self._closed.is_set():
                raise Closed(f"The database {self.dsn.display} is closed: connect to it again.")
            client = client or self._open()
            with translate_errors(self.dsn):
                yield client
        finally:
            self._idle.put(client)


def _limit_times(rows: pa.Table) -> pa.Table:
    """Bring times that Python cannot hold to the nearest that it can."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit != "ns":  # those fit
            least, most = (pa.scalar(time, field.type).value for time in (EARLIEST, LATEST))
            numbers = rows.column(at).cast(pa.int64())
            early = pc.min_element_wise(numbers, most, skip_nulls=False)
            inside = pc.max_element_wise(early, least, skip_nulls=False)
            rows = rows.set_column(at, field, inside.cast(field.type))
    return rows
