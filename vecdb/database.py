"""The database as a whole: its collections and its concepts."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from numbers import Integral
from typing import Any

import pyarrow as pa

from vecdb.audits import AuditStore
from vecdb.class_sets import ClassSetStore
from vecdb.cluster import create_photos, drop_photos
from vecdb.collection import Collection
from vecdb.concepts import ConceptStore
from vecdb.connection import Connection
from vecdb.derived import Followed, Transform, derived_name, follow, source_of
from vecdb.dsn import parse_dsn
from vecdb.errors import BadName, EncoderMismatch, UnknownCollection
from vecdb.ingest_failures import FailureStore
from vecdb.labels import UTC_MICROSECONDS
from vecdb.maps import MapStore
from vecdb.photos import COLUMNS
from vecdb.schema import is_foreign, migrate
from vecdb.statements import check_table_name
from vecdb.truth import TruthStore
from vecdb.values import blame_values, check_text


@dataclass(frozen=True)
class CollectionInfo:
    """A collection as the list shows it.

    Attributes:
        created: in UTC.
        count: of its photos.
        fingerprint: what tells its encoder's weights and settings; empty where nobody said.
    """

    name: str
    encoder: str
    dim: int
    created: datetime
    count: int
    fingerprint: str = ""


class Database:
    """Collections and concepts of one database. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._guard = threading.Lock()
        self._open: dict[str, Collection] = {}
        self.concepts = ConceptStore(connection)
        self.class_sets = ClassSetStore(connection)
        self.audits = AuditStore(connection)
        self.failures = FailureStore(connection)
        self.truth = TruthStore(connection)
        self.maps = MapStore(connection)

    @property
    def dialect(self) -> str:
        """Which engine answers: "chdb", "clickhouse" or "myscale"."""
        return "chdb" if self._connection.dsn.directory else self._connection.dialect

    @property
    def dsn_display(self) -> str:
        """Where the database is, without user or password."""
        return self._connection.dsn.display

    def create_collection(
        self, name: str, encoder: str, dim: int, fingerprint: str = ""
    ) -> Collection:
        """Return the collection, made if there is none of that name.

        Args:
            fingerprint: what tells the encoder's weights and settings. Two encoders are the same
                where it is; where one of them has none, their names decide.

        Raises:
            BadName: the name cannot be a table's, or is that of a table with other rows.
            BadValue: the encoder or the dimension cannot be one.
            EncoderMismatch: it exists with another encoder or dimension.
        """
        check_table_name(name)
        with self._guard:
            found = self._find(name)
            if found is None:
                self._refuse_foreign(name)
                with blame_values(f"The collection {name}"):
                    if not isinstance(dim, Integral) or dim < 1:
                        raise ValueError(
                            f"vectors have a whole number from 1 of numbers, not {dim!r}"
                        )
                    row = _row(name, encoder, dim, fingerprint)
                create_photos(self._connection, name, int(dim))
                self._connection.insert("collections", row)
                found = self._find(name)
        assert found is not None
        _check_encoder(found, encoder, dim, fingerprint)
        return found

    def set_encoder(self, collection: Collection, encoder: str, fingerprint: str) -> None:
        """Record under which name a collection's encoder is found now, and what tells it."""
        self._connection.run(
            "collections/set_encoder",
            {"name": collection.name, "encoder": encoder, "fingerprint": fingerprint},
        )
        collection.encoder, collection.fingerprint = encoder, fingerprint

    def collection(self, name: str) -> Collection:
        """Return a collection that exists.

        Raises:
            BadValue: the name is no text.
            UnknownCollection: there is none of that name.
        """
        with self._guard:
            found = self._find(name)
        if found is None:
            known = ", ".join(info.name for info in self.collections())
            named = f", or name one with --table, VECDB_TABLE or collection=: {known}"
            others = named if known else "; there is none yet"
            raise UnknownCollection(
                f"There is no collection {name!r}: ingest photos first{others}."
            )
        return found

    def collections(self) -> list[CollectionInfo]:
        """Every collection, by name."""
        return [
            CollectionInfo(**row) for row in self._connection.select("collections/list").to_pylist()
        ]

    def drop_collection(self, name: str) -> None:
        """Remove a collection with its photos; its concepts are hidden, as by their own delete.

        Raises:
            UnknownCollection: there is none of that name.
        """
        self.collection(name)
        for concept in self.concepts.list(name):
            self.concepts.delete(concept.id)
        with self._guard:
            # The table first: where this breaks off, the list still tells what to remove again.
            drop_photos(self._connection, name)
            self._connection.run("moments/forget", {"name": name})
            self._connection.run("failures/forget", {"collection": name})
            self._connection.run("removals/forget", {"collection": name})
            self.maps.forget(name)
            self._connection.run("collections/forget", {"name": name})
            self._open.pop(name, None)

    def derived(self, source: str) -> list[CollectionInfo]:
        """Collections that are derived from one; see vecdb/derived.py."""
        found = {info.name: info for info in self.collections()}
        if check_text("The name of a collection", source) not in found:
            return []
        origin = (source, found[source].encoder)
        return [info for info in found.values() if source_of(info.name, info.encoder) == origin]

    def derive(self, source: str, name: str) -> Collection:
        """Return the collection derived from `source` by NAME, made empty if there is none.

        Raises:
            UnknownCollection: there is no source of that name.
            BadName: the derived collection's name cannot be a table's.
            BadValue: a name is no text.
        """
        check_text("The name of a derived collection", name)
        of = self.collection(source)
        return self.create_collection(derived_name(source, name), f"{of.encoder}+{name}", of.dim)

    def follow(
        self,
        name: str,
        transform: Transform,
        *,
        progress: Callable[[Followed], None] = lambda followed: None,
        stop: threading.Event | None = None,
    ) -> Followed:
        """Bring a derived collection to what its source holds; see `vecdb.derived.follow`.

        Raises:
            UnknownCollection: there is none of that name, or it is not derived from any.
        """
        derived = self.collection(name)
        origin = source_of(name, derived.encoder)
        if origin is None:
            raise UnknownCollection(f"The collection {name} is not derived from another.")
        source = self.collection(origin[0])
        return follow(self._connection, source, derived, transform, progress=progress, stop=stop)

    def close(self) -> None:
        """Let go of the database; other processes may open it afterwards."""
        self._connection.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _refuse_foreign(self, name: str) -> None:
        """Refuse the name of a table that is no collection's, which a drop would lose.

        Another process may have made the collection between two questions.
        """
        if is_foreign(self._connection, name, COLUMNS) and self._find(name) is None:
            raise BadName(
                f"{self.dsn_display} has a table {name!r} already, which is no collection: choose "
                "another name, with --table or VECDB_TABLE."
            )

    def _find(self, name: str) -> Collection | None:
        if check_text("The name of a collection", name) not in self._open:
            found = self._connection.select("collections/find", {"name": name})
            if not found.num_rows:
                return None
            row: dict[str, Any] = found.to_pylist()[0]
            self._open[name] = Collection(
                self._connection, name, row["encoder"], row["dim"], row["fingerprint"]
            )
        return self._open[name]


