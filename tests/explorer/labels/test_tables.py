"""Tables of answers: their columns, encodings and cells."""

import json
from datetime import datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.csv_cells import guard_cell, unguard_cell
from explorer.labels.files import WRITERS
from tests.explorer.labels.conftest import collect, concept_of, labels_of, take_in, write
from vecdb import Label


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("id,label", "yes-001,1", "no-050,-1"),
        ("photo_id,label", "yes-001,TRUE", "no-050,False"),
        ("url,label", "/yes-001.jpg,positive", "/no-050.jpg,negative"),
        ("filename,label", "yes-001.jpg,✓", "no-050.jpg,✕"),
        ("file_name,is_match", "else/where/yes-001.jpg,1.0", "C:\\pictures\\no-050.jpg,0"),
        ("picture;answer", "yes-001;yes", "no-050;no"),
        ("name,round two", "yes-001,y", "no-050,n"),
        (" id , label ", "yes-001 , yes ", " no-050, no"),
        ("id;label", "yes-001;WAHR", "no-050;FALSCH"),
        ("id,label", "yes-001,да", "no-050,нет"),
    ],
)
def test_two_columns_name_photos_and_say_yes_or_no(explorer, tmp_path, header, yes, no):
    done = take_in(explorer, write(tmp_path, f"{header}\n{yes}\n{no}\n"))
    assert labels_of(explorer) == {"yes-001": 1, "no-050": -1}
    assert (done.rows, done.unmatched.count, done.concepts[0]["new"]) == (2, 0, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "gb18030"])
def test_tables_of_other_encodings_are_read(explorer, collection, tmp_path, encoding):
    name = "猫在房子里的照片" if encoding == "gb18030" else "été à Köln"
    vector = np.eye(16, dtype=np.float32)[:1]
    collection.insert(pa.table({"id": [name], "url": ["/x.jpg"], "vector": list(vector)}))
    text = f"id,label\r\n{name},yes\r\nno-050,no\r\n"
    take_in(explorer, write(tmp_path, text, encoding=encoding))
    assert labels_of(explorer) == {name: 1, "no-050": -1}


def test_lines_of_json_need_not_have_the_same_fields(explorer, tmp_path):
    rows = [
        {"id": "yes-001", "label": 1, "by": "Ann"},
        {"url": "/no-050.jpg", "label": -1},
        {"id": "yes-002", "by": "Bob"},
        {"label": 1},
    ]
    done = take_in(explorer, write(tmp_path, "\n".join(map(json.dumps, rows)), "labels.jsonl"))
    assert labels_of(explorer) == {"yes-001": 1, "no-050": -1}
    assert (done.unmatched.count, done.unreadable.first) == (1, ["yes-002: no label"])


@pytest.mark.parametrize(
    ("about", "kept"),
    [
        ({"at": "9999-12-31T23:59:59-10:00"}, None),
        ({"at": "0001-01-01T00:00:00"}, None),
        ({"at": "2024-02-01T10:00:00Z"}, datetime(2024, 2, 1, 10, tzinfo=timezone.utc)),
        ({"at": "01.02.2024 10:00"}, datetime(2024, 2, 1, 10, tzinfo=timezone.utc)),
        ({"round": "²"}, None),
        ({"round": 2**32 - 1}, None),
    ],
)
def test_times_and_rounds_that_cannot_be_kept_spoil_no_concept(explorer, tmp_path, about, kept):
    row = json.dumps({"id": "yes-001", "label": 1, **about})
    take_in(explorer, write(tmp_path, row, "labels.jsonl"))
    [label] = explorer.concepts.history(concept_of(explorer).id)
    written = datetime.now(timezone.utc) - label.created < timedelta(minutes=5)
    assert (label.round, label.created if kept else written) == (0, kept or True)


def test_an_export_of_our_own_is_read_by_its_answers(explorer, tmp_path):
    text = "id,class,answer,label\nyes-001,things,1,cat\nyes-002,things,,cat\n"
    text += "no-050,not things,-1,cat\n"
    take_in(explorer, write(tmp_path, text))
    assert labels_of(explorer) == {"yes-001": 1, "no-050": -1}


def test_an_export_that_holds_its_pictures_is_read_by_its_answers(explorer, tmp_path):
    pictures = [{"bytes": b"\xff\xd8\xff", "path": name} for name in ("a.jpg", "b.jpg")]
    rows = {"id": ["yes-000", "no-050"], "label": ["cat", "cat"], "answer": [1, -1]}
    pq.write_table(pa.table({**rows, "image": pictures}), tmp_path / "train.parquet")
    take_in(explorer, tmp_path / "train.parquet")
    assert labels_of(explorer) == {"yes-000": 1, "no-050": -1}


