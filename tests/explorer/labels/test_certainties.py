"""Answers of machines: numbers that say how sure they are of a class."""

import json

import pytest

from explorer.errors import BadInput
from tests.explorer.labels.conftest import collect, write

YES, NO = {"yes-001": 1}, {"no-050": -1}
SURE = {
    "one a row": "filename,label,score\nyes-001.jpg,cat,0.93\nno-050.jpg,cat,.13\n",
    "percent": "Name,Label,Confidence\nyes-001.jpg,cat,95.3\nno-050.jpg,cat,12\n",
    "our own predictions": "id,class,probability\nyes-001,cat,.9\nyes-001,dog,.1\nno-050,cat,.1\n",
    "predictions": "image,prediction,probability\nyes-001.jpg,cat,.97\nno-050.jpg,cat,.2\n",
    "a column a class": "filename,cat,dog\nyes-001.jpg,0.93,0.2\nno-050.jpg,0.04,0.99\n",
    "one column": "id,label\nyes-001,0.5\nno-050,0.49\n",
}


@pytest.mark.parametrize("text", SURE.values(), ids=SURE)
def test_a_class_is_a_yes_where_a_machine_is_surer_than_not(photos_there, tmp_path, text):
    assert collect(photos_there, write(tmp_path, text))[0] == YES | NO


LIKELIEST = {
    "predictions": "image,prediction,score\nyes-001.jpg,cat,.9\nyes-002.jpg,cat,.4\n"
    "no-050.jpg,dog,.45\nno-051.jpg,dog,.8\n",
    "percent": "Name,Label,Confidence\nyes-001.jpg,cat,90\nyes-002.jpg,cat,40\n"
    "no-050.jpg,dog,45\nno-051.jpg,dog,80\n",
    "our own predictions": "id,class,probability\nyes-001,cat,.9\nyes-002,cat,.4\n"
    "no-052,,.3\nno-050,dog,.45\nno-051,dog,.8\n",
    "a column a class": "filename,cat,dog,cow\nyes-001.jpg,.9,.05,.05\n"
    "yes-002.jpg,.4,.3,.3\nno-050.jpg,,,\nno-051.jpg,.1,.8,.1\n",
}


@pytest.mark.parametrize("form", LIKELIEST)
def test_the_likeliest_of_several_classes_is_never_a_no(photos_there, tmp_path, form):
    found, done = collect(photos_there, write(tmp_path, LIKELIEST[form]), others_no=True)
    assert found == {"yes-001": 1, "no-051": -1}
    if form != "a column a class":
        assert [name for name in done.unreadable.first if "yes-002" in name]


@pytest.mark.parametrize(
    "rows",
    [
        ["yes-001,cat,1", "no-050,cat,0", "no-051,dog,1"],
        ["yes-001,cat,.9", "no-050,cat,.4", "no-050,dog,.45"],  # several of one photo
    ],
)
def test_an_unlikely_class_is_a_no_where_it_is_not_the_likeliest(photos_there, tmp_path, rows):
    path = write(tmp_path, "\n".join(["id,label,confidence", *rows]))
    assert collect(photos_there, path)[0] == YES | NO


def test_percent_are_known_by_the_largest_of_the_whole_file(photos_there, tmp_path):
    rows = ["Name,Label,Confidence", "no-050.jpg,cat,.9", *["no-051.jpg,cat,.5"] * 3_000]
    path = write(tmp_path, "\n".join([*rows, "yes-001.jpg,cat,95.3"]))
    assert collect(photos_there, path)[0] == {"yes-001": 1, "no-050": -1, "no-051": -1}


LISTED = {
    "rekognition": ("Image", "Labels", {"Name": "{}", "Confidence": 100}),
    "vision": ("context.uri", "labelAnnotations", {"mid": "/m/0", "description": "{}", "score": 1}),
    "azure": ("file", "tags", {"name": "{}", "confidence": 1}),
    "pipeline": ("image", "predictions", {"label": "{}", "score": 1}),
}


@pytest.mark.parametrize(("key", "column", "entry"), LISTED.values(), ids=LISTED)
def test_of_a_list_of_classes_those_count_that_are_likely(
    photos_there, tmp_path, key, column, entry
):
    def tell(word, share):
        said = {n: word if v == "{}" else v for n, v in entry.items()}
        return said | {n: v * share for n, v in entry.items() if isinstance(v, int)}

    rows = []
    for photo, shares in (("yes-001", (0.97, 0.02)), ("no-050", (0.2, 0.8))):
        told = [tell(word, share) for word, share in zip(("cat", "dog"), shares, strict=True)]
        outer, _, inner = key.rpartition(".")
        address = f"gs://bucket/{photo}.jpg"
        rows.append({column: told, **({outer: {inner: address}} if outer else {inner: address})})
    path = write(tmp_path, "\n".join(map(json.dumps, rows)), "labels.jsonl")
    assert collect(photos_there, path)[0] == YES
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


def test_percent_signs_make_shares_of_columns_of_classes(photos_there, tmp_path):
    text = "id,cat,dog\nyes-001,90%,0.4 %\nno-050,0.6%,100%\n"
    assert collect(photos_there, write(tmp_path, text))[0] == YES | NO


@pytest.mark.parametrize("text", ["id,label,score\nyes-001,cat,1534\n", "id,label\nyes-001,cat\n"])
def test_a_score_of_something_else_leaves_the_class(photos_there, tmp_path, text):
    assert collect(photos_there, write(tmp_path, text))[0] == YES


ALIKE = {
    "sagemaker": {"id": "{}", "pet": [1, 2], "pet-metadata": {"human-annotated": "yes"}, "x": "a"},
    "labelbox": {"id": "{}", "Skipped": False, "Labeler": "me"},
}


@pytest.mark.parametrize("row", ALIKE.values(), ids=ALIKE)
def test_a_column_of_equal_answers_is_not_taken_for_those_of_a_concept(photos_there, tmp_path, row):
    rows = [json.dumps(row).replace("{}", photo) for photo in ("yes-001", "no-050")]
    with pytest.raises(BadInput, match="has no column 'cat'"):
        collect(photos_there, write(tmp_path, "\n".join(rows), "labels.jsonl"))
