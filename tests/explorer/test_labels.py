"""Labels out and in: files of our own and of others, and what is wrong with them."""

import argparse
import json
import sys
from datetime import datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from classifier import NoAnchor
from explorer.__main__ import main
from explorer.commands import labels
from explorer.csv_cells import guard_cell, unguard_cell
from explorer.deletion import find_named
from explorer.errors import BadInput, NothingThere
from explorer.explorer import Explorer
from explorer.history import History
from explorer.labels import collecting
from explorer.labels.files import COLUMNS, WRITERS, read_labels
from explorer.labels.importing import find_concept, import_labels
from explorer.settings import Settings
from tests.explorer.conftest import small_collection
from vecdb import Label, connect


@pytest.fixture
def explorer(database, tmp_path):
    explorer = Explorer(f"chdb://{tmp_path}/chdb", store=tmp_path / "store")
    explorer._database = database
    return explorer


def take_in(explorer, path, concept="things", **how):
    collection = explorer.collection("things")
    how = {"from_words": False, **how}
    return import_labels(explorer, lambda: read_labels(path), collection, concept, **how)


def concept_of(explorer, name="things"):
    found = find_concept(explorer, name)
    assert found is not None
    return found


def labels_of(explorer, concept="things"):
    found = concept_of(explorer, concept)
    return {row.photo_id: row.label for row in explorer.concepts.labels(found.id)}


