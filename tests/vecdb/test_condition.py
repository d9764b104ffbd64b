from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.vecdb.conftest import photos
from vecdb import Collection, Condition, Database, Filter, Scope, parse_condition
from vecdb.errors import BadCondition
from vecdb.photos import MAPS, Extra, stored_extra

ROWS: list[dict[str, Extra]] = [
    {"split": "Val", "iso": 400, "shot": datetime(1965, 5, 3, tzinfo=timezone.utc), "flash": True},
    {"split": "train", "iso": 100.5, "shot": datetime(2020, 5, 31, 23, 59, tzinfo=timezone.utc)},
    {"split": " val ", "iso": "400", "flash": False, "note": "it's `odd` \\ {q:String}"},
    {},
]


@pytest.fixture
def typed(database: Database) -> Collection:
    collection = database.create_collection("typed", "by hand", 4)
    stored = [stored_extra(row) for row in ROWS]
    maps = {name: pa.array([row[name] for row in stored], kind) for name, kind in MAPS.items()}
    taken = [datetime(1950, 1, 1, tzinfo=timezone.utc), datetime(2020, 1, 1), None, None]
    words = {"camera": ["Canon EOS 5D", "CANON EOS 5D", "canon eos 5d ", ""]}
    numbers = {"views": [0, 5, None, None], "label": ["Dog", "dog", "", None]}
    collection.insert(photos("abcd", np.eye(4), taken=taken, **maps, **words, **numbers))
    return collection


CASES = [
    ("split=val", "ac"),
    ("split = VAL", "ac"),
    ("split!=val", "bd"),
    ("split~RAI", "b"),
    ("iso=400", "ac"),
    ("iso=400.0", "ac"),
    ("iso>100.5", "ac"),
    ("iso>=100.5", "abc"),
    ("iso<400", "b"),
    ("iso<=400", "abc"),
    ("iso!=400", "bd"),
    ("shot=1965", "a"),
    ("shot=2020-05", "b"),
    ("shot=2020-05-31", "b"),
    ("shot<1970", "a"),
    ("shot>2020-05-30", "b"),
    ("shot>2020-05-31", ""),
    ("shot>=2020-05-31T23:59:00", "b"),
    ("flash=true", "a"),
    ("flash=False", "c"),
    ("flash=1", "a"),
    ("flash!=true", "bcd"),
    ("note~`odd` \\ {q:String}", "c"),
    ("it's=1", ""),
    ("nothing=0", ""),
    ("nothing=", ""),
    ("camera=canon eos 5d", "abc"),
    ("camera~CANON", "abc"),
    ("camera!=canon eos 5d", "d"),
    ("label=DOG", "ab"),
    ("views=0", "a"),
    ("views<=5", "ab"),
    ("views!=0", "bcd"),
    ("taken<1970", "a"),
    ("taken=2020", "b"),
    ("added_at>2020", "abcd"),
    ("id=A", "a"),
]


def test_a_condition_on_any_column_finds_what_satisfies_it(typed: Collection) -> None:
    for text, expected in CASES:
        where = Filter(conditions=(parse_condition(text),))
        found = typed.nearest([0.5, 0.5, 0.5, 0.5], 9, Scope(where=where))
        assert "".join(sorted(found.ids)) == expected, text
        assert typed.count(Scope(where=where)) == len(expected), text


def test_conditions_hold_together_and_beside_the_fields_of_a_filter(typed: Collection) -> None:
    asked = (
        Condition("split", "=", "val"),
        Condition("iso", ">=", 400),
        Condition("iso", "<", 500),
    )
    assert typed.count(Scope(where=Filter(conditions=asked))) == 2
    assert typed.count(Scope(where=Filter(conditions=asked, label="dog"))) == 1
    flash = Condition("flash", "=", True)
    before = Condition("shot", "<", datetime(1966, 1, 1, tzinfo=timezone.utc))
    assert typed.count(Scope(where=Filter(conditions=(flash, before), camera="canon EOS 5d"))) == 1


def test_values_come_back_with_their_types(typed: Collection) -> None:
    rows = typed.photos(list("abcd"))
    assert [row["extra"] for row in rows] == ROWS
    assert type(rows[0]["extra"]["iso"]) is int
    assert [row["views"] for row in rows] == [0, 5, None, None]
    assert [row["label"] for row in rows] == ["Dog", "dog", None, None]
    assert rows[0]["taken"].year == 1950
    assert (datetime.now(timezone.utc) - rows[3]["added_at"]).total_seconds() < 600


def test_a_whole_number_too_long_for_a_float_stays_exact(database: Database) -> None:
    long = 2**63 - 1
    stored = stored_extra({"key": long})
    collection = database.create_collection("long", "by hand", 4)
    maps = {name: pa.array([stored[name]], kind) for name, kind in MAPS.items()}
    collection.insert(photos("a", np.eye(4)[:1], **maps))
    assert collection.count(Scope(where=Filter(conditions=(Condition("key", "=", long),)))) == 1
    assert collection.count(Scope(where=Filter(conditions=(Condition("key", "=", long - 1),)))) == 0


@pytest.mark.parametrize("text", ["", "views", "views>=many", ">=3", "taken<soon", "a<true"])
def test_a_condition_that_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(BadCondition, match=r"\.$"):
        parse_condition(text)


@pytest.mark.parametrize("sign", [">=", "=", "~"])
def test_numbers_of_any_size_and_of_numpy_are_compared(typed: Collection, sign: str) -> None:
    def count(column: str, value: Any) -> int:
        return typed.count(Scope(where=Filter(conditions=(Condition(column, sign, value),))))

    assert count("iso", 10**400) == 0
    assert count("iso", -(10**400)) == (3 if sign == ">=" else 0)
    assert count("iso", np.int64(400)) == count("iso", 400)
    assert count("iso", np.float32(100.5)) == count("iso", 100.5)


@pytest.mark.parametrize("given", ["iso>=400", ["iso>=400"], [("iso", ">=", 400)]])
def test_a_filter_of_anything_but_conditions_is_refused(given: Any) -> None:
    with pytest.raises(BadCondition, match=r"is no Condition: make one of a text by .*\.$"):
        Filter(conditions=given)


@pytest.mark.parametrize(("name", "value"), [("label", "caf\udce9"), ("caf\udce9", 3)])
def test_a_condition_that_is_no_utf8_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadCondition, match=r"'caf\\udce9' is not text in UTF-8\.$"):
        Condition(name, "=", value)
