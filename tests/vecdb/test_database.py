import threading
import time
from pathlib import Path
from typing import Any

import clickhouse_connect
import numpy as np
import pytest

from tests.vecdb.conftest import photos
from vecdb import Collection, Database, Label, connect
from vecdb.class_sets import ClassCorrection
from vecdb.connection import Connection
from vecdb.errors import (
    BadDsn,
    BadName,
    BadValue,
    Closed,
    EncoderMismatch,
    UnknownCollection,
)
from vecdb.labels import SEQUENCE
from vecdb.statements import own_tables


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
    with pytest.raises(EncoderMismatch, match="of by hand, not of clip: take by hand"):
        database.create_collection("axes", "clip", 4)
    with pytest.raises(EncoderMismatch, match="with 4 numbers, not of by hand with 5"):
        database.create_collection("axes", "by hand", 5)


@pytest.mark.parametrize(
    ("encoder", "dim"),
    [("caf\udce9", 4), *(("by hand", dim) for dim in (-1, 0, 2.5, "4", None, 2**32))],
)
def test_a_collection_that_cannot_be_listed_is_not_made(
    database: Database, encoder: str, dim: Any
) -> None:
    with pytest.raises(BadValue, match=r"^The collection axes cannot be stored: .*\.$"):
        database.create_collection("axes", encoder, dim)
    assert database.create_collection("axes", "by hand", 4).count() == 0


def test_a_name_that_is_no_text_makes_no_collection(database: Database) -> None:
    with pytest.raises(BadName, match="3 cannot name a collection"):
        database.create_collection(3, "by hand", 4)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [["axes"], None, 3, b"axes"])
def test_the_name_of_a_collection_that_is_no_text_is_refused(
    axes: Collection, database: Database, name: Any
) -> None:
    before = database.collections()
    for ask in (
        database.collection,
        database.drop_collection,
        database.derived,
        lambda name: database.derive("axes", name),
        lambda name: database.follow(name, lambda vectors: vectors),
    ):
        with pytest.raises(BadValue, match=r"^The name of a .*collection must be a text, not "):
            ask(name)
    assert database.collections() == before


def test_an_unknown_collection_is_an_error_that_lists_the_known_ones(
    axes: Collection, database: Database
) -> None:
    with pytest.raises(
        UnknownCollection,
        match=r"no collection 'photos'.* --table, VECDB_TABLE or collection=: .*axes",
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
    "made",
    [
        "TABLE mine (a UInt8) ENGINE = MergeTree ORDER BY a AS SELECT 1 a",
        "TABLE mine (id String, url String) ENGINE = MergeTree ORDER BY id",
        "VIEW mine AS SELECT 1",
    ],
)
def test_a_table_of_somebody_elses_becomes_no_collection_and_stays(
    database: Database, made: str
) -> None:
    with database._connection._client() as client:
        client.command(f"CREATE {made}")
        with pytest.raises(BadName, match="has a table 'mine' already"):
            database.create_collection("mine", "by hand", 4)
        assert client.query("SELECT * FROM mine").result_rows in ([(1,)], [])
        client.command(f"DROP {made.split()[0]} mine")


