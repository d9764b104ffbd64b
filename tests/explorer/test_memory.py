import time

import numpy as np
import pyarrow as pa

from explorer import memory as remembering
from explorer.memory import Memory


def test_what_is_known_follows_the_collection_without_making_a_round_wait(
    database, collection, monkeypatch, tmp_path
):
    monkeypatch.setattr(remembering, "BACKGROUND_SECONDS", 0.0)
    memory = Memory(database, tmp_path)
    before = memory.known("things")
    assert before.extent.count == collection.count()
    new = np.eye(collection.dim, dtype=np.float32)[:3]
    collection.insert(pa.table({"id": ["a", "b", "c"], "url": [""] * 3, "vector": list(new)}))
    deadline = time.monotonic() + 10
    while memory.known("things") is before and time.monotonic() < deadline:
        time.sleep(0.01)
    after = memory.known("things")
    assert after.extent.count == before.extent.count + 3
    assert {"a", "b", "c"} <= set(after.pool.ids)
    assert not np.allclose(after.background.mean, before.background.mean)


def test_a_collection_made_anew_under_a_name_is_the_one_that_is_known(
    database, collection, tmp_path
):
    memory = Memory(database, tmp_path)
    assert memory.known("things").collection is collection
    database.drop_collection("things")
    fresh = database.create_collection("things", "another", 4)
    fresh.insert(pa.table({"id": ["a"], "url": [""], "vector": [[1.0, 0, 0, 0]]}))
    assert memory.collection("things").encoder == "another"
    assert memory.known("things").background.dim == 4