def write(tmp_path, text, name="labels.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def rows_of(labels):
    return [(r.photo_id, r.label, r.round, r.reason, r.by, r.created) for r in labels]


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_labels_come_back_in_a_fresh_database_with_the_same_head(
    explorer, collection, tmp_path, ending
):
    given = [Label(f"yes-{at:03d}", 1, 2, "top", by="Ann") for at in range(12)]
    given += [Label(f"no-{at:03d}", -1, 3, "boundary", by="=Bo") for at in range(60, 80)]
    given += [Label("no-100", 0, 3, "top")]
    made = explorer.concepts.create("things", "things", "", settings=Settings().as_json())
    page = explorer.rounds.import_labels(made.id, given)
    file = tmp_path / f"labels{ending}"
    before = explorer.concepts.labels(made.id)
    file.write_bytes(b"".join(WRITERS[ending](before)))
    explorer.close()  # one embedded database at a time
    ids, vectors = small_collection()
    with connect(f"chdb://{tmp_path}/fresh") as fresh:
        there = fresh.create_collection("things", "offline", vectors.shape[1])
        there.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
        other = Explorer(f"chdb://{tmp_path}/fresh", store=tmp_path / "store")
        other._database = fresh
        done = take_in(other, file)
        copy = other.concepts.get(done.concepts[0]["id"])
        assert rows_of(other.concepts.labels(copy.id)) == rows_of(before)
    assert np.abs(copy.weights - page.concept.weights).max() < 1e-6
    assert abs(copy.bias - page.concept.bias) < 1e-6
    assert copy.round == page.concept.round == 4


def test_an_import_is_one_action_that_undo_takes_back(explorer, tmp_path):
    take_in(explorer, write(tmp_path, "id,label\nyes-001,1\nno-050,-1\n"))
    concept = concept_of(explorer)
    take_in(explorer, write(tmp_path, "id,label\nyes-001,-1\nyes-002,yes\nno-051,no\n"))
    assert labels_of(explorer) == {"yes-001": -1, "yes-002": 1, "no-050": -1, "no-051": -1}
    page = explorer.undo(concept.id)
    assert page.history.judged == {"yes-001": 1, "no-050": -1}
    assert explorer.redo(concept.id).history.judged["yes-001"] == -1
    history = History(explorer.concepts.history(concept.id))
    assert all(action.startswith("import:") for action in history.done)


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


@pytest.mark.parametrize(
    ("kind", "values", "names"),
    [
        (pa.int64(), [0, 1, -1], {"_type": "ClassLabel", "names": ["cat", "dog"]}),
        (
            pa.list_(pa.int64()),
            [[0, 1], [1], []],
            {"_type": "Sequence", "feature": {"_type": "ClassLabel", "names": ["cat", "dog"]}},
        ),
    ],
)
def test_numbers_of_classes_are_read_as_the_names_that_the_file_gives_them(
    explorer, tmp_path, kind, values, names
):
    told = json.dumps({"info": {"features": {"label": names}}})
    schema = pa.schema([("id", pa.string()), ("label", kind)], {"huggingface": told})
    rows = {"id": ["yes-001", "no-050", "no-051"], "label": values}
    pq.write_table(pa.table(rows, schema), tmp_path / "set.parquet")
    done = take_in(explorer, tmp_path / "set.parquet", "cat", others_no=True)
    assert labels_of(explorer, "cat") == {"yes-001": 1, "no-050": -1}
    assert done.unreadable.first == ["no-051: no label"]


@pytest.mark.parametrize("letter", ["A", "T", "n"])
def test_classes_may_be_called_like_a_yes_or_a_no(explorer, tmp_path, letter):
    rows = "".join(f"yes-{at:03},{name}\n" for at, name in enumerate("ABNTTAN"))
    path = write(tmp_path, "id,label\n" + rows)
    take_in(explorer, path, letter, others_no=True)
    yes = {photo for photo, label in labels_of(explorer, letter).items() if label > 0}
    assert yes == {f"yes-{at:03}" for at, name in enumerate("ABNTTAN") if name == letter.upper()}
    take_in(explorer, path, None, all_classes=True)
    assert {c.name for c in explorer.concepts.list()} == {*"ABNT", letter}


def test_a_class_that_is_named_counts_where_it_would_be_a_no(explorer, tmp_path):
    path = write(tmp_path, "id,label\nyes-001,0\nno-050,1\n")
    take_in(explorer, path, "zero", category="0", others_no=True)
    assert labels_of(explorer, "zero") == {"yes-001": 1, "no-050": -1}
    take_in(explorer, path, "one", category="1")
    assert labels_of(explorer, "one") == {"yes-001": -1, "no-050": 1}


def test_a_class_is_found_behind_a_thousand_different_cells(explorer, tmp_path):
    rows = "".join(f"yes-001,cat|{at}\n" for at in range(1500))
    path = write(tmp_path, f"id,label\n{rows}yes-002,rare\n")
    take_in(explorer, path, "rare")
    assert labels_of(explorer, "rare") == {"yes-002": 1}


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


NESTED = {
    "createml": ("image", {"annotations": [{"label": "{}", "coordinates": {"x": 1}}]}),
    "fiftyone": ("filepath", {"ground_truth": {"tags": [], "label": "{}"}, "uniqueness": 1}),
    "labelstudio": (
        "data.image",
        {"id": 7, "annotations": [{"result": [{"value": {"choices": ["{}"]}}]}], "project": 1},
    ),
    "vott": ("asset.path", {"regions": [{"type": "R", "tags": ["{}"]}]}),
}


@pytest.mark.parametrize(("column", "told"), NESTED.values(), ids=NESTED)
def test_classes_inside_an_annotation_are_the_photos_classes(explorer, tmp_path, column, told):
    outer, _, inner = column.rpartition(".")
    rows = []
    for at, word in ((1, "cat"), (2, "dog")):
        row = json.loads(json.dumps(told).replace("{}", word))
        path = f"/data/upload/1/yes-00{at}.jpg"
        rows.append({**row, outer: {"type": 1, inner: path}} if outer else {**row, inner: path})
    path = write(tmp_path, json.dumps(rows), "labels.json")
    take_in(explorer, path, "cat", category="cat", others_no=True)
    assert labels_of(explorer, "cat") == {"yes-001": 1, "yes-002": -1}


FOREIGN = {
    "sagemaker": '{{"source-ref": "s3://b/{}.jpg", "pet": {at}, "pet-m": {{"class-name": "{}"}}}}',
    "scale": '{{"params": {{"attachment": "https://s.com/{}.jpg"}}, "got": [{{"label": "{}"}}]}}',
    "automl": "TRAIN,gs://bucket/{}.jpg,{}",
}


@pytest.mark.parametrize("row", FOREIGN.values(), ids=FOREIGN)
def test_photos_are_found_by_addresses_in_a_column_of_any_name(explorer, tmp_path, row):
    said = [("yes-001", "cat"), ("no-050", "dog"), ("yes-002", "cat"), ("no-051", "dog")]
    text = "\n".join(row.format(*each, at=at % 2) for at, each in enumerate(said))
    take_in(explorer, write(tmp_path, text, "out.manifest"), "cat")
    assert labels_of(explorer, "cat") == {"yes-001": 1, "yes-002": 1}


LONG = {
    "openimages": "ImageID,Source,LabelName,Confidence\n{},verification,{},{}\n",
    "answers": "photo_id,class,answer\n{},{},{}\n",
    "labels": "file_name,category,label\n{},{},{}\n",
    "unknown": "snap,tag,label_name,score\n{},x,{},{}\n",
}


@pytest.mark.parametrize("row", LONG.values(), ids=LONG)
def test_answers_beside_a_class_are_about_that_class_alone(explorer, tmp_path, row):
    said = [("yes-001", "cat", 1), ("yes-001", "dog", 0), ("yes-002", "cat", "")]
    said += [("no-050", "cat", 0), ("no-050", "dog", 1), ("no-051", "dog", 1)]
    said += [("yes-003", "dog", 0)]  # which tells nothing of cats
    head, line, _ = row.split("\n")
    path = write(tmp_path, "\n".join([head, *(line.format(*each) for each in said)]))
    done = take_in(explorer, path, "cat")
    assert labels_of(explorer, "cat") == {"yes-001": 1, "no-050": -1}
    assert done.unreadable.first == ["yes-002: no label"]
    take_in(explorer, path, None, all_classes=True)
    assert labels_of(explorer, "dog") == {"yes-001": -1, "yes-003": -1, "no-050": 1, "no-051": 1}
    take_in(explorer, path, "cat", others_no=True)
    assert labels_of(explorer, "cat") == {"yes-001": 1, "no-050": -1, "no-051": -1}


def test_a_class_beside_answers_about_one_concept_is_none(explorer, tmp_path):
    text = "id,category,label\nyes-001,shoes,1\nno-050,shoes,0\nno-051,hats,0\n"
    take_in(explorer, write(tmp_path, text))
    assert labels_of(explorer) == {"yes-001": 1, "no-050": -1, "no-051": -1}


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


def test_classes_keep_who_gave_them_and_no_label_is_no_other_class(explorer, tmp_path):
    text = "id,label,by\nyes-001,dog,Bob\nyes-001,cat,Ann\nno-050,dog,Ann\nno-051,,Ann\n"
    done = take_in(explorer, write(tmp_path, text), "cat", others_no=True)
    votes = explorer.concepts.votes(concept_of(explorer, "cat").id)
    assert {(row.photo_id, row.by, row.label) for row in votes} == {
        ("yes-001", "Ann", 1), ("yes-001", "Bob", -1), ("no-050", "Ann", -1)
    }  # fmt: skip
    assert done.unreadable.first == ["no-051: no label"]


def test_an_export_of_our_own_is_read_by_its_answers(explorer, tmp_path):
    text = "id,class,answer,label\nyes-001,things,1,cat\nyes-002,things,,cat\n"
    text += "no-050,not things,-1,cat\n"
    take_in(explorer, write(tmp_path, text))
    assert labels_of(explorer) == {"yes-001": 1, "no-050": -1}


def test_the_only_column_of_answers_is_named_where_it_is_called_otherwise(explorer, tmp_path):
    text = "id,width,reviewer\nyes-001,200,1\nno-050,300,0\n"
    done = take_in(explorer, write(tmp_path, text))
    assert "The column 'reviewer' was read as the answers." in done.notes
    done = take_in(explorer, write(tmp_path, "id,label\nyes-001,cat\n"), "pets")
    assert done.notes == ["The only class 'cat' was read as yes."]
    text = "id,choice,annotator\nyes-001,cat,1\nno-050,dog,1\n"  # Label Studio's
    take_in(explorer, write(tmp_path, text), "cat", others_no=True)
    assert labels_of(explorer, "cat") == {"yes-001": 1, "no-050": -1}


def test_rows_that_match_nothing_or_contradict_are_counted_and_named(explorer, tmp_path):
    text = "id,label\nyes-001,1\nnobody,1\nyes-002,1\nyes-002,-1\nno-050,maybe\nyes-003,1\n"
    done = take_in(explorer, write(tmp_path, text + "yes-003,1\n"))
    assert labels_of(explorer) == {"yes-001": 1, "yes-003": 1}
    assert (done.unmatched.count, done.unmatched.first) == (1, ["nobody"])
    assert (done.contradictions.count, done.contradictions.first) == (1, ["yes-002"])
    assert (done.unreadable.count, done.unreadable.first) == (1, ["no-050: maybe"])


def test_a_file_name_that_several_photos_have_is_not_guessed(explorer, collection, tmp_path):
    urls = ["/a/img.jpg", "/b/img.jpg"]
    vectors = list(np.eye(16, dtype=np.float32)[:2])
    collection.insert(pa.table({"id": ["one", "two"], "url": urls, "vector": vectors}))
    text = "filename,label\nimg.jpg,1\nb/img.jpg,1\nyes-001.jpg,1\n"
    done = take_in(explorer, write(tmp_path, text))
    assert labels_of(explorer) == {"two": 1, "yes-001": 1}
    assert (done.ambiguous.count, done.ambiguous.first) == (1, ["img.jpg"])


def test_a_file_name_in_several_folders_of_the_file_is_not_guessed(
    explorer, collection, tmp_path, monkeypatch
):
    monkeypatch.setattr(collecting, "BATCH", 1)  # one row does not see the next
    urls = ["/here/dog/001.jpg", "/here/dog/002.jpg"]
    vectors = list(np.eye(16, dtype=np.float32)[:2])
    collection.insert(pa.table({"id": ["one", "two"], "url": urls, "vector": vectors}))
    text = (
        "filename,label\ncat/001.jpg,cat\ndog/001.jpg,dog\ncat/002.jpg,cat\nelse/yes-001.jpg,dog\n"
    )
    done = take_in(explorer, write(tmp_path, text), None, all_classes=True)
    assert labels_of(explorer, "dog") == {"one": 1, "yes-001": 1}
    assert labels_of(explorer, "cat") == {"two": 1}  # no other row is called so
    assert done.unmatched.first == ["cat/001.jpg"]
    found = find_named(collection, ["cat/001.jpg", "dog/001.jpg"])
    assert (found.ids, found.unknown) == (("one",), ("cat/001.jpg",))


def test_a_file_of_which_nothing_is_taken_is_refused_with_the_count_of_each_reason(
    explorer, collection, tmp_path
):
    urls = ["/a/img.jpg", "/b/img.jpg"]
    vectors = list(np.eye(16, dtype=np.float32)[:2])
    collection.insert(pa.table({"id": ["one", "two"], "url": urls, "vector": vectors}))
    text = "id,label\nnobody,1\nno one,1\nimg.jpg,1\nyes-002,1\nyes-002,-1\nno-050,maybe\n"
    with pytest.raises(BadInput, match="None of the 6 rows") as told:
        take_in(explorer, write(tmp_path, text))
    assert str(told.value).endswith(
        " 2 rows name no photo of the collection: nobody, no one. 1 row names several photos: "
        "img.jpg. 1 photo is said to be both, and left out: yes-002. 1 row holds neither yes nor "
        "no: no-050: maybe."
    )


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize(
    "text", ["id,label\nyes-001,A fish\nno-050,dog\n", "id,a fish,dog\nyes-001,1,0\nno-050,0,1\n"]
)
def test_the_class_or_column_that_is_called_like_the_concept_is_meant(
    explorer, tmp_path, text, by_id
):
    made = explorer.concepts.create("a fish", "things", "", settings=Settings().as_json())
    take_in(explorer, write(tmp_path, text), made.id if by_id else "a fish", others_no=True)
    assert labels_of(explorer, made.id) == {"yes-001": 1, "no-050": -1}
    assert len(explorer.concepts.list()) == 1


def test_a_class_that_is_not_in_the_file_is_named_as_the_concept_is_called(explorer, tmp_path):
    made = explorer.concepts.create("a fish", "things", "", settings=Settings().as_json())
    path = write(tmp_path, "id,label\nyes-001,cat\nno-050,dog\n")
    with pytest.raises(BadInput, match=r"no class 'a fish': name the .* it has cat, dog") as told:
        take_in(explorer, path, made.id)
    assert "--" not in str(told.value)  # the page has no options


COCO = {
    "images": [{"id": at, "file_name": f"yes-{at:03d}.jpg"} for at in range(4)]
    + [{"id": 9, "file_name": "foreign.jpg"}],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    "annotations": [
        {"image_id": 0, "category_id": 1}, {"image_id": 0, "category_id": 2},
        {"image_id": 1, "category_id": 2}, {"image_id": 2, "category_id": 1},
        {"image_id": 9, "category_id": 1},
    ],
}  # fmt: skip


def test_coco_gives_one_category_or_a_concept_for_each(explorer, tmp_path):
    path = write(tmp_path, json.dumps(COCO), "instances.json")
    done = take_in(explorer, path, "cats", category="cat")
    assert labels_of(explorer, "cats") == {"yes-000": 1, "yes-002": 1}
    assert done.unmatched.first == ["foreign.jpg"]
    take_in(explorer, path, "dog", others_no=True)
    assert labels_of(explorer, "dog") == {"yes-000": 1, "yes-001": 1, "yes-002": -1, "yes-003": -1}
    take_in(explorer, path, None, all_classes=True)
    assert labels_of(explorer, "cat") == {"yes-000": 1, "yes-002": 1}


def test_categories_of_coco_go_by_their_ids_however_written_and_without_a_name(explorer, tmp_path):
    pairs = [(0, "0"), (1, 0), (2, 7)]
    found = [{"image_id": image, "category_id": category} for image, category in pairs]
    coco = {**COCO, "categories": [{"id": 0, "name": "cat"}], "annotations": found}
    path = write(tmp_path, json.dumps(coco), "instances.json")
    take_in(explorer, path, "cat")
    assert labels_of(explorer, "cat") == {"yes-000": 1, "yes-001": 1}
    take_in(explorer, path, "seven", category="7")
    assert labels_of(explorer, "seven") == {"yes-002": 1}


def test_an_export_that_holds_its_pictures_is_read_by_its_answers(explorer, tmp_path):
    pictures = [{"bytes": b"\xff\xd8\xff", "path": name} for name in ("a.jpg", "b.jpg")]
    rows = {"id": ["yes-000", "no-050"], "label": ["cat", "cat"], "answer": [1, -1]}
    pq.write_table(pa.table({**rows, "image": pictures}), tmp_path / "train.parquet")
    take_in(explorer, tmp_path / "train.parquet")
    assert labels_of(explorer) == {"yes-000": 1, "no-050": -1}


def test_a_class_of_a_file_of_yes_and_no_is_refused(explorer, tmp_path):
    path = write(tmp_path, "id,answer\nyes-000,1\nno-050,-1\n")
    with pytest.raises(BadInput, match="has no class 'cat': it answers yes and no"):
        take_in(explorer, path, category="cat")
    assert explorer.concepts.list() == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (json.dumps({"images": [{"id": 1}], "annotations": [{"id": 1}]}), "no COCO file"),
        (
            json.dumps({**COCO, "images": [{"id": 0, "file_name": "x.jpg"}]}),
            "is a label of one photo",
        ),
        (json.dumps(COCO), "has no class 'horse'"),
    ],
)
def test_a_foreign_coco_file_is_refused_and_nothing_is_made(explorer, tmp_path, text, sentence):
    category = "cat" if "one photo" in sentence else "horse"
    with pytest.raises(BadInput, match=sentence):
        take_in(explorer, write(tmp_path, text, "coco.json"), "x", category=category)
    assert explorer.concepts.list() == []


