"""A disk that is full, or nearly so: one sentence, and what was stored is there afterwards."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.vecdb.conftest import photos
from vecdb import Collection, Database, connect
from vecdb.cluster import alter_photos
from vecdb.errors import DiskFull

# The process may write no byte into any file, as on a full disk or at the end of a quota.
FULL = """
import resource, sys
import numpy as np
from tests.vecdb.conftest import photos
from vecdb import connect
from vecdb.errors import DiskFull

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

with connect(sys.argv[1]) as database:
    axes = database.create_collection("axes", "by hand", 4)
    axes.insert(photos("abcd", np.eye(4)))
    concept = database.concepts.create("hats", "axes", "a hat")
    database.concepts.update(concept.id, weights=np.eye(4)[0])
    actions = {
        "create": lambda: database.create_collection("more", "by hand", 4),
        "index": axes.index.build,
        "view": lambda: database.concepts.create_view(concept.id),
        "delete": lambda: database._connection.run(
            "photos/delete", {"ids": ["d"]}, table="axes"
        ),
        "insert": lambda: axes.insert(photos("e", np.eye(4)[:1])),
    }
    limit(0)
    for name, act in actions.items():
        try:
            act()
        except DiskFull as full:
            print(name, full, flush=True)
    limit(resource.RLIM_INFINITY)
with connect(sys.argv[1]) as database:
    print(database.collection("axes").count(), flush=True)
    limit(0)
    database.close()
    with connect(sys.argv[1]) as other:
        print(other.collection("axes").count(), flush=True)
    limit(resource.RLIM_INFINITY)
"""


@pytest.fixture
def own(embedded: str) -> Iterator[Database]:
    with connect(embedded) as database:
        yield database


@pytest.fixture
def collection(own: Database) -> Collection:
    made = own.create_collection("axes", "by hand", 4)
    made.insert(photos("abcd", np.eye(4)))
    return made


def test_whatever_defines_tables_on_a_full_disk_is_refused_and_the_database_opens_again(
    embedded: str,
) -> None:
    command = [sys.executable, "-c", FULL, embedded]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    *refused, opened, again = done.stdout.splitlines()
    assert (opened, again) == ("4", "4"), done.stderr
    assert [said.partition(" ")[0] for said in refused] == [
        "create", "index", "view", "delete", "insert"
    ]  # fmt: skip
    assert all("make room" in said and "File too large" in said for said in refused)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda own: own._connection.run("photos/delete", {"ids": ["d"]}, table="axes"),
        lambda own: own.collection("axes").index.build(),
    ],
)
def test_what_rewrites_more_than_the_disk_has_room_for_is_refused_and_does_not_wait(
    own: Database,
    collection: Collection,
    rewrite: Callable[[Database], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=0))
        with pytest.raises(DiskFull, match=r"is full: make room \(this takes .* MiB"):
            rewrite(own)
        alter_photos(own._connection, "schema/11/1_named_photos", "axes")  # rewrites nothing
    assert (collection.count(), collection.index.exists) == (4, False)
    rewrite(own)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full: make room .No space left"),
        (errno.EDQUOT, "is full: make room .Disk quota exceeded"),
        (errno.EROFS, "cannot be written: mend its disk .Read-only file system"),
    ],
)
def test_a_disk_that_takes_no_more_is_told_by_what_ails_it(
    own: Database, number: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(DiskFull, match=words):
        own.create_collection("axes", "by hand", 4)
    monkeypatch.undo()
    own.create_collection("axes", "by hand", 4)


def test_a_folder_for_passing_files_that_takes_none_is_named(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(DiskFull, match=r"gone \(No such file.*set TMPDIR"):
        collection.insert(photos("e", np.eye(4)[:1]))
    monkeypatch.undo()
    assert collection.insert(photos("e", np.eye(4)[:1])) == 1


def test_photos_are_stored_where_the_index_of_all_finds_no_room(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.index.above = 2
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=0))
        assert collection.insert(photos("e", np.eye(4)[:1])) == 1
        assert not collection.index.status().kind
    assert collection.insert(photos("f", np.eye(4)[:1])) == 1
    assert collection.index.status().kind


def test_of_a_definition_that_was_emptied_before_it_is_said_how_all_others_are_had(tmp_path):
    # The engine is opened once in a process.
    code = (
        "import sys; from vecdb import connect; from tests.vecdb.conftest import photos\n"
        "with connect(sys.argv[1]) as database:\n"
        "    for name in sys.argv[2:]:\n"
        "        made = database.create_collection(name, 'by hand', 4)\n"
        "        made.insert(photos('ab', np.eye(4)[:2]))\n"
        "    print({one.name: one.count for one in database.collections()})\n"
    )
    folder = tmp_path / "chdb"

    def opened(*names: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", f"import numpy as np; {code}", f"chdb://{folder}", *names]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert opened("hats", "shoes").stdout == "{'hats': 2, 'shoes': 2}\n"
    [emptied] = folder.rglob("shoes.sql")
    kept = emptied.read_bytes()
    emptied.write_bytes(b"")
    told = opened().stderr
    assert f"has emptied {emptied}, which defines a table. Move this file" in told
    emptied.rename(tmp_path / "shoes.sql")
    assert opened().stdout == "{'hats': 2, 'shoes': 0}\n"
    emptied.write_bytes(kept)
    assert opened().stdout == "{'hats': 2, 'shoes': 2}\n"
