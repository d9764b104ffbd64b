import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.vecdb.conftest import photos
from vecdb import Label, connect
from vecdb.errors import (
    DirectoryOwned,
    QueryFailed,
    SchemaTooNew,
)

OPEN_AND_WAIT = """
import sys
from vecdb import connect
with connect(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""

FORK = """
import os, sys
from vecdb import connect
from vecdb.errors import VecdbError
def fork(use):
    if os.fork() == 0:
        try:
            print(use())
        except VecdbError as error:
            print(type(error).__name__, error, flush=True)
        os._exit(0)
    os.wait()
with connect(sys.argv[1]) as database:
    fork(database.collections)
    fork(lambda: connect(sys.argv[1]))
    fork(database.close)
    print(database.collections(), flush=True)
fork(lambda: connect(sys.argv[1]))
"""


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


def test_a_fork_of_a_process_that_used_the_engine_is_told_so_and_does_not_wait(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-W", "ignore", "-uc", FORK, f"chdb://{tmp_path}/db"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    used, opened, closed, still, again = done.stdout.splitlines()
    assert done.stderr == ""
    assert (closed, still) == ("None", "[]")
    for told in (used, opened, again):
        assert told.startswith("DirectoryOwned This process was forked from process ")
        assert told.endswith(
            "use threads, or close the database and start processes by "
            "multiprocessing's method spawn."
        )


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


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    with connect(f"chdb://{tmp_path}/db") as database:
        database._connection.run("schema_version/write", {"version": 999})
    with pytest.raises(SchemaTooNew, match=r"has schema 999.*update the program"):
        connect(f"chdb://{tmp_path}/db")


def test_a_sentence_has_the_engines_words_and_the_log_its_marks(tmp_path, caplog) -> None:
    with connect(f"chdb://{tmp_path}/db") as database:
        axes = database.create_collection("axes", "by hand", 4)
        axes.insert(photos("abcd", np.eye(4)))
        database._connection.run("photos/drop", table="axes")
        with pytest.raises(QueryFailed) as failed:
            axes.count()
    words = str(failed.value)
    assert "axes" in words
    assert not [mark for mark in ("Code:", "DB::", "UNKNOWN_TABLE", "version") if mark in words]
    assert failed.value.name == "UNKNOWN_TABLE"
    assert "DB::Exception" in caplog.text
    assert "UNKNOWN_TABLE" in caplog.text


def test_why_an_index_fails_is_told_in_words_and_logged_once_with_its_marks(
    tmp_path, caplog
) -> None:
    with connect(f"chdb://{tmp_path}/db") as database:
        axes = database.create_collection("axes", "by hand", 4)
        axes.insert(photos("abcd", np.eye(4)))
        database._connection.run("index/add", table="axes", dim="5")
        database._connection.run("index/build", table="axes")
        deadline = time.monotonic() + 60
        while not (failure := axes.index.status().failure):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        axes.index.status()
        assert failure == (
            "Array values in column with vector similarity index have 4 elements, expects 5 "
            "elements"
        )
    assert caplog.text.count("DB::Exception") == 1
