import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.vecdb.conftest import photos
from vecdb import Collection, Database, Label, connect
from vecdb.errors import (
    BadDsn,
    BadName,
    DirectoryOwned,
    EncoderMismatch,
    SchemaTooNew,
    UnknownCollection,
)

OPEN_AND_WAIT = """
import sys
from vecdb import connect
with connect(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


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
    with pytest.raises(UnknownCollection, match=r"no collection 'photos'.*axes"):
        database.collection("photos")


@pytest.mark.parametrize("name", ["", "two words", "a;b", "labels", "x" * 64, "1st", "`a`"])
def test_a_name_that_cannot_be_a_table_is_refused(database: Database, name: str) -> None:
    with pytest.raises(BadName, match="cannot name a collection"):
        database.create_collection(name, "by hand", 4)


def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path}/db"
    with connect(dsn) as database:
        database.create_collection("axes", "by hand", 4).insert(photos("abcd", np.eye(4)))
        concept = database.concepts.create("hats", "axes", "a hat")
        database.concepts.label(concept.id, [Label("a", 1)], action="one")
    with connect(dsn) as database:
        assert database.collection("axes").nearest([1, 0, 0, 0], 1).ids == ["a"]
        assert [row.photo_id for row in database.concepts.labels(concept.id)] == ["a"]
        assert database.dialect == "chdb"


def test_a_second_process_is_told_who_owns_the_directory(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path}/db"
    command = [sys.executable, "-c", OPEN_AND_WAIT, dsn]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        with pytest.raises(
            DirectoryOwned, match=f"^Process {owner.pid} owns the embedded .*ClickH"
        ):
            connect(dsn)
        owner.communicate()
    with connect(dsn) as database:
        assert database.collections() == []


def test_one_process_may_open_a_directory_twice_but_not_two_directories(tmp_path: Path) -> None:
    with connect(f"chdb://{tmp_path}/db") as first:
        with connect(f"chdb://{tmp_path}/../{tmp_path.name}/db/") as second:
            second.create_collection("axes", "by hand", 4)
        assert [info.name for info in first.collections()] == ["axes"]
        with pytest.raises(DirectoryOwned, match="already has the embedded database"):
            connect(f"chdb://{tmp_path}/other")
    with connect(f"chdb://{tmp_path}/other") as third:
        assert third.collections() == []


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DirectoryOwned, match="file/db cannot be opened"):
        connect(f"chdb://{tmp_path}/file/db")


def test_a_database_of_a_later_version_is_refused(database: Database, tmp_path: Path) -> None:
    database._connection.run("schema_version/write", {"version": 999})
    with pytest.raises(SchemaTooNew, match=r"has schema 999.*update the program"):
        connect(f"chdb://{tmp_path}/db")


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        ("sqlite:///x", "'sqlite', which is not known"),
        ("nonsense", "which is not known"),
        ("chdb://", "needs a directory"),
        ("clickhouse://h:99999/db", "port"),
        ("clickhouse://h/db?colour=red", "unknown option 'colour'"),
        ("clickhouse://h/db?connect_timeout=soon", "whole seconds"),
    ],
)
def test_a_wrong_address_is_an_error_that_says_what_is_wrong(dsn: str, sentence: str) -> None:
    with pytest.raises(BadDsn, match=sentence):
        connect(dsn)
