import unicodedata
from datetime import datetime, timezone
from typing import Literal

import numpy as np
import pytest

from tests.vecdb.conftest import photos
from vecdb import Collection, Condition, Database, Filter, PlainHead, Scope


def when(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def described(database: Database) -> Collection:
    collection = database.create_collection("described", "by hand", 4)
    collection.insert(
        photos(
            "abcd",
            np.eye(4),
            width=[400, 300, 300, None],
            height=[300, 400, 300, None],
            description=["A House", "a lake", "Ёлка", None],
            photographer=["Ann", "Bob", "Ann", "GROẞE Ærø Œuvre"],
            camera=["X", "Y", "", ""],
            country=["Peru", "Ko\u0308ln", "Chile", ""],
            city=["Lima", "São Paulo", "Łódź (Centre)", ""],
            taken=[when(2018), when(2019), when(2020), None],
            views=[10, 20, 30, 0],
            downloads=[1, 2, 3, 0],
            label=["x", "Straße|Café", "Y | Zeta", ""],
            duplicate_of=["", "a", "", ""],
        )
    )
    return collection


CASES = [
    (Filter(), "abcd"),
    (Filter(min_width=400), "a"),
    (Filter(min_height=301), "b"),
    (Filter(orientation="landscape"), "a"),
    (Filter(orientation="portrait"), "b"),
    (Filter(orientation="square"), "c"),
    (Filter(description="HOUSE"), "a"),
    (Filter(description="ёлка"), "c"),
    (Filter(description="%"), ""),
    (Filter(photographer="Ann"), "ac"),
    (Filter(camera="y"), "b"),
    (Filter(country=" PERU "), "a"),
    (Filter(city="Lima"), "a"),
    (Filter(label="x"), "a"),
    (Filter(label="zeta "), "c"),
    (Filter(label="y | zeta"), "c"),
    (Filter(label=""), ""),
    (Filter(label="z"), ""),
    (Filter(conditions=(Condition("label", "!=", "y"),)), "abd"),
    (Filter(taken_from=when(2019)), "bc"),
    (Filter(taken_before=when(2019)), "a"),
    (Filter(taken_from=datetime(2018, 6, 1), taken_before=when(2020)), "b"),
    (Filter(min_views=20), "bc"),
    (Filter(min_downloads=3), "c"),
    (Filter(no_duplicates=True), "acd"),
    (Filter(place="/1.JPG"), "b"),
    (Filter(place="no such"), ""),
    (Filter(photographer="Ann", min_views=20), "c"),
    (Filter(photographer="' OR 1=1 --"), ""),
    (Filter(city="sao paulo"), "b"),
    (Filter(city="São Paulo"), "b"),
    (Filter(city="sao"), ""),
    (Filter(description="елка"), "c"),
    (Filter(photographer="Ànn"), "ac"),
    (Filter(label="strasse|cafe"), "b"),
    (Filter(label="cafe"), "b"),
    (Filter(label="STRASSE"), "b"),
    (Filter(label="strase"), ""),
    (Filter(conditions=(Condition("photographer", "~", "grosse aero oeuv"),)), "d"),
    (Filter(conditions=(Condition("photographer", "~", "große ærø œ"),)), "d"),
    (Filter(country="koln"), "b"),
    (Filter(city="lodz (centre)"), "c"),
    (Filter(conditions=(Condition("camera", "~", "."),)), ""),
    (Filter(conditions=(Condition("city", "~", "(CENTRE"),)), "c"),
]


def test_only_photos_that_satisfy_every_condition_come_back(described: Collection) -> None:
    for where, expected in CASES:
        found = described.nearest([0.5, 0.5, 0.5, 0.5], 9, Scope(where=where))
        assert "".join(found.ids) == expected, where
        assert described.count(Scope(where=where)) == len(expected), where
        assert set(described.sample(9, Scope(where=where), seed=1).ids) == set(expected), where
        doubted = described.boundary(PlainHead([1, 1, 1, 1]), 9, Scope(where=where))
        assert set(doubted.ids) == set(expected), where


@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_words_are_found_in_whichever_form_of_unicode_they_are(
    database: Database, asked: Literal["NFC", "NFD"]
) -> None:
    collection = database.create_collection("forms", "by hand", 4)
    words = ["한국", "がき", "élan", "Йод"]
    stored = [unicodedata.normalize("NFD", word) for word in words]
    collection.insert(photos("abcd", np.eye(4), city=stored, description=words))
    for photo, word in zip("abcd", words, strict=True):
        given = unicodedata.normalize(asked, word)
        for where in (Filter(city=given), Filter(description=given)):
            assert collection.nearest([1, 1, 1, 1], 9, Scope(where=where)).ids == [photo]
