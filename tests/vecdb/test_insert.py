import threading
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.vecdb.conftest import photos, unit
from vecdb import Collection, Database, Scope
from vecdb.connection import Connection
from vecdb.errors import BadPhotos, BadVector, UnknownPhoto

NASTY = ["it's", "a\\b", " two  spaces ", 'é"x` {q:String}', "-- DROP", "0" * 600]


def test_a_photo_inserted_twice_is_stored_once(axes: Collection) -> None:
    rows = photos(["a", "e"], [[0, 1, 0, 0], [0, 0, 0, 1]])
    assert axes.insert(rows) == 1
    assert axes.insert(rows) == 0
    assert axes.count() == 5
    assert axes.vectors(["a"]).tolist() == [[1, 0, 0, 0]]


def test_a_photo_twice_in_one_batch_is_stored_once_with_its_first_vector(axes: Collection) -> None:
    assert axes.insert(photos(["e", "e"], [[0, 1, 0, 0], [0, 0, 0, 1]])) == 1
    assert axes.vectors(["e"]).tolist() == [[0, 1, 0, 0]]


def test_threads_inserting_the_same_photos_store_each_once(database: Database) -> None:
    collection = database.create_collection("busy", "by chance", 8)
    inserted: list[int] = []

    def insert(start: int) -> None:
        rows = photos([f"p{at}" for at in range(start, start + 60)], unit(60, 8, start))
        inserted.append(collection.insert(rows))

    threads = [threading.Thread(target=insert, args=(start,)) for start in (0, 20, 40, 60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(inserted) == collection.count() == 120


def test_photos_that_two_processes_stored_at_once_are_one_each_in_a_few_steps(
    axes: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [f"p{at}" for at in range(500)]
    for side in range(2):  # each looked before the other had stored anything
        axes.insert(photos(ids, np.tile(np.eye(4)[side], (500, 1))), known=set())
    steps: list[str] = []
    run = Connection.run

    def note(connection: Connection, name: str, *given: Any, **parts: Any) -> None:
        steps.append(name)
        run(connection, name, *given, **parts)

    monkeypatch.setattr(Connection, "run", note)
    assert axes.count() == 1004
    axes.finish_replacing()
    assert axes.count() == 504
    assert steps == ["photos/delete_older"]
    assert axes.vectors(["p7", "a"]).tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]


def test_ids_are_data_whatever_they_hold(database: Database) -> None:
    collection = database.create_collection("nasty", "by hand", 6)
    collection.insert(photos(NASTY, np.eye(6)))
    assert collection.records.known_ids([*NASTY, "other"]) == set(NASTY)
    assert collection.vectors(NASTY[::-1]).tolist() == np.eye(6)[::-1].tolist()
    assert collection.nearest(np.eye(6)[0], 6, Scope(NASTY[1:])).ids == NASTY[:1]


def test_metadata_comes_back_in_the_order_asked(axes: Collection) -> None:
    taken = datetime(2019, 5, 6, 7, 8, 9, tzinfo=timezone.utc)
    extra = pa.array([[("blur_hash", "L#x")], None], pa.map_(pa.string(), pa.string()))
    axes.insert(
        photos(
            ["e", "f"],
            np.eye(4)[:2],
            width=[3, None],
            views=[2**40, 0],
            description=['a "house"\n<b>', None],
            taken=[taken, None],
            extra=extra,
        )
    )
    rows = axes.photos(["f", "nobody", "e"])
    assert [row["id"] for row in rows] == ["f", "e"]
    assert rows[0]["taken"] is None
    assert rows[0]["width"] is None
    assert rows[1]["taken"] == taken
    assert rows[1]["views"] == 2**40
    assert rows[1]["description"] == 'a "house"\n<b>'
    assert rows[1]["extra"] == {"blur_hash": "L#x"}


BAD_VECTORS = [
    ([1, 0, 0], "'e' has a vector of 3 numbers where the collection holds 4"),
    ([1, np.nan, 0, 0], "'e' has a vector that is not finite"),
    ([1, np.inf, 0, 0], "'e' has a vector that is not finite"),
    ([1, 1, 0, 0], "'e' has a vector of length 1.414"),
    ([0, 0, 0, 0], "'e' has a vector of length 0"),
]


def test_a_bad_vector_is_named_and_nothing_is_stored(axes: Collection) -> None:
    for vector, sentence in BAD_VECTORS:
        rows = pa.table(
            {
                "id": ["good", "e"],
                "url": ["", ""],
                "vector": pa.array([[1, 0, 0, 0], vector], pa.list_(pa.float32())),
            }
        )
        with pytest.raises(BadVector, match=sentence):
            axes.insert(rows)
    assert axes.count() == 4


def test_vectors_are_normalised_on_request(axes: Collection) -> None:
    axes.insert(photos(["e"], [[3, 4, 0, 0]]), normalize=True)
    assert axes.vectors(["e"]).tolist() == [[np.float32(0.6), np.float32(0.8), 0, 0]]
    with pytest.raises(BadVector, match="length 0"):
        axes.insert(photos(["f"], [[0, 0, 0, 0]]), normalize=True)


BAD_TABLES = [
    (photos(["e", ""], np.eye(4)[:2]), "empty id"),
    (photos(["e", None], np.eye(4)[:2]), "empty id"),
    (photos(["e", "new\nline"], np.eye(4)[:2]), r"The photo id 'new\\nline' holds a line break"),
    *(
        (photos([f"a{odd}b"], np.eye(4)[:1]), "another control character")
        for odd in "\x00\t\r\x1f\x7f\x85\x9f\u2028\u2029"
    ),
    (photos(["e"], np.eye(4)[:1]).drop(["url"]), "lacks the column 'url'"),
    (photos(["e"], np.eye(4)[:1], iso=[100]), "a column 'iso'"),
    (photos(["e"], np.eye(4)[:1], width=[-1]), "'width' does not fit uint32"),
]


@pytest.mark.parametrize("rows", [None, [{"id": "e"}], {"id": ["e"]}])
def test_photos_that_are_no_table_are_refused(axes: Collection, rows: Any) -> None:
    with pytest.raises(BadPhotos, match=r"come as a pyarrow\.Table"):
        axes.insert(rows)


def test_a_bad_table_is_refused_in_one_sentence(axes: Collection) -> None:
    for rows, sentence in BAD_TABLES:
        with pytest.raises(BadPhotos, match=sentence):
            axes.insert(rows)


def test_an_empty_table_is_no_error(axes: Collection) -> None:
    assert axes.insert(photos(["e"], np.eye(4)[:1]).slice(0, 0)) == 0


def test_asking_for_the_vector_of_an_unknown_photo_names_it(axes: Collection) -> None:
    with pytest.raises(UnknownPhoto, match="holds no photo 'z'"):
        axes.vectors(["a", "z"])
    assert axes.vectors([]).shape == (0, 4)