def test_several_concepts_come_from_columns_and_from_class_names(explorer, tmp_path):
    text = "id,red,round\nyes-001,1,0\nyes-002,0,1\nno-050,0,\n"
    take_in(explorer, write(tmp_path, text.replace("round", "blue")), None, all_classes=True)
    assert labels_of(explorer, "red") == {"yes-001": 1, "yes-002": -1, "no-050": -1}
    assert labels_of(explorer, "blue") == {"yes-001": -1, "yes-002": 1}
    text = "id,label\nyes-001,cat|dog\nyes-002,dog\nno-050,bird\nno-050,dog\n"
    path = write(tmp_path, text)
    take_in(explorer, path, None, all_classes=True)
    assert labels_of(explorer, "dog") == {"yes-001": 1, "yes-002": 1, "no-050": 1}
    assert labels_of(explorer, "cat") == {"yes-001": 1}


@pytest.mark.parametrize("cell", ["dog|cat", "dog; cat", "['dog', 'cat']", '[""dog"", ""cat""]'])
def test_several_classes_in_a_cell_are_each_a_class(explorer, tmp_path, cell):
    path = write(tmp_path, f'id,label\nyes-001,"{cell}"\nyes-002,dog\nno-050,[]\n')
    done = take_in(explorer, path, None, all_classes=True)
    assert {concept["name"] for concept in done.concepts} == {"dog", "cat"}
    assert labels_of(explorer, "cat") == {"yes-001": 1}


