import pytest

from tests.tuning.conftest import noisy_classes
from tests.vecdb.conftest import photos
from tuning.errors import TooFewPhotos
from tuning.groups import group_by_label
from vecdb import Database


def test_photos_of_several_labels_are_of_no_class(database: Database) -> None:
    vectors = noisy_classes()[0][:6]
    labels = ["cat", "dog", "cat|dog", "cat ; dog", "", "dog"]
    things = database.create_collection("things", "by hand", vectors.shape[1])
    things.insert(photos(list("abcdef"), vectors, label=labels))
    found = group_by_label(things)
    assert (found.names, sorted(found.classes.tolist())) == (["cat", "dog"], [0, 1, 1])
    several = database.create_collection("several", "by hand", vectors.shape[1])
    several.insert(photos(list("ab"), vectors[:2], label=["cat|dog", "dog|cat"]))
    with pytest.raises(TooFewPhotos, match="class by label"):
        group_by_label(several)


def test_of_a_picture_and_its_copies_one_is_taken(database: Database) -> None:
    vectors = noisy_classes()[0][:6]
    told = {"digest": ["1", "1", "2", "3", "", ""], "duplicate_of": ["", "", "e", "", "", ""]}
    things = database.create_collection("things", "by hand", vectors.shape[1])
    things.insert(photos(list("abcdef"), vectors, label=["cat"] * 3 + ["dog"] * 3, **told))
    found = group_by_label(things)  # b is a, c is near e
    assert sorted(found.classes.tolist()) in ([0, 0, 1, 1], [0, 1, 1, 1])
    assert len(found.vectors) == 4
