"""Annotations in XML, and in folders with a file for each picture."""

import json

import pytest
from PIL import Image

from explorer.errors import BadInput
from tests.explorer.labels.conftest import collect, write

PHOTOS = {"yes-001": ["cat"], "yes-002": ["cat", "dog"], "no-050": ["dog"], "no-051": []}
YES, NO = {"yes-001": 1, "yes-002": 1}, {"no-050": -1, "no-051": -1}
BOX = {"points": [[1, 1], [9, 9]], "shape_type": "rectangle"}


def labelme(photo, words):
    shapes = [{"label": word, **BOX} for word in words]
    return json.dumps({"flags": {}, "shapes": shapes, "imagePath": f"..\\a\\{photo}.jpg"}, indent=1)


def labelme_flags(photo, words):
    flags = {word: word in words for word in ("cat", "dog")}
    return json.dumps({"flags": flags, "shapes": [], "imagePath": f"{photo}.jpg"})


def darwin(photo, words):
    item = {"name": f"{photo}.jpg", "path": "/", "slots": [{"type": "image"}]}
    return json.dumps({"item": item, "annotations": [{"name": w, "tag": {}} for w in words]})


def supervisely(photo, words):
    objects = [{"id": 1, "classTitle": word, "tags": []} for word in words]
    return json.dumps({"tags": [], "size": {"height": 8, "width": 8}, "objects": objects})


def dataloop(photo, words):
    notes = [{"label": word, "type": "class", "attributes": []} for word in words]
    return json.dumps({"filename": f"/{photo}.jpg", "metadata": {"a": 1}, "annotations": notes})


def voc(photo, words):
    objects = "".join(f"<object><name>{word}</name></object>" for word in words)
    return f"<annotation><filename>{photo}.jpg</filename>{objects}</annotation>"


FILES = {
    "labelme": (labelme, "{}.json"), "labelme's flags": (labelme_flags, "{}.json"),
    "darwin": (darwin, "{}.json"), "supervisely": (supervisely, "{}.jpg.json"),
    "dataloop": (dataloop, "{}.json"), "voc": (voc, "{}.xml"),
}  # fmt: skip


@pytest.mark.parametrize("has_pictures", [False, True])
@pytest.mark.parametrize(("text_of", "name"), FILES.values(), ids=FILES)
def test_a_folder_of_files_for_each_picture_gives_their_classes(
    photos_there, tmp_path, text_of, name, has_pictures
):
    (tmp_path / "set" / "ann").mkdir(parents=True)
    for photo, words in PHOTOS.items():
        (tmp_path / "set" / "ann" / name.format(photo)).write_text(text_of(photo, words))
        if has_pictures:
            Image.new("RGB", (9, 9)).save(tmp_path / "set" / f"{photo}.jpg")
    assert collect(photos_there, tmp_path / "set", others_no=True)[0] == YES | NO


@pytest.mark.parametrize(("text_of", "ending"), [(labelme, "json"), (voc, "xml")])
def test_a_single_file_is_read_too(photos_there, tmp_path, text_of, ending):
    path = write(tmp_path, text_of("yes-001", ["cat"]), f"labels.{ending}")
    assert collect(photos_there, path)[0] == {"yes-001": 1}


@pytest.mark.parametrize("shape", ["tag", "box", "polygon"])
def test_cvats_xml_is_read(photos_there, tmp_path, shape):
    images = "".join(
        f'<image id="1" name="a/{photo}.jpg">'
        + "".join(
            f'<{shape} label="{word}"><attribute name="x">y</attribute></{shape}>' for word in words
        )
        + "</image>"
        for photo, words in PHOTOS.items()
    )
    text = f'<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>{images}'
    path = write(tmp_path, text + "</annotations>", "annotations.xml")
    assert collect(photos_there, path, others_no=True)[0] == YES | NO


@pytest.mark.parametrize("told", [1, "cat", {"label": 1, "confidence": 0.9}, [1]])
def test_fiftyones_labels_are_read(photos_there, tmp_path, told):
    labels = {"yes-001": told, "no-050": 0, "no-051": None}
    text = json.dumps({"classes": ["dog", "cat"], "labels": labels})
    held, done = collect(photos_there, write(tmp_path, text, "labels.json"), others_no=True)
    assert held == {"yes-001": 1, "no-050": -1}
    assert done.unreadable.first == ["no-051: no label"]


def test_json_beside_pictures_that_annotates_nothing_leaves_their_folders(photos_there, tmp_path):
    for kind, photo in (("cat", "yes-001"), ("dog", "no-050")):
        (tmp_path / "set" / kind).mkdir(parents=True)
        Image.new("RGB", (9, 9)).save(tmp_path / "set" / kind / f"{photo}.jpg")
        path = tmp_path / "set" / kind / f"{photo}.jpg.json"
        path.write_text(json.dumps({"title": f"{photo}.jpg", "tags": ["dog"], "people": []}))
    (tmp_path / "set" / "info.json").write_text(json.dumps({"label": {"names": ["a"]}}))
    assert collect(photos_there, tmp_path / "set", others_no=True)[0] == {
        "yes-001": 1,
        "no-050": -1,
    }


@pytest.mark.parametrize("text", ["<rss/>", "<annotations", "<!DOCTYPE x><annotations/>"])
def test_other_xml_is_refused(photos_there, tmp_path, text):
    with pytest.raises(BadInput, match="XML of neither CVAT nor Pascal VOC: export it as"):
        collect(photos_there, write(tmp_path, text, "x.xml"))


@pytest.mark.parametrize("name", ["labels.json", "labels.csv"])
def test_a_file_without_rows_is_refused(photos_there, tmp_path, name):
    path = write(tmp_path, "id,label\n" if name.endswith("csv") else "[]", name)
    with pytest.raises(BadInput, match="holds no rows"):
        collect(photos_there, path)