def test_all_classes_of_a_file_about_one_concept_ask_for_its_name(explorer, tmp_path):
    with pytest.raises(BadInput, match="yes and no about one concept: name it"):
        take_in(explorer, write(tmp_path, "id,label\nyes-001,1\n"), None, all_classes=True)


def test_of_several_concepts_none_is_changed_before_all_are_found(explorer, tmp_path):
    text = "id,red,blue,grey\nyes-001,1,1,0\nno-050,0,0,0\n"
    done = take_in(explorer, write(tmp_path, text), None, all_classes=True)
    assert [concept["name"] for concept in done.concepts] == ["red", "blue"]
    assert "grey has no yes to start from, and was left out." in done.notes
    explorer.concepts.create("blue", "things", "")
    with pytest.raises(BadInput, match="2 concepts named 'blue'"):
        take_in(explorer, write(tmp_path, text.replace(",1", ",0")), None, all_classes=True)
    assert labels_of(explorer, "red") == {"yes-001": 1, "no-050": -1}


def test_a_folder_for_each_class_is_a_labelled_set(explorer, tmp_path):
    for kind, name in (("cat", "yes-001"), ("cat", "yes-002"), ("dog", "no-050")):
        (tmp_path / "set" / kind).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20)).save(tmp_path / "set" / kind / f"{name}.jpg")
    take_in(explorer, tmp_path / "set", "cat", others_no=True)
    assert labels_of(explorer, "cat") == {"yes-001": 1, "yes-002": 1, "no-050": -1}


