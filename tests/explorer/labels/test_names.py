"""Photos of a label file that go by other names than here."""

import pytest

from tests.explorer.labels.conftest import collect, write

FOUND = {"set/img 1.jpg": 1, "set/img.v2.png": -1}
NAMES = {
    "Label Studio's uploads": (
        "/data/upload/1/3f9a2b1c-img 1.jpg",
        "upload/12/0f9a2b1c-img.v2.png",
    ),
    "Roboflow's": ("train/img 1_jpg.rf.0a1b2c3d4e5f.jpg", "img.v2_png.rf.XyZ123.jpg"),
    "signed addresses": ("https://h.org/img 1.jpg?Expires=1&S=a/b.jpg", "s3://b/img.v2.png#x"),
    "percent signs": ("https://h.org/a/img%201.jpg", "gs://b/img%2Ev2.png"),
    "no ending": ("img 1", "img.v2"),
    "folders and no ending": ("else/img 1", "set/img.v2"),
}


@pytest.mark.parametrize(("yes", "no"), NAMES.values(), ids=NAMES)
def test_files_that_another_tool_renamed_are_found(photos_there, tmp_path, yes, no):
    path = write(tmp_path, f"image_id,answer\n{yes},1\n{no},0\n")
    assert collect(photos_there, path)[0] == FOUND


@pytest.mark.parametrize(
    "rows",
    [
        "id,filename,answer\nyes-001,,1\nimg 1,gone.jpg,1\n",  # the file is named, and not here
        "id,answer\nyes-001,1\n/data/upload/1/3f9a2b1c-img 1.jpg,1\n"
        "/data/upload/1/0f9a2b1c-img 1.jpg,1\n",
        "id,answer\nyes-001,1\n20240101-img 1.jpg,1\n",
    ],
)
def test_a_name_that_may_be_another_files_is_not_guessed(photos_there, tmp_path, rows):
    held, done = collect(photos_there, write(tmp_path, rows))
    assert held == {"yes-001": 1}
    assert done.unmatched.count == done.rows - 1


@pytest.mark.parametrize("head", ["Folder,File Name", "Directory,FileName", "File Name,Folder"])
def test_a_folder_in_a_column_of_its_own_tells_photos_apart(photos_there, tmp_path, head):
    rows = [("set", "img 1.jpg", 1), ("other", "img 1.jpg", 0), ("set", "img.v2.png", 0)]
    told = ((f, n, s) if not head.startswith("File N") else (n, f, s) for f, n, s in rows)
    lines = [f"{head},answer", *(",".join(map(str, row)) for row in told)]
    held, done = collect(photos_there, write(tmp_path, "\n".join(lines)))
    assert held == FOUND
    assert (done.unmatched.count, done.contradictions.count) == (1, 0)