def _check_encoder(found: Collection, encoder: str, dim: int, fingerprint: str) -> None:
    known = bool(found.fingerprint and fingerprint)
    same = found.fingerprint == fingerprint if known else found.encoder == encoder
    if same and found.dim == dim:
        return
    if found.encoder == encoder and found.dim == dim:
        raise EncoderMismatch(
            f"The collection {found.name} was made by other weights or settings than {encoder} "
            "holds now: put the old ones back, or use another collection (--table or "
            "VECDB_TABLE)."
        )
    # Whoever has not loaded the other encoder names the collection's own length.
    held, given = ("", "") if found.dim == dim else (f" with {found.dim} numbers", f" with {dim}")
    raise EncoderMismatch(
        f"The collection {found.name} holds vectors of {found.encoder}{held}, not of "
        f"{encoder}{given}: take {found.encoder} (--encoder or ENCODER), or use another "
        "collection (--table or VECDB_TABLE)."
    )


def _row(name: str, encoder: str, dim: int, fingerprint: str) -> pa.Table:
    now = pa.array([datetime.now(timezone.utc)], UTC_MICROSECONDS)
    return pa.table(
        {
            "name": [name],
            "encoder": [encoder],
            "dim": pa.array([dim], pa.uint32()),
            "created": now,
            "fingerprint": [fingerprint],
        }
    )


def connect(dsn: str | None = None) -> Database:
    """Open a database, creating or migrating its schema.

    Args:
        dsn: see `vecdb.dsn.parse_dsn`; without one VECDB_DSN, else ./data/chdb.

    Raises:
        BadDsn, DirectoryOwned, Unreachable, AccessDenied, SchemaTooNew.
    """
    connection = Connection(parse_dsn(dsn))
    try:
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return Database(connection)