def test_labels_of_only_no_start_no_concept(explorer, tmp_path):
    with pytest.raises(NoAnchor):
        take_in(explorer, write(tmp_path, "id,label\nno-050,-1\n"))
    assert explorer.concepts.list() == []


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


def test_equal_names_are_told_with_their_ids(explorer):
    made = [explorer.concepts.create("same", "things", "").id for _ in range(2)]
    with pytest.raises(BadInput, match="2 concepts named 'same'") as told:
        find_concept(explorer, "same")
    assert all(concept in str(told.value) for concept in made)
    assert concept_of(explorer, made[0]).id == made[0]


def test_an_export_that_breaks_off_leaves_the_file_as_it_was(explorer, tmp_path, monkeypatch):
    take_in(explorer, write(tmp_path, "id,label\nyes-001,1\n"))
    there = write(tmp_path, "before", "out.csv")

    def write_some(_labels):
        yield b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(WRITERS, ".csv", write_some)
    options = argparse.Namespace(concept="things", table=None, out=there, json=False)
    with pytest.raises(OSError, match="No space"):
        labels.export(explorer, options)
    assert there.read_text() == "before"
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.csv"]
    monkeypatch.undo()
    options.out = tmp_path / "new folder" / "out.csv"
    labels.export(explorer, options)
    assert "yes-001,1" in options.out.read_text("utf-8-sig")


