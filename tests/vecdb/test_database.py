import threading
from pathlib import Path

import pytest

from vecdb import Collection, Database, connect
from vecdb.connection import Connection
from vecdb.errors import (
    BadDsn,
    BadName,
    Closed,
    EncoderMismatch,
    UnknownCollection,
)


def test_collections_are_listed_with_their_encoder_and_size(
    axes: Collection, database: Database
) -> None:
    database.create_collection("empty", "another", 7)
    first, second = database.collections()
    assert (first.name, first.encoder, first.dim, first.count) == ("axes", "by hand", 4, 4)
    assert (second.name, second.encoder, second.dim, second.count) == ("empty", "another", 7, 0)
    assert first.created <= second.created


def test_a_collection_is_made_once_and_refuses_another_encoder(
    axes: Collection, database: Database
) -> None:
    assert database.create_collection("axes", "by hand", 4).count() == 4
    with pytest.raises(EncoderMismatch, match="holds vectors of by hand with 4 numbers"):
        database.create_collection("axes", "clip", 4)
    with pytest.raises(EncoderMismatch, match="not of by hand with 5"):
        database.create_collection("axes", "by hand", 5)


def test_an_unknown_collection_is_an_error_that_lists_the_known_ones(
    axes: Collection, database: Database
) -> None:
    with pytest.raises(
        UnknownCollection, match=r"no collection 'photos'.* --table or VECDB_TABLE: .*axes"
    ):
        database.collection("photos")


def test_a_name_that_cannot_be_a_table_is_refused(database: Database) -> None:
    for name in ("", "two words", "a;b", "labels", "x" * 64, "1st", "`a`"):
        with pytest.raises(BadName, match="cannot name a collection"):
            database.create_collection(name, "by hand", 4)


def test_no_collection_takes_the_place_of_a_table_of_the_program(tmp_path: Path) -> None:
    with connect(f"chdb://{tmp_path}") as fresh:
        with fresh._connection._client() as client:
            tables = client.query("SHOW TABLES").result_columns[0]
        assert len(tables) > 5
        for table in tables:
            with pytest.raises(BadName, match="cannot name a collection"):
                fresh.create_collection(table, "by hand", 4)


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        ("sqlite:///x", "'sqlite', which is not known"),
        ("nonsense", "which is not known"),
        ("chdb://", "needs a directory"),
        ("clickhouse://h:99999/db", "port"),
        ("clickhouse://[x/db", "is none"),
        ("clickhouse://h/db?colour=red", "unknown option 'colour'"),
        ("clickhouse://h/db?connect_timeout=soon", "whole seconds"),
    ],
)
def test_a_wrong_address_is_an_error_that_says_what_is_wrong(dsn: str, sentence: str) -> None:
    with pytest.raises(BadDsn, match=sentence):
        connect(dsn)


def test_a_call_after_closing_says_so_also_to_those_who_wait(axes: Collection) -> None:
    database = Database(Connection(axes._connection.dsn))
    photos = database.collection("axes")
    said: list[str] = []

    def count() -> None:
        try:
            while True:
                photos.count()
        except Closed as error:
            said.append(str(error))

    threads = [threading.Thread(target=count) for _ in range(20)]
    for thread in threads:
        thread.start()
    database.close()
    for thread in threads:
        thread.join(20)
    assert len(said) == 20
    assert said[0].endswith("is closed: connect to it again.")
    with pytest.raises(Closed):
        photos.count()
    assert axes.count() == 4
