"""Folders of annotations with a file about each picture of another folder."""

import json

import pytest

from ingest import SourceError
from ingest.sources import Source
from tests.ingest.test_folders import read, tree

__all__ = ["tree"]

VOC = "<annotation><object><name>{}</name></object><object><name>cat</name></object></annotation>"
BOXES = "1 .5 .5 .1 .1\n0 .2 .2 .1 .1\n1 .3 .3 .1 .1\n"
NAMES = "train: images/train\nnames:\n  0: cat\n  1: dog\n"


def labels(root, **given):
    photos, faults, left = read(root, **given)
    assert not faults
    return {name: photo.metadata.get("label") for name, photo in photos.items()}, left


@pytest.mark.parametrize(
    ("pictures", "annotations"),
    [
        ("JPEGImages", "Annotations"),
        ("JPEGImages/2007", "Annotations/2007"),
        ("images", "annotations/xmls"),
        ("images/train", "annotations/train"),
        ("train/images", "train/annotations"),
        ("train2017", "annotations/train2017"),
        ("data", "labels"),
        ("", "annotations"),
    ],
)
def test_vocs_annotations_in_a_folder_of_their_own_name_the_classes(tree, pictures, annotations):
    before = f"{pictures}/" if pictures else ""
    root = tree({
        f"{before}a.jpg": None, f"{before}b.jpg": None, f"{annotations}/a.xml": VOC.format("dog"),
        f"{annotations}/elsewhere.xml": VOC.format("bird"),
    })  # fmt: skip
    found, left = labels(root)
    assert (found, left) == ({f"{before}a.jpg": "dog|cat", f"{before}b.jpg": None}, {".xml": 1})


@pytest.mark.parametrize(
    ("pictures", "texts", "names"),
    [
        ("images/train", "labels/train", "data.yaml"),
        ("train/images", "train/labels", "data.yaml"),
        ("images", "labels", "labels/classes.txt"),
        ("train2017", "labels/train2017", "coco.yml"),
        ("obj", "obj", "obj.names"),
        ("", "", "classes.txt"),
    ],
)
def test_yolos_boxes_name_the_classes(tree, pictures, texts, names):
    pictures, texts = (f"{part}/" if part else "" for part in (pictures, texts))
    root = tree({
        f"{pictures}a.jpg": None, f"{pictures}b.jpg": None, f"{pictures}c.jpg": None,
        f"{texts}a.txt": BOXES, f"{texts}b.txt": "",
        names: NAMES if names.endswith("ml") else "cat\ndog\n",
    })  # fmt: skip
    found, left = labels(root)
    told = "obj" if pictures == "obj/" else None
    assert found == {
        f"{pictures}a.jpg": "dog|cat",
        f"{pictures}b.jpg": told,
        f"{pictures}c.jpg": told,
    }
    assert left == {f".{names.rpartition('.')[2]}": 1}


KITTI = "{} 0.00 0 -1.57 614.24 181.78 727.31 284.77 1.57 1.73 4.15 1.00 1.75 13.22 -1.62\n"
DOTA = "681.0 109.0 700 100 690 120 680 118 {} 0\n"


@pytest.mark.parametrize(
    ("pictures", "texts", "told"),
    [
        ("training/image_2", "training/label_2", KITTI.format("DontCare") + KITTI),
        ("train/images", "train/labelTxt", "imagesource:GoogleEarth\ngsd:0.1\n" + DOTA),
        ("images", "labelTxt-v1.5", DOTA),
        ("images", "annotations", "{} 48 240 195 371\n"),
        ("images", "labels", "{} 0.91 48 240 195 371\n"),
        ("x", "x", KITTI),
    ],
)
def test_boxes_with_the_names_of_their_classes_need_no_list_of_these(tree, pictures, texts, told):
    boxes = told.format("Car") + "".join(told.splitlines(True)[-1:]).format("small-van")
    found, left = labels(tree({f"{pictures}/a.png": None, f"{texts}/a.txt": boxes}))
    assert (found, left) == ({f"{pictures}/a.png": "Car|small-van"}, {})


