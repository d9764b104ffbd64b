"""Bring a database to the version of this program, and refuse one from the future."""

from collections.abc import Iterable

from vecdb.cluster import alter_photos
from vecdb.connection import Connection
from vecdb.errors import AccessDenied, BadName, DiskFull, QueryFailed, SchemaTooNew
from vecdb.labels import SEQUENCE
from vecdb.statements import (
    FOLDER,
    own_columns,
    own_tables,
    schema_statements,
    schema_versions,
)

UNKNOWN_IDENTIFIER = 47


def migrate(connection: Connection) -> None:
    """Create what is missing; every statement may be repeated after a crash.

    Raises:
        AccessDenied: it is not ready, and its user may not make tables.
        DiskFull: it is not ready, and there is no room to make tables.
        SchemaTooNew: the database has been written by a later version.
        BadName: a new database has another program's tables under names of this one's.
    """
    latest = schema_versions()[-1]
    try:
        connection.run("schema_version/create")
        found = _read_version(connection)
    except AccessDenied as denied:
        found = _find_version(connection)
        if found < latest:
            raise AccessDenied(
                f"{denied} Or let one who may create tables open the database first: this program "
                f"makes its tables there, schema {latest}; who may only read can search then."
            ) from denied
    except DiskFull:
        found = _find_version(connection)
        if found < latest:
            raise
    if found > latest:
        raise SchemaTooNew(
            f"The database {connection.dsn.display} has schema {found} and this program knows "
            f"{latest}: update the program, or point VECDB_DSN at another database."
        )
    for table in () if found else sorted(own_tables() - {"schema_version"}):
        if is_foreign(connection, table, own_columns()[table]):
            raise _taken(connection, table)
    for version in schema_versions():
        if version > found:
            for name in schema_statements(version):
                if not name.endswith("_photos"):
                    connection.run(name)
                elif found:  # a change of every collection's own table: a new database has none
                    _alter_collections(connection, name)
    for path in sorted((FOLDER / connection.dialect / "functions").glob("*.sql")):
        try:
            connection.run(f"functions/{path.stem}")
        except (AccessDenied, DiskFull):
            if found < latest:  # else whoever made the tables has made them, too
                raise
    if found < latest:
        connection.run("schema_version/write", {"version": latest})
    SEQUENCE.pass_by(connection.select("schema/latest").column("latest")[0].as_py())


def _taken(connection: Connection, table: str) -> BadName:
    return BadName(
        f"The database {connection.dsn.display} has a table {table!r} of another program, and this "
        "one keeps its own under that name: make a database for it, and name that in VECDB_DSN."
    )


def _read_version(connection: Connection) -> int:
    try:
        return int(connection.select("schema_version/read").column("version")[0].as_py())
    except QueryFailed as failed:
        if failed.code != UNKNOWN_IDENTIFIER:
            raise
        raise _taken(connection, "schema_version") from failed


def _find_version(connection: Connection) -> int:
    """Return the version of a database that may only be read; 0 where it has none."""
    try:
        return _read_version(connection)
    except (AccessDenied, QueryFailed):
        return 0


def is_foreign(connection: Connection, name: str, columns: Iterable[str]) -> bool:
    """Tell whether another program has a table of a name that nothing was written to yet.

    Args:
        columns: that a table of ours has, be it empty.
    """
    values = {"name": name, "columns": sorted(columns)}
    return bool(connection.select("schema/foreign", values).num_rows)


def _alter_collections(connection: Connection, name: str) -> None:
    for table in connection.select("collections/list").column("name").to_pylist():
        alter_photos(connection, name, table)
