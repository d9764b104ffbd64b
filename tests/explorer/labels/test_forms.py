"""Forms in which tools keep classes elsewhere than as words in a column."""

import json

import pytest

from explorer.errors import BadInput
from tests.explorer.labels.conftest import collect, write

PHOTOS = {"yes-001": ["cat"], "yes-002": ["cat", "dog"], "no-050": ["dog"]}
YES, NO = {"yes-001": 1, "yes-002": 1}, {"no-050": -1}
NUMBERS = {"cat": 0, "dog": 1}


def number(words):
    return [NUMBERS[word] for word in words]


def tick(words):
    return {word: word in words for word in NUMBERS}


def prodigy(photo, words):
    options = [{"id": 0, "text": "cat"}, {"id": 1, "text": "dog"}]
    return {
        "image": f"{photo}.jpg",
        "options": options,
        "accept": number(words),
        "answer": "accept",
    }


def prodigys_spans(photo, words):
    spans = [{"label": word, "points": [[1, 1]]} for word in words]
    return {"image": f"{photo}.jpg", "spans": spans, "answer": "accept"}


def vias_regions(photo, words):
    region = {"shape_attributes": {"name": "rect"}, "region_attributes": {"kind": tick(words)}}
    return {"filename": f"{photo}.jpg", "size": 12, "regions": [region], "file_attributes": {}}


def vias_files(photo, words):
    told = {"animal kind": tick(words)}
    return {"filename": f"{photo}.jpg", "size": 12, "regions": [], "file_attributes": told}


def manifest(name, told, words, **more):
    named = {str(NUMBERS[word]): word for word in words}
    about = {"class-map": named, "job-name": "labeling-job/x", "human-annotated": "yes", **more}
    return {name: told, f"{name}-metadata": about}


def sagemaker(photo, words):
    return {"source-ref": f"s3://b/{photo}.jpg", **manifest("pets", number(words), words)}


def sagemakers_label(photo, words):
    return {"source-ref": f"s3://b/{photo}.jpg", **manifest("label", number(words), words)}


def sagemakers_boxes(photo, words):
    boxes = [{"class_id": n, "top": 1, "width": 2} for n in number(words)]
    told = {"annotations": boxes, "image_size": [{"width": 9}]}
    objects = [{"confidence": 0.9}]
    # The map may name all classes of the job.
    return {
        "source-ref": f"s3://b/{photo}.jpg", **manifest("boxes", told, NUMBERS, objects=objects)
    }  # fmt: skip


def taxonomy(photo, words):
    value = {"taxonomy": [["animal", word] for word in words]}
    result = [{"value": value, "from_name": "t", "type": "taxonomy"}]
    return {"id": 7, "data": {"image": f"{photo}.jpg"}, "annotations": [{"result": result}]}


def small_taxonomy(photo, words):
    return {"id": 7, "image": f"{photo}.jpg", "taxonomy": [["animal", word] for word in words]}


def hugging_face(photo, words):
    objects = {"bbox": [[1, 1, 1, 1]] * len(words), "categories": words}
    return {"file_name": f"{photo}.jpg", "objects": objects}


def encord(photo, words):
    objects = [{"name": word, "shape": "bounding_box", "confidence": 1} for word in words]
    unit = {"data_title": f"{photo}.jpg", "labels": {"objects": objects, "classifications": []}}
    return {"label_hash": "x", "data_title": f"{photo}.jpg", "data_units": {"u": unit}}


FORMS = (
    *(prodigy, prodigys_spans, vias_regions, vias_files, sagemaker, sagemakers_label),
    *(sagemakers_boxes, taxonomy, small_taxonomy, hugging_face, encord),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["labels.jsonl", "labels.json", "output.manifest"])
def test_classes_are_read_in_the_form_that_a_tool_gives_them(photos_there, tmp_path, form, name):
    rows = [form(photo, words) for photo, words in PHOTOS.items()]
    text = json.dumps(rows) if name == "labels.json" else "\n".join(map(json.dumps, rows))
    assert collect(photos_there, write(tmp_path, text, name), others_no=True)[0] == YES | NO


def test_ticked_boxes_in_cells_are_read(photos_there, tmp_path):
    lines = ["filename,file_attributes,region_count,region_id,region_attributes"]
    for photo, words in PHOTOS.items():
        cell = json.dumps({"kind": tick(words)}).replace('"', '""')
        lines.append(f'{photo}.jpg,{{}},1,0,"{cell}"')
    path = write(tmp_path, "\n".join(lines))
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_choices_that_were_not_accepted_are_no_labels(photos_there, tmp_path, answer):
    rows = [prodigy("yes-001", ["cat"]), prodigy("no-050", ["cat"]) | {"answer": answer}]
    path = write(tmp_path, "\n".join(map(json.dumps, rows)), "labels.jsonl")
    assert collect(photos_there, path)[0] == {"yes-001": 1}