@pytest.mark.parametrize("where", ["images/a.json", "ann/a.json", "ann/a.jpg.json"])
@pytest.mark.parametrize(
    "told",
    [
        {"shapes": [{"label": "dog"}, {"label": "cat"}, {"label": "dog"}], "imagePath": "a.jpg"},
        {"shapes": [], "imagePath": "a.jpg", "flags": {"dog": True, "no": False, "cat": True}},
        {"objects": [{"classTitle": "dog"}, {"classTitle": "cat"}], "size": {"height": 1}},
        {"item": {"name": "a.jpg"}, "annotations": [{"name": "dog"}, {"name": "cat"}]},
        {"annotations": [{"label": "dog"}, {"label": "cat"}], "metadata": {}},
        {"instances": [{"className": "dog"}, {"className": "cat"}], "metadata": {}},
    ],
)
def test_json_of_labelling_tools_names_the_classes_of_its_picture(tree, where, told):
    told = {**told, "imageData": "A" * (2 << 20)}  # as LabelMe saves the picture
    found, left = labels(tree({"images/a.jpg": None, where: json.dumps(told)}))
    assert (found, left) == ({"images/a.jpg": "dog|cat"}, {})


def test_dataloops_folders_of_items_and_of_json_are_read(tree):
    told = json.dumps({"annotations": [{"label": "dog"}, {"label": "cat"}], "metadata": {}})
    root = tree({"items/a.jpg": None, "items/sub/b.jpg": None, "items/c.jpg": None,
                 "json/a.json": told, "json/sub/b.json": told})  # fmt: skip
    found, left = labels(root)
    assert found == {"items/a.jpg": "dog|cat", "items/sub/b.jpg": "dog|cat", "items/c.jpg": None}
    assert left == {}


def test_boxes_without_names_are_left_out_and_captions_in_a_folder_are_read(tree):
    root = tree({
        "images/a.jpg": None, "images/b.jpg": None, "labels/a.txt": BOXES,
        "captions/b.txt": "a bird", "labels/b.txt": BOXES,
    })  # fmt: skip
    photos, _, left = read(root)
    assert {name: photo.metadata for name, photo in photos.items()} == {
        "images/a.jpg": {}, "images/b.jpg": {"description": "a bird"},
    }  # fmt: skip
    assert left == {"boxes in .txt": 2}


def test_what_is_excluded_or_stands_beside_a_picture_goes_before(tree):
    root = tree({
        "images/a.jpg": None, "annotations/a.xml": VOC.format("dog"),
        "images/a.xml": VOC.format("cow"), "images/b.jpg": None,
        "labels/b.txt": BOXES, "data.yaml": NAMES,
    })  # fmt: skip
    found, left = labels(root, exclude=["labels/"])
    assert found == {"images/a.jpg": "cow|cat", "images/b.jpg": None}
    assert left == {"excluded folder": 1, ".yaml": 1}


def test_annotations_that_are_written_later_are_found_by_the_same_program(tree):
    root = tree({"images/a.jpg": None})
    assert labels(root)[0] == {"images/a.jpg": None}
    tree({"annotations/a.xml": VOC.format("dog")})
    assert labels(root)[0] == {"images/a.jpg": "dog|cat"}


CVAT = """<?xml version="1.0" encoding="{encoding}"?>
<annotations><version>1.1</version><meta><task><labels><label><name>dog</name></label></labels></task>
</meta>
  <image id="0" name="{before}a.jpg" width="64" height="48">
    <box label="dog" xtl="1" ytl="1" xbr="2" ybr="2"/><tag label="cat"/>
    <box label="dog" xtl="3"/></image>
  <image id="1" name="{before}b.jpg" width="64" height="48"></image>
  <image id="2" name="{before}gone.jpg" width="64" height="48"><tag label="cat"/></image>
</annotations>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("before", ["", "images/"])
@pytest.mark.parametrize("is_alone", [True, False])
def test_cvats_xml_names_the_classes_of_many_pictures(tree, encoding, before, is_alone):
    told = CVAT.format(encoding=encoding, before=before).encode(encoding)
    root = tree({"images/a.jpg": None, "images/b.jpg": None, "annotations.xml": told})
    if encoding == "utf-16" and not is_alone:
        return  # among other XML it is known by how it begins
    source = root / "annotations.xml" if is_alone else root
    found: dict[str, list[str | None]] = {}
    for photo in Source(source):
        found.setdefault(photo.address.rpartition("/")[2], []).append(photo.metadata.get("label"))
    expected: dict[str, list[str | None]] = {"a.jpg": ["dog|cat"], "b.jpg": [None]}
    if is_alone:
        assert found == {**expected, "gone.jpg": ["cat"]}
    else:
        assert found == {name: [None, *labels] for name, labels in expected.items()}


def test_other_xml_is_refused_as_a_source(tree):
    root = tree({"a.jpg": None, "feed.xml": "<?xml version='1.0'?><annotations/>"})
    with pytest.raises(SourceError, match="not read where it is not CVAT's"):
        list(Source(root / "feed.xml"))
    assert labels(root) == ({"a.jpg": None}, {".xml": 1})
