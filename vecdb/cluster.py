"""Many machines: collections sharded by id, everything else a replica on every node.

A collection T is the shards' own tables `T.local`, which no collection can be called, under a
Distributed table T. What is small (concepts, labels) is one table replicated to all nodes, so that
a search on a shard finds the answers there.
"""

from vecdb.connection import Connection


def name_stored(connection: Connection, table: str) -> str:
    """Return the table that a collection's rows lie in: in a cluster the shards' own."""
    return f"{table}.local" if connection.dsn.cluster else table


def create_photos(connection: Connection, table: str, dim: int) -> None:
    """Make the table of a collection, in a cluster on every node."""
    connection.run("photos/create", table=name_stored(connection, table), dim=str(dim))
    if connection.dsn.cluster:
        connection.run("photos/distribute", table=table)


def drop_photos(connection: Connection, table: str) -> None:
    """Remove the table of a collection with every photo."""
    connection.run("photos/drop", table=table)
    if connection.dsn.cluster:
        connection.run("photos/drop", table=f"{table}.local")


def alter_photos(connection: Connection, name: str, table: str) -> None:
    """Run a change of the schema on the table of a collection; the one over shards follows it."""
    connection.run(name, table=name_stored(connection, table))
    if connection.dsn.cluster:
        connection.run("photos/drop", table=table)
        connection.run("photos/distribute", table=table)