def test_the_only_column_of_answers_is_named_where_it_is_called_otherwise(explorer, tmp_path):
    text = "id,width,reviewer\nyes-001,200,1\nno-050,300,0\n"
    done = take_in(explorer, write(tmp_path, text))
    assert "The column 'reviewer' was read as the answers." in done.notes
    done = take_in(explorer, write(tmp_path, "id,label\nyes-001,cat\n"), "pets")
    assert done.notes == ["The only class 'cat' was read as yes."]
    text = "id,choice,annotator\nyes-001,cat,1\nno-050,dog,1\n"  # Label Studio's
    take_in(explorer, write(tmp_path, text), "cat", others_no=True)
    assert labels_of(explorer, "cat") == {"yes-001": 1, "no-050": -1}


@pytest.mark.parametrize("answers", ["01", "11"])
def test_the_second_of_two_columns_is_named_where_it_is_called_otherwise(
    explorer, tmp_path, answers
):
    first, second = answers
    path = write(tmp_path, f"id,dog\nno-050,{first}\nyes-001,{second}\n")
    done = take_in(explorer, path, "cat")
    assert "The column 'dog' was read as the answers." in done.notes
    for how in ({"concept": "Dog"}, {"concept": "pet", "category": "dog"}):
        assert not any("was read as the" in note for note in take_in(explorer, path, **how).notes)
    done = take_in(explorer, path, None, all_classes=True)
    assert [concept["name"] for concept in done.concepts] == ["dog"]


@pytest.mark.parametrize("concept", ["cat", "pet"])
def test_a_comma_at_the_end_of_lines_makes_no_column(explorer, tmp_path, concept):
    path = write(tmp_path, "id,cat,\nyes-001,1,\nno-050,0,\n")
    done = take_in(explorer, path, concept)
    assert labels_of(explorer, concept) == {"yes-001": 1, "no-050": -1}
    assert ("The column 'cat' was read as the answers." in done.notes) == (concept == "pet")


def test_a_slip_in_a_column_of_answers_costs_its_row_and_not_the_column(explorer, tmp_path):
    rows = [f"yes-{at:03},0,1,{at % 3}" for at in range(10)] + ["no-050,1,o,1", "no-051,1,0,1"]
    path = write(tmp_path, "\n".join(["id,dog,cat,size", *rows]))
    done = take_in(explorer, path, None, all_classes=True)
    assert {c["name"]: (c["yes"], c["no"]) for c in done.concepts} == {
        "dog": (2, 10),
        "cat": (10, 1),
    }
    assert done.unreadable.first == ["no-050: o"]


def test_the_import_says_how_numbers_were_read(explorer, tmp_path):
    done = take_in(explorer, write(tmp_path, "id,label\nyes-001,0.5\nno-050,0.49\n"))
    assert labels_of(explorer) == {"yes-001": 1, "no-050": -1}
    assert done.notes == ["Numbers from .5 on were read as yes, those below as no."]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-5", "@x", "'=x", "''=x", "'quoted'", "plain"])
def test_a_cell_comes_back_as_it_was_and_never_runs(text):
    assert not guard_cell(text).startswith(("=", "+", "-", "@"))
    assert unguard_cell(guard_cell(text)) == text


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_an_id_that_looks_guarded_comes_back_as_it_was(explorer, collection, tmp_path, ending):
    ids = ["=x", "'=x", "''=x"]
    vectors = list(np.eye(16, dtype=np.float32)[:3])
    collection.insert(pa.table({"id": ids, "url": ids, "vector": vectors}))
    path = tmp_path / f"labels{ending}"
    signs = dict(zip(ids, (1, -1, 1), strict=True))
    path.write_bytes(b"".join(WRITERS[ending](Label(id, sign) for id, sign in signs.items())))
    take_in(explorer, path)
    assert labels_of(explorer) == signs


def test_the_only_column_called_labels_holds_the_classes_and_no_number_beside_it(
    photos_there, tmp_path
):
    text = (
        "Image Index,Finding Labels,Follow-up #,Spacing[x,y],\n"  # NIH ChestX-ray
        "yes-001.jpg,cat|dog,0,0.143,0.143,\nno-050.jpg,No Finding,1,0.143,0.143,\n"
    )
    found, _ = collect(photos_there, write(tmp_path, text), others_no=True)
    assert found == {"yes-001": 1, "no-050": -1}
