"""Files of other tools: COCO, and classes inside annotations."""

import json

import pytest

from explorer.errors import BadInput
from tests.explorer.labels.conftest import labels_of, take_in, write

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