def test_datumaros_labels_are_read(photos_there, tmp_path):
    items = [
        {"id": photo, "annotations": [{"type": "label", "label_id": n} for n in number(words)],
         "image": {"path": f"{photo}.jpg"}}
        for photo, words in PHOTOS.items()
    ]  # fmt: skip
    labels = {"label": {"labels": [{"name": name, "parent": ""} for name in NUMBERS]}}
    text = json.dumps({"info": {}, "categories": labels, "items": items})
    path = write(tmp_path, text, "default.json")
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


def test_hierarchical_keywords_are_read_level_by_level(photos_there, tmp_path):
    lines = [
        f'./{photo}.jpg,"{", ".join(f"Animals|{word}" for word in words)}"'
        for photo, words in PHOTOS.items()
    ]
    for head in ("SourceFile,HierarchicalSubject", "SourceFile,XMP:HierarchicalSubject"):
        path = write(tmp_path, "\n".join([head, *lines]))
        assert collect(photos_there, path, others_no=True)[0] == YES | NO


def test_words_of_tags_that_spaces_part_are_each_a_class(photos_there, tmp_path):
    ground = ("", "water", "road", "crops", "water road", "bare crops", "crops water")
    sets = [f"{sky} {one}".strip() for sky in ("clear", "haze", "cloudy") for one in ground]
    rows = [f"no-{51 + at:03d},{words}" for at, words in enumerate(sets)]
    rows += ["yes-001,clear cat", "yes-002,cat haze road", "no-050,clear"]
    path = write(tmp_path, "\n".join(["image_name,tags", *rows]))
    found = collect(photos_there, path, others_no=True)[0]
    assert {photo for photo, sign in found.items() if sign == 1} == {"yes-001", "yes-002"}
    assert len(found) == len(rows)


@pytest.mark.parametrize("head", ["image_name,tags", "image_name,label"])
def test_names_of_several_words_stay_whole(photos_there, tmp_path, head):
    breeds = [f"{kind} {dog}" for kind in ("golden", "black", "flat coated") for dog in "abcd"]
    lines = [f"no-{50 + at:03d},{breed}" for at, breed in enumerate(breeds)]
    path = write(tmp_path, "\n".join([head, *lines]))
    assert collect(photos_there, path, "golden a")[0] == {"no-050": 1}
    with pytest.raises(BadInput, match="no class 'golden'"):
        collect(photos_there, path, "golden")


def test_an_x_ticks_a_yes_but_beside_another_yes_it_is_a_no(photos_there, tmp_path):
    ticked = write(tmp_path, "photo;cat;dog\nyes-001.jpg;x;\nyes-002.jpg;X;x\nno-050.jpg;;x\n")
    assert collect(photos_there, ticked)[0] == YES
    assert collect(photos_there, ticked, others_no=True)[0] == YES | NO
    marked = write(tmp_path, "photo,cat\nyes-001.jpg,✓\nyes-002.jpg,✓\nno-050.jpg,x\n")
    assert collect(photos_there, marked)[0] == YES | NO


def test_rows_that_pandas_wrote_into_cells_are_read(photos_there, tmp_path):
    lines = ["path,annotations"]
    for photo, words in PHOTOS.items():
        rows = [{"label": word, "type": "rectangle", "coordinates": {"x": 1}} for word in words]
        lines.append(f'{photo}.jpg,"{rows}"')
    path = write(tmp_path, "\n".join(lines))
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


@pytest.mark.parametrize("name", ["TagsList", "XMP:TagsList", "LastKeywordXMP"])
def test_paths_of_tags_are_read_level_by_level(photos_there, tmp_path, name):
    lines = [
        f'./{photo}.jpg,"{", ".join(f"Animals/{word}" for word in words)}"'
        for photo, words in PHOTOS.items()
    ]
    path = write(tmp_path, "\n".join([f"SourceFile,{name}", *lines]))
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


def test_lists_of_pictures_by_class_are_read(photos_there, tmp_path):
    listed = {"cat": ["yes-001.jpg", "yes-002.jpg"], "dog": ["x/yes-002.jpg", "no-050.jpg"]}
    path = write(tmp_path, json.dumps(listed), "classes.json")
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ({"images": ["yes-001.jpg", "no-050.jpg"]}, "no column of labels"),
        ({"files": ["yes-001.jpg"]}, "no column of labels"),
        ({"version": 1, "images": ["yes-001.jpg", "no-050.jpg"]}, "no column of labels"),
        ({"image_paths": ["yes-001.jpg"]}, "no column of labels"),
        ({"all": ["yes-001.jpg"]}, "no column of labels"),
        ({"train": ["yes-001.jpg"], "test": ["no-050.jpg", "no-051.jpg"]}, "no labels in it"),
    ],
)
def test_lists_that_are_of_no_class_give_no_labels(photos_there, tmp_path, listed, reason):
    path = write(tmp_path, json.dumps(listed), "lists.json")
    with pytest.raises(BadInput, match=reason):
        collect(photos_there, path, others_no=True)
