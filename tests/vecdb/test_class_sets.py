from pathlib import Path

import numpy as np
import pytest

from vecdb import ClassCorrection, ClassSet, Collection, Database, connect
from vecdb.errors import UnknownClasses


def make(database: Database, name: str = "animals", encoder: str = "by hand") -> ClassSet:
    return database.class_sets.create(
        name, "axes", encoder, names=["cat", "dog"], templates=["a {}"], prefix="p/", threshold=0.2
    )


def said(name: str, *vector: float) -> ClassCorrection:
    return ClassCorrection(name, np.array(vector, np.float32))


def test_classes_come_back_as_they_were_written(axes: Collection, database: Database) -> None:
    made = make(database)
    found = database.class_sets.get(made.id)
    assert found == made
    assert (found.names, found.templates, found.prefix) == (["cat", "dog"], ["a {}"], "p/")
    assert [one.id for one in database.class_sets.list("by hand")] == [made.id]
    assert database.class_sets.list("another") == []


def test_a_change_is_kept_and_the_latest_changed_comes_first(
    axes: Collection, database: Database
) -> None:
    first, second = make(database, "a"), make(database, "b")
    database.class_sets.update(first.id, name="pets", names=["cat"])
    found = database.class_sets.list()
    assert [one.id for one in found] == [first.id, second.id]
    assert (found[0].name, found[0].names, found[0].created) == ("pets", ["cat"], first.created)
    with pytest.raises(TypeError):
        database.class_sets.update(first.id, encoder="another")


def test_a_correction_that_is_taken_back_counts_no_more(
    axes: Collection, database: Database
) -> None:
    made = make(database)
    database.class_sets.correct(made.id, {"x": said("cat", 1, 0), "y": said("dog", 0, 1)})
    database.class_sets.correct(made.id, {"x": None})
    assert list(database.class_sets.corrections(made.id)) == ["y"]
    assert database.class_sets.get(made.id).corrected == 1
    database.class_sets.correct(made.id, {"x": said("dog", 1, 0)})
    assert database.class_sets.corrections(made.id)["x"].name == "dog"
    assert database.class_sets.get(made.id).corrected == 2


def test_the_last_word_on_a_photo_counts_with_its_vector(
    axes: Collection, database: Database
) -> None:
    made = make(database)
    database.class_sets.correct(made.id, {"x": said("cat", 1, 0), "y/é 1": said("dog", 0, 1)})
    database.class_sets.correct(made.id, {"x": said("", 0.5, 0.25)})
    found = database.class_sets.corrections(made.id)
    assert {photo: one.name for photo, one in found.items()} == {"y/é 1": "dog", "x": ""}
    assert found["x"].vector.tolist() == [0.5, 0.25]
    assert database.class_sets.get(made.id).corrected == 2


def test_deleted_classes_are_hidden_and_come_back(axes: Collection, database: Database) -> None:
    made = make(database)
    database.class_sets.update(made.id, deleted=True)
    assert database.class_sets.list() == []
    assert database.class_sets.get(made.id).deleted
    database.class_sets.update(made.id, deleted=False)
    assert [one.id for one in database.class_sets.list()] == [made.id]


def test_classes_that_are_not_there_are_named(database: Database) -> None:
    for missing in ("none", ""):
        with pytest.raises(UnknownClasses, match="open some from the list"):
            database.class_sets.get(missing)


def test_classes_outlive_a_restart(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path}/db"
    with connect(dsn) as database:
        made = make(database)
        database.class_sets.correct(made.id, {"x": said("cat", 1, 0)})
    with connect(dsn) as database:
        assert database.class_sets.list()[0].names == ["cat", "dog"]
        assert list(database.class_sets.corrections(made.id)) == ["x"]