def test_the_commands_write_and_read_a_file(tmp_path, monkeypatch, capsys):
    dsn = f"chdb://{tmp_path}/db"
    ids, vectors = small_collection()
    with connect(dsn) as database:
        there = database.create_collection("things", "offline", vectors.shape[1])
        there.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
    path = write(tmp_path, "id,label\nyes-001,yes\nno-050,no\nnobody,no\n")
    place = ["--dsn", dsn, "--table", "things"]
    alone = ["--concept", "things", "--labels-alone", "--by", " Ann "]
    assert main(["labels", "import", str(path), *alone, *place, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["unmatched"]["first"]) == (3, ["nobody"])
    out = tmp_path / "out.csv"
    assert main(["labels", "export", "things", "--out", str(out), *place]) == 0
    lines = out.read_text("utf-8-sig").splitlines()
    assert lines[0] == "photo_id,label,round,reason,by,at"
    assert [line.rsplit(",", 1)[0] for line in lines[1:]] == [
        "yes-001,1,0,import,Ann",
        "no-050,-1,0,import,Ann",
    ]
    assert main(["labels", "export", "things", "--json", *place]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [row["photo_id"] for row in told["labels"]] == ["yes-001", "no-050"]
    assert tuple(told["labels"][0]) == COLUMNS
    (tmp_path / "told.json").write_text(json.dumps(told))
    assert "things" not in sys.argv
    again = ["labels", "import", str(tmp_path / "told.json"), "--concept", "things", *place]
    assert main([*again, "--json"]) == 0
    (taken,) = json.loads(capsys.readouterr().out)["concepts"]
    assert (taken["yes"], taken["no"]) == (1, 1)
    with connect(dsn) as database:
        database.concepts.delete(taken["id"])
    with pytest.raises(NothingThere, match="'things' was deleted: undo the deletion on Concepts"):
        main(["labels", "import", str(path), "--concept", taken["id"], *place])
    with connect(dsn) as database:
        assert database.concepts.list() == []
