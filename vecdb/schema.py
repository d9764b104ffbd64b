"""Bring a database to the version of this program, and refuse one from the future."""

from vecdb.cluster import alter_photos
from vecdb.connection import Connection
from vecdb.errors import SchemaTooNew
from vecdb.statements import FOLDER, schema_statements, schema_versions


def migrate(connection: Connection) -> None:
    """Create what is missing; every statement may be repeated after a crash.

    Raises:
        SchemaTooNew: the database has been written by a later version.
    """
    connection.run("schema_version/create")
    found = int(connection.select("schema_version/read").column("version")[0].as_py())
    latest = schema_versions()[-1]
    if found > latest:
        raise SchemaTooNew(
            f"The database {connection.dsn.display} has schema {found} and this program knows "
            f"{latest}: update the program, or point VECDB_DSN at another database."
        )
    for version in schema_versions():
        if version > found:
            for name in schema_statements(version):
                if not name.endswith("_photos"):
                    connection.run(name)
                elif found:  # a change of every collection's own table: a new database has none
                    _alter_collections(connection, name)
    if found < latest:
        connection.run("schema_version/write", {"version": latest})
    for path in sorted((FOLDER / connection.dialect / "functions").glob("*.sql")):
        connection.run(f"functions/{path.stem}")


def _alter_collections(connection: Connection, name: str) -> None:
    for table in connection.select("collections/list").column("name").to_pylist():
        alter_photos(connection, name, table)
