"""Exports: each form read by the library it is for."""

import io
import json
import pydoc
import subprocess
import sys
import tarfile
import zipfile
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from explorer.__main__ import main
from explorer.csv_cells import frame_as_csv
from explorer.errors import BadInput
from explorer.exports import FORMATS, Choice, export_to_download
from explorer.exports.pictures import name_picture, safe_name
from explorer.labels.files import read_labels
from explorer.labels.importing import import_labels
from ingest.sources import Source
from tests.explorer.exports.conftest import FOLDERS, NAME, WEB, export


def test_local_photos_have_no_addresses_for_img2dataset(explorer, concept, tmp_path):
    done = export(explorer, concept, tmp_path / "x.json")
    rows = json.loads((tmp_path / "x.json").read_text())
    assert all(row["url"].startswith(WEB) for row in rows)
    assert {"caption", "split", "answer", "class"} <= set(rows[0])
    assert "photos without an address on the web" in done.notes[0]
    collection = explorer.collection("things")
    web = [row["id"] for row in rows]
    collection.delete(web)
    with pytest.raises(BadInput, match="has an address on the web"):
        export(explorer, concept, tmp_path / "y.json", photos="matches")
    assert not (tmp_path / "y.json").exists()


def test_lance_holds_the_rows_with_their_vectors(explorer, concept, tmp_path):
    import lance

    done = export(explorer, concept, tmp_path / "x.lance")
    found = lance.dataset(str(tmp_path / "x.lance"))
    assert found.schema.field("taken").type == pa.timestamp("ms", "UTC")
    rows = found.to_table()
    assert rows.num_rows == done.photos
    assert {"exif_iso", "source_file_name"} <= set(rows.column_names)
    vectors = explorer.collection("things").vectors(rows.column("id").to_pylist())
    assert np.allclose(np.stack(rows.column("vector").to_pylist()), vectors)
    near = {"column": "vector", "q": vectors[3], "k": 1}
    assert found.to_table(nearest=near).column("id")[0] == rows.column("id")[3]


@pytest.mark.parametrize("form", ["csv", "lance", "coco"])
@pytest.mark.parametrize("place", ["grouping._read_rows", "rows.Known.describe"])
def test_an_export_goes_on_without_photos_that_are_deleted_meanwhile(
    explorer, concept, tmp_path, monkeypatch, form, place
):
    collection = explorer.collection("things")
    whole = export(explorer, concept, tmp_path / "a.csv")
    read: Any = pydoc.locate(f"explorer.exports.{place}")

    def read_and_delete(*given):
        found = read(*given)
        collection.delete(sorted(row if isinstance(row, str) else row["id"] for row in found)[:2])
        return found

    monkeypatch.setattr(f"explorer.exports.{place}", read_and_delete)
    done = export(explorer, concept, tmp_path / "b", form)
    is_late = form != "lance" and place.startswith("rows")  # each row was read already
    assert whole.photos - done.photos == (0 if is_late else 2)
    assert ("Left out, for they were deleted meanwhile: 2 photos." in done.notes) != is_late
    assert sum(done.splits.values()) == done.yes + done.no == done.photos


@pytest.mark.parametrize("form", FOLDERS)
def test_every_folder_holds_every_picture_and_is_the_same_as_a_zip(
    explorer, concept, tmp_path, form
):
    done = export(explorer, concept, tmp_path / "out", form)
    export(explorer, concept, tmp_path / "out.zip", form)
    files = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
    assert any("thumbnails of at most 384 pixels" in note for note in done.notes)
    if form not in {"huggingface", "webdataset"}:
        pictures = [data for name, data in files.items() if name.split(".")[-1] in KINDS]
        assert len(pictures) == done.photos
        for data in pictures:
            Image.open(io.BytesIO(data)).load()


KINDS = {"jpg", "png", "webp", "tif"}


