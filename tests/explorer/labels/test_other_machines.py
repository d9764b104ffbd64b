"""Photos of a label file that was made where their folders, or file systems, are other ones."""

from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pytest

from tests.explorer.labels.conftest import collect, write

PATHS = ["cat/1.jpg", "dog/1.jpg", "dog/Zoë.jpg", "1.jpg"]
ELSEWHERE = {
    "another machine": ("/home/ann/set/cat/1.jpg", "D:\\set\\dog\\1.jpg"),
    "a bucket": ("gs://b/set/cat/1.jpg", "https://h.org/set/dog/1.jpg?sig=1"),
    "Label Studio": ("/data/local-files/?d=cat/1.jpg", "/data/local-files/?d=set/dog/1.jpg"),
}


@pytest.fixture
def by_folder(collection):
    vectors = list(np.eye(16, dtype=np.float32)[: len(PATHS)])
    urls = [f"file:///photos/{path}" for path in PATHS]
    collection.insert(pa.table({"id": PATHS, "url": urls, "vector": vectors}))
    return collection


@pytest.mark.parametrize(("yes", "no"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_folders_tell_photos_apart_below_those_of_another_machine(by_folder, tmp_path, yes, no):
    path = write(tmp_path, f"image,answer\n{yes},1\n{no},0\n/home/ann/set/cow/1.jpg,1\n")
    held, done = collect(by_folder, path)
    assert held == {"cat/1.jpg": 1, "dog/1.jpg": -1}
    assert done.unmatched.count == 1


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_are_found_as_any_system_writes_them(by_folder, tmp_path, form):
    name = normalize(form, "/Users/ann/dog/Zoë.jpg")
    assert collect(by_folder, write(tmp_path, f"image,answer\n{name},1\n"))[0] == {PATHS[2]: 1}
