"""What tables with vectors tell of their photos: as tables of pictures do, whatever the columns."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import SourceError, run
from ingest.options import Options
from ingest.sources import Table
from ingest.sources.addresses import Locator
from ingest.vector_rows import RowShaper
from vecdb import Database, connect

WEB = [f"https://x.org/{at}.jpg" for at in range(3)]
NOW = datetime(2020, 1, 2, 3, 4, 5, 123456)
Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def database(embedded: str):
    with connect(embedded) as opened:
        yield opened


@pytest.fixture
def read(database: Database, tmp_path: Path) -> Read:
    """Import the columns of a table beside vectors; return the photos by id."""

    def read(columns: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        told = pa.table(columns)
        vectors = np.random.default_rng(0).normal(size=(len(told), 32)).astype(np.float32)
        pq.write_table(told.append_column("emb", pa.array(list(vectors))), tmp_path / "t.parquet")
        given = Options(**options)
        summary = run(
            tmp_path / "t.parquet", table="t", encoder="m", database=database, options=given
        )
        assert summary.error is None
        collection = database.collection("t")
        return list(collection.photos(sorted(collection.sample(9, seed=0).ids)))

    return read


@pytest.mark.parametrize(
    ("column", "stored"),
    [
        (pa.array([2**60 + 1, 5, None]), [str(2**60 + 1), 5, None]),
        (pa.array([2**64 - 1, 5, None], pa.uint64()), [str(2**64 - 1), 5, None]),
        (pa.array([np.inf, np.nan, 0.5]), ["inf", None, 0.5]),
        (pa.array([1, 2, None], pa.float16()), [1, 2, None]),
        (pa.array([Decimal("1.25"), Decimal("3.00"), None]), [1.25, 3, None]),
        (pa.array([NOW] * 3, pa.timestamp("us")), [NOW.replace(microsecond=123000)] * 3),
        (pa.array([2**40, 0, None], pa.timestamp("s")), [None, datetime(1970, 1, 1), None]),
        (pa.array([10**8, 0, None], pa.date32()), [None, datetime(1970, 1, 1), None]),
        (pa.array([date(2020, 1, 2)] * 3), [datetime(2020, 1, 2)] * 3),
        (pa.array([time(1, 2, 3)] * 3), ["01:02:03"] * 3),
        (pa.array([timedelta(minutes=1, seconds=2)] * 3), [62] * 3),
        (pa.array(["p", "q", None]).dictionary_encode(), ["p", "q", None]),
        (pa.array([["a", "b"], ["c"], None]), ["a, b", "c", None]),
        (pa.array(["a", "N/A", "NA"]), ["a", None, None]),
        (pa.array(["w" * 30_000, "x", "y"]), ["w" * 20_000, "x", "y"]),
        (pa.nulls(3), [None] * 3),
    ],
)
def test_columns_keep_what_they_say_beside_vectors(read: Read, column: pa.Array, stored: list[Any]):
    expected = [v.replace(tzinfo=timezone.utc) if isinstance(v, datetime) else v for v in stored]
    assert [photo["extra"].get("x") for photo in read({"url": WEB, "x": column})] == expected


def test_a_text_that_is_no_utf_8_spoils_no_other_beside_vectors(read: Read):
    photos = read({"url": WEB, "x": pa.array([b"a\xff", b"b", None]).view(pa.string())})
    assert [photo["extra"].get("x") for photo in photos[1:]] == ["b", None]


def test_nested_columns_are_laid_flat_beside_vectors(read: Read):
    photos = read({"url": WEB, "x": [{"a": 1, "b": "y"}, None, {"a": 2, "b": None}]})
    assert [p["extra"] for p in photos] == [{"x.a": 1, "x.b": "y"}, {}, {"x.a": 2}]


def test_captions_names_and_addresses_are_read_as_those_of_tables(read: Read):
    columns = {
        "url": ["https://x.org/0.html", "https://x.org/1.html", "https://x.org/2.html"],
        "image": WEB,
        "captions": [["first cap", "second"], ["x"], None],
        "photographer_first_name": ["A", "B", None],
        "photographer_last_name": ["C", None, "D"],
    }
    photos = read(columns)
    assert [photo["url"] for photo in photos] == WEB
    assert [photo["description"] for photo in photos] == ["first cap", "x", ""]
    assert [photo["photographer"] for photo in photos] == ["A C", "B", "D"]


def test_a_list_of_words_that_changed_is_updated_beside_vectors(read: Read):
    read({"url": WEB, "captions": [["first", "second"]] * 3})
    assert read({"url": WEB, "captions": [["first"], ["new"], []]})[1]["description"] == "new"


def test_an_address_that_says_nothing_is_none(read: Read):
    photos = read({"url": ["NULL", None, WEB[2]]})
    assert [(p["id"], p["url"]) for p in photos] == [(WEB[2], WEB[2]), ("row-0", ""), ("row-1", "")]


MINE = {
    "url": WEB,
    "foto": WEB[::-1],
    "caption": ["z"] * 3,
    "beschr": ["a", "b", "a"],
    "nr": [7.0, 8.0, 9.0],
    "klasse": ["k", "l", "k"],
    "iso": [1, 2, 3],
}


def test_the_columns_that_are_asked_for_are_taken_beside_vectors(read: Read):
    (before, *_) = read(MINE)
    assert (before["id"], before["description"]) == (WEB[0], "z")
    names = {"url_column": "foto", "caption_column": "beschr", "label_column": "klasse"}
    (first, *_) = read(MINE, **names)
    assert (first["id"], first["description"], first["label"]) == (WEB[0], "a", "k")
    numbered = read(MINE, **names, id_column="nr")
    assert [photo["id"] for photo in numbered[:3]] == ["7", "8", "9"]
    assert numbered[0]["url"] == WEB[2]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (("beschr=a",), [0, 2]),
        (("iso>=2",), [1, 2]),
        (("beschr=a", "iso>=2"), [2]),
        (("st.k=2",), [1]),
    ],
)
def test_conditions_choose_rows_with_vectors(read: Read, where: tuple[str, ...], ids: list[int]):
    columns = {**MINE, "st": [{"k": at + 1} for at in range(3)]}
    assert [photo["id"] for photo in read(columns, where=where)] == [WEB[at] for at in ids]


@pytest.mark.parametrize(
    "options", [{"caption_column": "nosuch"}, {"id_column": "nosuch"}, {"where": ("nosuch=1",)}]
)
def test_a_column_that_is_not_beside_vectors_is_one_sentence(
    read: Read, database: Database, options: dict[str, Any]
):
    with pytest.raises(SourceError, match="There is no column 'nosuch' for --"):
        read(MINE, **options)
    assert not database.collections()


def test_plain_columns_are_read_at_once_as_they_are_row_by_row():
    told = pa.table(
        {
            "image_path": ["a b/1.jpg", WEB[1], None],
            "photo_id": ["1.0", " x ", None],
            "caption": [" one ", "NaN", "three"],
            "label": ["2.0", None, "cat"],
            "width": [640, None, 3],
            "taken": ["2019", "7/5/2019", None],
            "word": ["a", "null", " c"],
            "number": [0.5, np.nan, None],
            "whole": pa.array([1, None, 3], pa.int8()),
            "flag": [True, None, False],
            "when": pa.array([NOW, None, NOW], pa.timestamp("ns")),
            "day": [date(1969, 1, 1), None, date(2020, 1, 1)],
            "__index_level_0__": [1, 2, 3],
        }
    )
    shaper = RowShaper(told, Table(), Locator(Path("/set")))
    numbers = ["row-7", "row-8", "row-9"]
    fast, slow = shaper._shape_columns(told, numbers), shaper._shape_rows(told, numbers)
    assert fast["id"].to_pylist() == ["1", "x", "row-9"]
    assert slow.select(fast.column_names).to_pylist() == fast.to_pylist()
    empty = [
        v for n in set(slow.column_names) - set(fast.column_names) for v in slow[n].to_pylist()
    ]
    assert not any(empty)
