"""Files as other tools write them: where they keep a photo's name and its classes."""

import json

import pytest

from tests.explorer.labels.conftest import collect, write

PHOTOS = {"yes-001": ["cat"], "yes-002": ["cat", "dog"], "no-050": ["dog"]}
YES, NO = {"yes-001": 1, "yes-002": 1}, {"no-050": -1}
BOX = {"x": 1, "width": 3, "rectanglelabels": ["{}"], "original_width": 640}

# A row of JSON; an entry with "{}" comes once for each class, "{photo}" is the photo's name.
ROWS = {
    "label studio's boxes": {
        "id": 7, "annotations": [{"result": [{"value": BOX, "origin": "manual"}]}],
        "total_annotations": 1, "data": {"image": "/data/upload/1/{photo}.jpg"}, "project": 1,
    },
    "label studio's choices": {"image": "{photo}.jpg", "choice": {"choices": ["{}"]}, "rater": 1},
    "labelbox": {
        "data_row": {"id": "c1", "row_data": "https://s.com/x/{photo}.jpg?Expires=1"},
        "projects": {"p": {"labels": [{"label_kind": "Default", "annotations": {
            "objects": [], "classifications": [
                {"name": "animal", "checklist_answers": [{"name": "{}", "value": "{}"}]}]}}]}},
    },
    "labelbox before": {
        "ID": "c1", "Labeled Data": "https://s.com/{photo}.jpg", "Skipped": False,
        "Label": {"classifications": [{"title": "animal", "answer": [{"title": "{}"}]}]},
    },
    "kili": {
        "id": "c1", "externalId": "{photo}.jpg", "labels": [{"author": {"email": "me@x.org"},
        "jsonResponse": {"JOB_0": {"categories": [{"confidence": 100, "name": "{}"}]}}}],
    },
    "hasty": {"image_id": "u", "image_name": "{photo}.jpg", "labels": [
        {"id": "q", "class_name": "{}", "bbox": [1, 1, 9, 9]}]},
    "vertex": {"imageGcsUri": "gs://b/{photo}.jpg", "classificationAnnotations": [
        {"displayName": "{}"}]},
    "doccano": {"id": 900, "filename": "{photo}.jpg", "categories": ["{}"]},
    "prodigy": {"image": "{photo}.jpg", "accept": ["{}"], "answer": "accept", "options": [
        {"id": "cat", "text": "A cat"}, {"id": "dog", "text": "A dog"}]},
    "via": {"filename": "{photo}.jpg", "size": 10, "regions": [
        {"region_attributes": {"kind": "{}"}, "shape_attributes": {"name": "rect"}}]},
}  # fmt: skip


def fill_in(form, photo, words):
    """Return a form with a photo's name and an entry for each of its classes."""
    if isinstance(form, list) and "{}" in json.dumps(form):
        return [fill_in(entry, photo, [word]) for entry in form for word in words]
    if isinstance(form, dict):
        return {name: fill_in(value, photo, words) for name, value in form.items()}
    return form.format(words[0], photo=photo) if isinstance(form, str) else form


@pytest.mark.parametrize("form", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("is_lines", [True, False])
def test_the_classes_in_an_export_are_the_photos_classes(photos_there, tmp_path, form, is_lines):
    rows = [fill_in(form, photo, words) for photo, words in PHOTOS.items()]
    text = "\n".join(map(json.dumps, rows)) if is_lines else json.dumps(rows)
    path = write(tmp_path, text, "export.jsonl" if is_lines else "export.json")
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


def quote(value):
    return '"' + json.dumps(value).replace('"', '""') + '"'


CELLS = {
    "label studio": ("annotator,choice,id,image", lambda p, w: f"1,{_choice(w)},7,/data/{p}.jpg"),
    "label studio's boxes": (
        "image,id,label,annotator",
        lambda p, w: f"/data/{p}.jpg,7,{quote([{**BOX, 'rectanglelabels': [x]} for x in w])},1",
    ),
    "via": (
        "filename,file_attributes,region_count,region_id,region_attributes",
        lambda p, w: "\n".join(f"{p}.jpg,{{}},2,{n},{quote({'k': x})}" for n, x in enumerate(w)),
    ),
    "makesense": ("", lambda p, w: "\n".join(f"{x},1,1,9,9,{p}.jpg,640,480" for x in w)),
    "makesense's lists": ("", lambda p, w: f'{p}.jpg,"[{",".join(w)}]"'),
    "lightroom": ("Folder,File Name,Keywords", lambda p, w: f'/x,{p}.jpg,"{", ".join(w)}"'),
    "exiftool": ("SourceFile,Subject", lambda p, w: f'./{p}.jpg,"{", ".join(w)}"'),
    "fiftyone": ("filepath,tags", lambda p, w: f'/d/{p}.jpg,"{",".join(w)}"'),
}


def _choice(words):
    return words[0] if len(words) == 1 else quote({"choices": words})


@pytest.mark.parametrize(("head", "line"), CELLS.values(), ids=CELLS)
def test_the_classes_in_cells_are_read_however_parted(photos_there, tmp_path, head, line):
    lines = [line(photo, words) for photo, words in PHOTOS.items()]
    path = write(tmp_path, "\n".join([head, *lines] if head else lines))
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


def test_prodigys_answers_are_yes_no_and_left(photos_there, tmp_path):
    said = {"yes-001": "accept", "no-050": "reject", "no-051": "ignore"}
    rows = [{"image": f"{p}.jpg", "label": "cat", "answer": word} for p, word in said.items()]
    path = write(tmp_path, "\n".join(map(json.dumps, rows)), "out.jsonl")
    assert collect(photos_there, path)[0] == {"yes-001": 1, "no-050": -1, "no-051": 0}
