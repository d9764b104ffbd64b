"""What a search found, as files: the columns and types of every other export."""

import csv
import io
import json

import numpy as np

from explorer import Query
from pages.searching.files import as_csv, as_json, describe, table
from tests.explorer.exports.conftest import export


def near(collection):
    return Query(vectors=[np.eye(collection.dim)[0]])


def strictly(constant):
    raise AssertionError(f"{constant} is no JSON")


def test_a_search_goes_out_in_the_columns_and_words_of_an_export(explorer, concept, tmp_path):
    export(explorer, concept, tmp_path / "x.csv", "csv", photos="both")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        exported = {row["id"]: row for row in csv.DictReader(file)}
    collection = explorer.collection("things")
    found = explorer.search(near(collection), k=20, table="things")
    rows = table(collection, found)
    assert [row["id"] for row in rows] == found.ids
    read = list(csv.DictReader(io.StringIO(as_csv(rows).decode("utf-8-sig"))))
    told = json.loads(as_json(rows), parse_constant=strictly)
    assert len(read) == len(told) == len(found.ids)
    assert len({tuple(row) for row in told}) == 1
    ours = {"split", "class", "answer", "score", "matches"}
    for row, same in zip(read, told, strict=True):
        expected = {k: v for k, v in exported[row["id"]].items() if k not in ours}
        assert {k: v for k, v in row.items() if k != "similarity"} == expected
        assert same["iso"] == int(row["iso"])


def test_a_column_of_the_source_does_not_take_the_place_of_what_is_told(explorer, concept):
    collection = explorer.collection("things")
    photo = explorer.search(near(collection), k=1, table="things").ids[0]
    (row,) = describe(collection, {photo: {"iso": -1.0, "group": "g"}, "gone": {"iso": 0.0}})
    assert (row["iso"], row["group"], row["id"]) == (-1.0, "g", photo)
    assert isinstance(row["source_iso"], int)
