import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vecdb.errors import StoreUnusable
from vecdb.store import Store

WRITE = """
import sys
from vecdb import Store
store = Store(sys.argv[1])
store.put_thumbnails("c", [(f"{sys.argv[2]}{at}", f"d{at}", b"jpeg") for at in range(50)])
"""


def test_a_thumbnail_comes_back_by_collection_and_photo(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    long = "x" * 2000
    store.put_thumbnails("c", [("a", "d1", b"one"), (long, "d2", b"two"), ("b", "d1", b"one")])
    assert store.thumbnail("c", "a") == store.thumbnail("c", "b") == b"one"
    assert store.thumbnail("c", long) == b"two"
    assert store.thumbnail("other", "a") is None
    assert store.thumbnail("c", "nobody") is None
    store.put_thumbnails("c", [("a", "d3", b"new")])
    assert store.thumbnail("c", "a") == b"new"


def test_vectors_are_kept_by_encoder_and_picture(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    vectors = np.arange(8, dtype=np.float32).reshape(2, 4)
    store.put_vectors("clip", ["d1", "d2"], vectors)
    found = store.vectors("clip", ["d2", "d1", "d3"])
    assert {digest: row.tolist() for digest, row in found.items()} == {
        "d1": [0, 1, 2, 3],
        "d2": [4, 5, 6, 7],
    }
    assert store.vectors("offline", ["d1"]) == {}


def test_two_processes_write_one_store(tmp_path: Path) -> None:
    path = str(tmp_path / "store")
    mine = Store(path)
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, path, name]) for name in "xy"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert all(mine.thumbnail("c", f"{name}{at}") == b"jpeg" for name in "xy" for at in range(50))


def test_the_environment_says_where_the_store_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "there"))
    assert Store().path == (tmp_path / "there").resolve()


def test_a_store_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="set VECDB_STORE"):
        Store(tmp_path / "file")


@pytest.mark.parametrize("gigabytes", [8, 60])
def test_a_small_ulimit_is_named_with_what_lifts_it(tmp_path: Path, gigabytes: int) -> None:
    # In a process of its own, for a limit cannot be raised again.
    program = f"""
import resource
from vecdb import Store, VecdbError
resource.setrlimit(resource.RLIMIT_AS, ({gigabytes} << 30, {gigabytes} << 30))
try:
    Store({str(tmp_path / "store")!r})
except VecdbError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "256 GiB of address space" in ran.stdout
    assert f"may have {gigabytes}.0 GiB" in ran.stdout
    assert "lift the limit with `ulimit -v unlimited`" in ran.stdout
    assert "VECDB_STORE" not in ran.stdout


def test_threads_that_open_and_write_the_store_at_once_do_not_stop_each_other(tmp_path):
    # In a process of its own: threads that stop each other in LMDB take the interpreter along.
    program = """
import sys
from concurrent.futures import ThreadPoolExecutor
from vecdb import Store

def put_and_read(at):
    store = Store(sys.argv[1])
    if at % 10 == 0:
        store.put_thumbnails("c", [(str(at), str(at), b"jpeg")])
    return store.thumbnail("c", str(at))

with ThreadPoolExecutor(16) as threads:
    found = list(threads.map(put_and_read, range(5000)))
assert [at for at, jpeg in enumerate(found) if jpeg] == list(range(0, 5000, 10))
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "s")], timeout=60, check=True)


def test_a_store_that_is_full_is_one_sentence_and_stays_readable(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.put_thumbnails("c", [("a", "d1", b"one")])
    store._env.set_mapsize(1 << 20)
    with pytest.raises(StoreUnusable, match="cannot be written"):
        store.put_thumbnails("c", [("b", "d2", bytes(2 << 20))])
    assert store.thumbnail("c", "a") == b"one"
    assert store.thumbnail("c", "b") is None
