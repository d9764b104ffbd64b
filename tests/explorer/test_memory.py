import time
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from explorer import memory as remembering
from explorer.memory import Memory
from ingest import Photo
from ingest.changes import store_changes
from vecdb import PlainHead, Store
from vecdb.records import TOLD
from vecdb.removal import keep_photos, remove_photos, restore_photos
from vecdb.survey import SurveyPlan


def test_what_is_known_follows_the_collection_without_making_a_round_wait(
    database, collection, monkeypatch, tmp_path
):
    monkeypatch.setattr(remembering, "BACKGROUND_SECONDS", 0.0)
    memory = Memory(database, tmp_path)
    before = memory.known("things")
    assert before.extent.count == collection.count()
    new = np.eye(collection.dim, dtype=np.float32)[:3]
    collection.insert(pa.table({"id": ["a", "b", "c"], "url": [""] * 3, "vector": list(new)}))
    deadline = time.monotonic() + 60
    while memory.known("things") is before and time.monotonic() < deadline:
        time.sleep(0.01)
    after = memory.known("things")
    assert after.extent.count == before.extent.count + 3
    assert {"a", "b", "c"} <= set(after.pool.ids)
    assert not np.allclose(after.background.mean, before.background.mean)


def test_photos_that_were_deleted_and_put_back_are_asked_about_again(
    database, collection, monkeypatch, tmp_path
):
    monkeypatch.setattr(remembering, "BACKGROUND_SECONDS", 0.0)
    memory, store, ids = Memory(database, tmp_path), Store(tmp_path / "store"), ["yes-000"]
    before = memory.known("things")
    kept = keep_photos(database, store, "things", ids)
    remove_photos(database, store, "things", ids)
    assert before.notice_deleted(ids, []) == before.gone == {*ids}
    restore_photos(database, store, kept)
    deadline = time.monotonic() + 60
    while memory.known("things") is before and time.monotonic() < deadline:
        time.sleep(0.01)
    after = memory.known("things")
    assert after.extent == before.extent
    assert not after.gone


class Forgotten(dict[str, np.ndarray]):
    """Vectors that another round forgets between the question and the answer."""

    def __contains__(self, photo: object) -> bool:
        found = super().__contains__(photo)
        self.clear()
        return found


def test_vectors_that_another_round_forgets_meanwhile_are_read(database, collection, tmp_path):
    known, ids = Memory(database, tmp_path).known("things"), ["yes-000", "no-100"]
    rows = collection.vectors(ids)
    held = Forgotten(zip(ids, rows, strict=True))
    assert np.array_equal(list(replace(known, vectors=held).read(ids).values()), rows)
    head, plan = PlainHead(rows[0]), SurveyPlan(3, 2, 10)
    before = collection.survey(head, plan).vectors
    again = collection.survey(head, plan, at_hand=Forgotten(before)).vectors
    assert again.keys() == before.keys()


def test_a_collection_made_anew_under_a_name_is_the_one_that_is_known(
    database, collection, tmp_path
):
    memory = Memory(database, tmp_path)
    assert memory.known("things").collection is collection
    database.drop_collection("things")
    fresh = database.create_collection("things", "another", 4)
    fresh.insert(pa.table({"id": ["a"], "url": [""], "vector": [[1.0, 0, 0, 0]]}))
    assert memory.known("things").collection.encoder == "another"
    assert memory.known("things").background.dim == 4


def test_tiles_are_asked_only_for_what_some_photo_says_and_for_more_once_one_does(
    database, collection, monkeypatch, tmp_path
):
    monkeypatch.setattr(remembering, "BACKGROUND_SECONDS", 0.0)
    memory = Memory(database, tmp_path)
    ids = ["yes-000", "no-100"]
    before = memory.known("things")
    assert before.told == ()
    assert [set(row) for row in before.describe_photos(ids)] == [
        {"id", "url", "width", "height"}
    ] * 2
    store_changes(collection, [Photo("no-100", metadata={"city": "Oslo", "views": 0})])
    deadline = time.monotonic() + 60
    while not memory.known("things").told and time.monotonic() < deadline:
        time.sleep(0.01)
    after = memory.known("things")
    assert after.extent == before.extent
    assert after.told == ("city", "views")
    assert [(row["city"], row["views"]) for row in after.describe_photos(ids)] == [
        ("", None),
        ("Oslo", 0),
    ]


@pytest.mark.parametrize("name", TOLD)
def test_a_column_that_one_photo_of_many_fills_is_in_use(database, name):
    value = 7 if name in ("views", "downloads") else "lake"
    made = database.create_collection("filled", "offline", 2)
    rows = {"id": ["a", "b"], "url": [""] * 2, "vector": [[1.0, 0]] * 2, name: [None, value]}
    made.insert(pa.table(rows))
    assert made.records.columns_in_use() == (name,)
    assert {row["id"]: row[name] for row in made.records.shown(["a", "b"], (name,))}["b"] == value
