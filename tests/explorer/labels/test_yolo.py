"""Sets of YOLO: boxes in text files, and the names of their classes beside them."""

import pytest

from tests.explorer.labels.conftest import collect

BOX = "0.5 0.5 0.2 0.1"
PHOTOS = {"yes-001": [0], "yes-002": [1, 0], "no-050": [1], "no-051": []}
YES, NO = {"yes-001": 1, "yes-002": 1}, {"no-050": -1, "no-051": -1}
NAMES = {
    "data.yaml": "train: ../train/images\nnc: 2\nnames: ['cat', \"dog\"]\nroboflow:\n  x: 1\n",
    "set.yml": "path: .\nnames:\n  0: cat\n  1: dog\n\ndownload: no\n",
    "coco.yaml": "names:\n- cat\n- dog\nnc: 2\n",
    "lines.yaml": "names: [cat,\n  dog]\n",
    "classes.txt": "cat\ndog\n",
    "obj.names": "\ufeffcat\r\ndog\r\n",
}


def boxes(numbers):
    return "".join(f"{number} {BOX}\n" for number in numbers)


@pytest.mark.parametrize(("name", "text"), NAMES.items(), ids=NAMES)
@pytest.mark.parametrize("folder", ["labels/train", "train/labels", ""])
def test_the_classes_of_boxes_are_the_photos_classes(photos_there, tmp_path, name, text, folder):
    (tmp_path / name).write_text(text, "utf-8")
    place = tmp_path / folder
    place.mkdir(parents=True, exist_ok=True)
    for photo, numbers in PHOTOS.items():
        (place / f"{photo}.txt").write_text(boxes(numbers))
    (tmp_path / "README.roboflow.txt").write_text("Exported from somewhere\n")
    assert collect(photos_there, tmp_path, others_no=True)[0] == YES | NO
    assert collect(photos_there, place, others_no=True)[0] == YES | NO


def test_names_that_roboflow_made_lead_to_those_before(photos_there, tmp_path):
    (tmp_path / "data.yaml").write_text(NAMES["data.yaml"])
    (tmp_path / "train" / "labels").mkdir(parents=True)
    for photo, numbers in PHOTOS.items():
        path = tmp_path / "train" / "labels" / f"{photo}_jpg.rf.1a2b3c4d5e6f.txt"
        path.write_text(boxes(numbers))
    assert collect(photos_there, tmp_path, others_no=True)[0] == YES | NO


def test_polygons_and_classes_without_a_name_are_read(photos_there, tmp_path):
    (tmp_path / "classes.txt").write_text("cat\n")
    (tmp_path / "yes-001.txt").write_text(f"0 {BOX} 0.1 0.2\n")
    (tmp_path / "no-050.txt").write_text(f"7 {BOX}\n")
    assert collect(photos_there, tmp_path)[0] == {"yes-001": 1}
    assert collect(photos_there, tmp_path, "7")[0] == {"no-050": 1}


def test_a_class_may_be_called_no_and_a_path_in_place_of_names_is_none(photos_there, tmp_path):
    (tmp_path / "a.yaml").write_text("names: data/obj.names\n")
    (tmp_path / "b.yaml").write_text("names: [yes, no, 2024-02-30, [nested]]\n")
    for at, photo in enumerate(["yes-001", "no-050", "no-051"]):
        (tmp_path / f"{photo}.txt").write_text(f"{at} {BOX}\n")
    assert collect(photos_there, tmp_path, "no")[0] == {"no-050": 1}
    assert collect(photos_there, tmp_path, "2024-02-30")[0] == {"no-051": 1}