def test_what_is_written_after_the_clock_went_back_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classes = ClassCorrection("cat", np.ones(4)), ClassCorrection("dog", np.ones(4))
    made: list[str] = []
    for at, hour in enumerate([9, 8]):
        # As a process does that begins at that hour.
        monkeypatch.setattr(SEQUENCE, "_last", 0)
        monkeypatch.setattr("vecdb.labels.time.time_ns", lambda hour=hour: hour * 3600 * 10**9)
        with connect(f"chdb://{tmp_path}") as database:
            axes = database.create_collection("axes", "by hand", 4)
            if not made:
                axes.insert(photos("a", np.eye(4)[:1]))
                made.append(database.concepts.create("hats", "axes", "a hat").id)
                sets = database.class_sets
                made.append(sets.create("pets", "axes", "m", names=[], templates=[]).id)
            concept, classed = made
            database.concepts.label(concept, [Label("a", 1 - 2 * at)], action=f"{at}")
            database.concepts.update(concept, round=at + 1)
            database.audits.answer("audit", {"a": 1 - 2 * at})
            database.class_sets.correct(classed, {"a": classes[at]})
            axes.replace(photos("a", np.eye(4)[at : at + 1]))
    with connect(f"chdb://{tmp_path}") as database:
        assert [row.label for row in database.concepts.labels(concept)] == [-1]
        assert database.concepts.get(concept).round == 2
        assert database.audits.answers("audit") == {"a": -1}
        assert database.class_sets.corrections(classed)["a"].name == "dog"
        axes = database.collection("axes")
        assert axes.count() == 1
        assert axes.vectors(["a"]).tolist() == [np.eye(4)[1].tolist()]


def test_what_a_server_with_a_slower_clock_writes_counts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = database.class_sets
    classed = sets.create("pets", "axes", "m", names=[], templates=[]).id
    now = time.time_ns()
    clocks = now + 24 * 3600 * 10**9, now  # of two servers: a day apart
    for clock, answer, name in zip(clocks, (1, -1), ("cat", "dog"), strict=True):
        # Neither connects anew, and each takes numbers of its own.
        monkeypatch.setattr(SEQUENCE, "_last", 0)
        monkeypatch.setattr("vecdb.labels.time.time_ns", lambda clock=clock: clock)
        database.audits.answers("slower")  # which every page reads first
        database.audits.answer("slower", {"a": answer})
        monkeypatch.setattr(SEQUENCE, "_last", 0)
        sets.correct(classed, {"a": ClassCorrection(name, np.ones(4))})
        monkeypatch.setattr(SEQUENCE, "_last", 0)
        sets.update(classed, name=name)
    assert database.audits.answers("slower") == {"a": -1}
    assert sets.corrections(classed)["a"].name == "dog"
    assert sets.get(classed).name == "dog"


def test_a_collection_that_a_crash_left_unlisted_is_made_again(database: Database) -> None:
    database.create_collection("half", "by hand", 4)
    database._connection.run("collections/forget", {"name": "half"})
    again = Database(database._connection).create_collection("half", "by hand", 4)
    assert again.insert(photos("ab", np.eye(4)[:2])) == 2


@pytest.mark.parametrize("row", ["", " AS SELECT 1 version"], ids=["empty", "filled"])
@pytest.mark.parametrize("table", sorted(own_tables()))
def test_a_database_with_a_table_of_another_program_under_our_names_is_refused(
    tmp_path: Path, table: str, row: str
) -> None:
    client = clickhouse_connect.get_client(interface="chdb", path=str(tmp_path))
    client.command(f"CREATE TABLE {table} (version UInt8) ENGINE = MergeTree ORDER BY version{row}")
    client.close()
    with pytest.raises(BadName, match=f"has a table '{table}' of another program.*VECDB_DSN"):
        connect(f"chdb://{tmp_path}")


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        ("sqlite:///x", "'sqlite', which is not known"),
        ("nonsense", "no engine"),
        ("chdb://", "needs a directory"),
        ("clickhouse://h:99999/db", "port"),
        ("clickhouse://[x/db", "is none"),
        ("clickhouse://h/db?colour=red", "unknown option 'colour': there are .*connect_timeout"),
        ("clickhouse://h/db?colour", "unknown option 'colour': there are .*connect_timeout"),
        *[
            (f"clickhouse://h/db?connect_timeout={seconds}", "whole seconds")
            for seconds in ("soon", "0", "-1", "")
        ],
        *[
            (f"clickhouse://h/db?{of}=/none.pem", f"{of} .* names no file")
            for of in ("ca_cert", "client_cert", "client_cert_key")
        ],
        ("clickhouse://h/db?verify=on", "verify .* must be true or false"),
        ("clickhouse://h/db?secure=maybe", "secure .* must be true or false"),
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
