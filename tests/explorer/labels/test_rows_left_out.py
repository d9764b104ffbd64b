"""Rows that cannot be labels: they are counted and named."""

import numpy as np
import pyarrow as pa
import pytest

from explorer.deletion import find_named
from explorer.errors import BadInput
from explorer.labels import collecting
from explorer.labels.report import describe_import
from tests.explorer.labels.conftest import labels_of, take_in, write


def test_rows_that_match_nothing_or_contradict_are_counted_and_named(explorer, tmp_path):
    text = "id,label\nyes-001,1\nnobody,1\nyes-002,1\nyes-002,-1\nno-050,maybe\nyes-003,1\n"
    done = take_in(explorer, write(tmp_path, text + "yes-003,1\n"))
    assert labels_of(explorer) == {"yes-001": 1, "yes-003": 1}
    assert (done.unmatched.count, done.unmatched.first) == (1, ["nobody"])
    assert (done.contradictions.count, done.contradictions.first) == (1, ["yes-002"])
    assert (done.unreadable.count, done.unreadable.first) == (1, ["no-050: maybe"])


def test_a_name_is_shown_short_and_cannot_steer_a_terminal(explorer, tmp_path):
    done = take_in(explorer, write(tmp_path, f"id,label\n{'x' * 9999},1\n\x1b[2J,1\nyes-001,1\n"))
    [*_, told] = describe_import(done)
    assert told.endswith(f"{'x' * 200}..., ?[2J.")
    [name] = [concept["name"] for concept in done.concepts]
    assert next(describe_import(done, ids=False)) == f"{name}: 1 yes, 0 no, 0 cleared."
    path = write(tmp_path, f"id,caption\nyes-001,{'x' * 9999}\n")
    with pytest.raises(BadInput) as refused:
        take_in(explorer, path, category="cat")
    assert len(str(refused.value)) < 400


def test_a_file_name_that_several_photos_have_is_not_guessed(explorer, collection, tmp_path):
    urls = ["/a/img.jpg", "/b/img.jpg"]
    vectors = list(np.eye(16, dtype=np.float32)[:2])
    collection.insert(pa.table({"id": ["one", "two"], "url": urls, "vector": vectors}))
    text = "filename,label\nimg.jpg,1\nb/img.jpg,1\nyes-001.jpg,1\n"
    done = take_in(explorer, write(tmp_path, text))
    assert labels_of(explorer) == {"two": 1, "yes-001": 1}
    assert (done.ambiguous.count, done.ambiguous.first) == (1, ["img.jpg"])


def test_a_file_name_in_several_folders_of_the_file_is_not_guessed(
    explorer, collection, tmp_path, monkeypatch
):
    monkeypatch.setattr(collecting, "BATCH", 1)  # one row does not see the next
    urls = ["/here/dog/001.jpg", "/here/dog/002.jpg"]
    vectors = list(np.eye(16, dtype=np.float32)[:2])
    collection.insert(pa.table({"id": ["one", "two"], "url": urls, "vector": vectors}))
    text = (
        "filename,label\ncat/001.jpg,cat\ndog/001.jpg,dog\ncat/002.jpg,cat\nelse/yes-001.jpg,dog\n"
    )
    done = take_in(explorer, write(tmp_path, text), None, all_classes=True)
    assert labels_of(explorer, "dog") == {"one": 1, "yes-001": 1}
    assert labels_of(explorer, "cat") == {"two": 1}  # no other row is called so
    assert done.unmatched.first == ["cat/001.jpg"]
    found = find_named(collection, ["cat/001.jpg", "dog/001.jpg"])
    assert (found.ids, found.unknown) == (("one",), ("cat/001.jpg",))


def test_a_file_of_which_nothing_is_taken_is_refused_with_the_count_of_each_reason(
    explorer, collection, tmp_path
):
    urls = ["/a/img.jpg", "/b/img.jpg"]
    vectors = list(np.eye(16, dtype=np.float32)[:2])
    collection.insert(pa.table({"id": ["one", "two"], "url": urls, "vector": vectors}))
    text = "id,label\nnobody,1\nno one,1\nimg.jpg,1\nyes-002,1\nyes-002,-1\nno-050,maybe\n"
    with pytest.raises(BadInput, match="None of 6 rows") as told:
        take_in(explorer, write(tmp_path, text))
    assert str(told.value).endswith(
        " 2 rows name no photo of the collection: nobody, no one. 1 row names several photos: "
        "img.jpg. 1 photo is said to be both, and left out: yes-002. 1 row holds neither yes nor "
        "no: no-050: maybe."
    )
