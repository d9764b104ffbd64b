"""Files of classes: which is the yes, and what the others are."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from explorer.errors import BadInput
from explorer.settings import Settings
from tests.explorer.labels.conftest import concept_of, labels_of, take_in, write


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


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl", "labels.csv"])
def test_numbers_of_classes_are_read_as_the_names_in_the_data_sets_readme(explorer, tmp_path, name):
    (tmp_path / "train").mkdir()
    (tmp_path / "README.md").write_text(
        "---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n"
        "        names:\n          '0': dog\n          '1': cat\n---\n# Pets\n"
    )
    said = {"yes-001": 1, "yes-002": 0, "no-050": -1}
    if name.endswith(".csv"):
        text = "file_name,label\n" + "".join(f"{key}.jpg,{n}\n" for key, n in said.items())
    else:
        rows = ({"file_name": f"{key}.jpg", "label": n} for key, n in said.items())
        text = "\n".join(map(json.dumps, rows))
    path = write(tmp_path / "train", text, name)
    done = take_in(explorer, path, None, all_classes=True)
    assert {concept["name"]: concept["yes"] for concept in done.concepts} == {"cat": 1, "dog": 1}
    assert labels_of(explorer, "cat") == {"yes-001": 1}


@pytest.mark.parametrize("letter", ["A", "T", "n"])
def test_classes_may_be_called_like_a_yes_or_a_no(explorer, tmp_path, letter):
    rows = "".join(f"yes-{at:03},{name}\n" for at, name in enumerate("ABNTTAN"))
    path = write(tmp_path, "id,label\n" + rows)
    take_in(explorer, path, letter, others_no=True)
    yes = {photo for photo, label in labels_of(explorer, letter).items() if label > 0}
    assert yes == {f"yes-{at:03}" for at, name in enumerate("ABNTTAN") if name == letter.upper()}
    take_in(explorer, path, None, all_classes=True)
    assert {c.name for c in explorer.concepts.list()} == {*"ABNT", letter}


def test_a_class_in_other_letters_is_the_same_and_not_another(explorer, tmp_path):
    path = write(tmp_path, "id,label\nyes-001,Cat\nyes-002,cat\nyes-003,CAT\nno-050,dog\n")
    done = take_in(explorer, path, "cat", others_no=True)
    yes = dict.fromkeys(("yes-001", "yes-002", "yes-003"), 1)
    assert labels_of(explorer, "cat") == {**yes, "no-050": -1}
    assert done.notes == ["Read as one: CAT, Cat, cat."]
    take_in(explorer, path, "one of them", category="Cat")
    assert labels_of(explorer, "one of them") == {"yes-001": 1}


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


def test_classes_keep_who_gave_them_and_no_label_is_no_other_class(explorer, tmp_path):
    text = "id,label,by\nyes-001,dog,Bob\nyes-001,cat,Ann\nno-050,dog,Ann\nno-051,,Ann\n"
    done = take_in(explorer, write(tmp_path, text), "cat", others_no=True)
    votes = explorer.concepts.votes(concept_of(explorer, "cat").id)
    assert {(row.photo_id, row.by, row.label) for row in votes} == {
        ("yes-001", "Ann", 1), ("yes-001", "Bob", -1), ("no-050", "Ann", -1)
    }  # fmt: skip
    assert done.unreadable.first == ["no-051: no label"]


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


def test_a_class_of_a_file_of_yes_and_no_is_refused(explorer, tmp_path):
    path = write(tmp_path, "id,answer\nyes-000,1\nno-050,-1\n")
    with pytest.raises(BadInput, match="has no class 'cat': it answers yes and no"):
        take_in(explorer, path, category="cat")
    assert explorer.concepts.list() == []


@pytest.mark.parametrize("cell", ["dog|cat", "dog; cat", "['dog', 'cat']", '[""dog"", ""cat""]'])
def test_several_classes_in_a_cell_are_each_a_class(explorer, tmp_path, cell):
    path = write(tmp_path, f'id,label\nyes-001,"{cell}"\nyes-002,dog\nno-050,[]\n')
    done = take_in(explorer, path, None, all_classes=True)
    assert {concept["name"] for concept in done.concepts} == {"dog", "cat"}
    assert labels_of(explorer, "cat") == {"yes-001": 1}


def test_a_folder_for_each_class_is_a_labelled_set(explorer, tmp_path):
    for kind, name in (("cat", "yes-001"), ("cat", "yes-002"), ("dog", "no-050")):
        (tmp_path / "set" / kind).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20)).save(tmp_path / "set" / kind / f"{name}.jpg")
    take_in(explorer, tmp_path / "set", "cat", others_no=True)
    assert labels_of(explorer, "cat") == {"yes-001": 1, "yes-002": 1, "no-050": -1}