def test_yolo_has_a_folder_for_each_class_in_each_split(explorer, concept, tmp_path):
    done = export(explorer, concept, tmp_path / "out", "yolo")
    found = {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").glob("*/*")
    }
    assert found == {
        f"{split}/{name}"
        for split in ("train", "val", "test")
        for name in ("a_house__été", "not_a_house__été")
    }
    train = list((tmp_path / "out" / "train").rglob("*.*"))
    assert len(train) == done.splits["train"]


@pytest.mark.parametrize(
    ("name", "folder"), [("CON", "_CON"), ("Aux.1", "_Aux.1"), ("COM10", "COM10"), ("a..", "a")]
)
def test_a_name_that_windows_cannot_have_is_written_otherwise(name, folder):
    assert safe_name(name) == folder


@pytest.mark.parametrize(
    ("photo", "suffix", "name"),
    [
        ("x/Cafe\u0301.JPG", ".jpg", "00001_Caf\u00e9.jpg"),
        ("สวัสดี.tif", ".jpg", "00001_สวัสดี.jpg"),
        ("a.DNG", ".DNG", "00001_a.DNG"),
        ("a.b.jp2", ".jp2", "00001_a.b.jp2"),
        ("work.psd", ".jpg", "00001_work.jpg"),
        ("no.1", ".jpg", "00001_no.1.jpg"),
    ],
)
def test_an_exported_picture_keeps_its_name_with_one_ending(photo, suffix, name):
    assert name_picture(1, photo, suffix) == name


def test_coco_is_read_by_pycocotools_and_by_our_own_import(explorer, concept, tmp_path):
    coco = pytest.importorskip("pycocotools.coco")
    done = export(explorer, concept, tmp_path / "out", "coco")
    images = positives = 0
    for split in ("train", "val", "test"):
        read = coco.COCO(str(tmp_path / "out" / "annotations" / f"instances_{split}.json"))
        assert read.loadCats(read.getCatIds())[0]["name"] == NAME
        for image in read.loadImgs(read.getImgIds()):
            images += 1
            with Image.open(tmp_path / "out" / split / image["file_name"]) as picture:
                assert picture.size == (image["width"], image["height"])
            boxes = read.loadAnns(read.getAnnIds(imgIds=[image["id"]]))
            assert bool(boxes) == (image["class"] == NAME)
            positives += len(boxes)
            for box in boxes:
                assert box["bbox"] == [0, 0, image["width"], image["height"]]
    assert (images, positives) == (done.photos, done.yes)
    file = tmp_path / "out" / "annotations" / "instances_train.json"
    place = ["--concept", "again", "--category", NAME, "--others-no", "--labels-alone"]
    explorer.close()
    assert (
        main(["labels", "import", str(file), *place, "--dsn", explorer._dsn, "--table", "things"])
        == 0
    )
    again = next(one for one in explorer.concepts.list() if one.name == "again")
    assert len(explorer.concepts.labels(again.id)) == done.splits["train"]


def test_an_ingest_of_a_coco_export_finds_its_labels(explorer, concept, tmp_path):
    done = export(explorer, concept, tmp_path / "out", "coco")
    told = [photo.metadata.get("label") for photo in Source(tmp_path / "out")]
    labels = [label for label in told if label]
    assert (len(labels), labels.count(NAME)) == (done.photos, done.yes)


@pytest.mark.parametrize("form", ["huggingface", "imagefolder", "webdataset"])
def test_datasets_reads_what_is_made_for_it(explorer, concept, tmp_path, form):
    done = export(explorer, concept, tmp_path / "out", form)
    told = read_apart(READ_BY_DATASETS, tmp_path, str(tmp_path / "out"), form)
    assert told["splits"] == done.splits
    assert told["yes"] == done.yes
    assert told["pictures"] == done.photos
    if form != "webdataset":
        assert told["taken"] == "timestamp[ms, tz=UTC]"
        assert told["classes"] == [f"not {NAME}", NAME] or form == "imagefolder"
        name = "filename" if form == "imagefolder" else "file_name"
        assert {f"mask_{name}", f"source_{name}"} <= set(told["columns"])


def read_apart(program, tmp_path, *arguments, name="datasets"):
    """Read an export in a process of its own: libraries keep settings, and leave files open."""
    (tmp_path / "read.py").write_text(program)
    answer = subprocess.run(
        [sys.executable, str(tmp_path / "read.py"), *arguments],
        capture_output=True, text=True, timeout=120, cwd=tmp_path,
        env={"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if answer.returncode == 7:
        pytest.skip(f"{name} is not installed, which reads this export")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


READ_BY_DATASETS = """
import json, sys
try:
    from datasets import load_dataset
except ImportError:
    sys.exit(7)
folder, form = sys.argv[1:]
if form == "webdataset":
    files = {name: f"{folder}/{name}-*.tar" for name in ("train", "validation", "test")}
    found = load_dataset("webdataset", data_files=files)
    truth = [row["cls"] for part in found.values() for row in part]
    sizes = [row["jpg"].size for part in found.values() for row in part]
    told = {}
else:
    found = load_dataset(folder)
    features = found["train"].features
    kind = features["class"]
    names = getattr(kind, "names", None)
    classes = [row["class"] for part in found.values() for row in part]
    truth = [c if names else not c.startswith("not ") for c in classes]
    sizes = [row["image"].size for part in found.values() for row in part]
    told = {"taken": features["taken"].dtype, "classes": names, "columns": list(features)}
told |= {
    "splits": {name: len(part) for name, part in found.items()},
    "yes": sum(map(int, truth)),
    "pictures": sum(size[0] >= 30 for size in sizes),
}
print(json.dumps(told))
"""


def test_webdataset_reads_its_tars(explorer, concept, tmp_path):
    done = export(explorer, concept, tmp_path / "out", "webdataset")
    told = read_apart(READ_BY_WEBDATASET, tmp_path, str(tmp_path / "out"), name="webdataset")
    assert (told["pictures"], told["yes"]) == (done.photos, done.yes)
    assert sorted(told["classes"]) == sorted([NAME, f"not {NAME}"])


READ_BY_WEBDATASET = """
import glob, json, sys
try:
    import webdataset
except ImportError:
    sys.exit(7)
tars = sorted(glob.glob(sys.argv[1] + "/*.tar"))
read = webdataset.WebDataset(tars, shardshuffle=False, empty_check=False).decode("pil")
rows = list(read.to_tuple("jpg", "cls", "json", "txt"))
assert all(text.startswith("=photo") for *_, text in rows)
told = {
    "pictures": sum(picture.size[0] >= 30 for picture, *_ in rows),
    "yes": sum(cls for _, cls, _, _ in rows),
    "classes": list({row["class"] for *_, row, _ in rows}),
}
print(json.dumps(told))
"""


def test_every_sample_of_a_tar_has_the_same_parts(explorer, concept, tmp_path):
    done = export(explorer, concept, tmp_path / "out", "webdataset")
    samples: dict[tuple[str, str], list[str]] = {}
    for path in (tmp_path / "out").glob("*.tar"):
        with tarfile.open(path) as tar:
            for member in tar:
                key, _, ending = member.name.partition(".")
                samples.setdefault((path.name, key), []).append(ending)
    assert len(samples) == done.photos
    assert all(parts == ["jpg", "json", "cls", "txt"] for parts in samples.values())


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_can_be_downloaded_as_one_file(explorer, concept, form):
    path, done = export_to_download(explorer, concept, form, Choice())
    assert path.is_file()
    ending = {"lance": ".lance.zip"}.get(form) or FORMATS[form].ending or f"-{form}.zip"
    assert path.name == f"a-house--été{ending}"
    assert done.photos
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            if form == "lance":
                assert all(name.startswith("a-house--été.lance/") for name in archive.namelist())


def test_a_csv_opens_right_in_a_spreadsheet_and_runs_nothing():
    import pandas as pd

    cells = ["=HYPERLINK(1)", "+1", "-1+2", "@x", "\tx", "été", "plain"]
    frame = pd.DataFrame({"id": cells, "score": [-1.0, *range(6)], "label": [None] * 7})
    table = frame_as_csv(frame)
    assert table.startswith(b"\xef\xbb\xbfid,score,label")
    read = pd.read_csv(io.BytesIO(table), encoding="utf-8-sig")
    assert list(read["id"]) == [*("'" + cell for cell in cells[:5]), "été", "plain"]
    assert list(read["score"]) == [-1, 0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("out", ["x.lance", "huggingface", "imagefolder", "webdataset"])
def test_answers_come_back_from_an_export_with_pictures(explorer, concept, tmp_path, out):
    form = "" if out.endswith(".lance") else out
    export(explorer, concept, tmp_path / out, form)  # also photos that nobody judged
    path = tmp_path / out
    things = explorer.collection("things")
    done = import_labels(explorer, partial(read_labels, path), things, "again", from_words=False)
    before, after = (
        {label.photo_id: label.label for label in explorer.concepts.labels(each) if label.label}
        for each in (concept.id, done.concepts[0]["id"])
    )
    assert after == before
    assert done.unreadable.count == done.rows - len(before)
