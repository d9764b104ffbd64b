"""Exports: which photos, in which split, in their types; each read by the library it is for."""

import csv
import io
import json
import math
import shutil
import subprocess
import sys
import tarfile
import zipfile
from datetime import datetime, timezone

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from explorer.__main__ import main
from explorer.csv_cells import frame_as_csv
from explorer.errors import BadInput, NothingThere
from explorer.explorer import Explorer
from explorer.exports import (
    FORMATS,
    Choice,
    export_concept,
    export_to_download,
    select_photos,
)
from explorer.exports.families import group_hashed, group_near, join_families, source_keys
from explorer.exports.pictures import safe_name
from explorer.exports.splits import assign_splits
from explorer.exports.targets import remove
from explorer.settings import Settings
from vecdb import Label, Store
from vecdb.photos import METADATA, stored_extra

DIM = 16
YES, NO = 40, 60
PAIRS = 8  # photos of which there is a near-duplicate
WEB = "https://example.org/"
NAME = "a house, été"
FOLDERS = [name for name, form in FORMATS.items() if form.write_folder]


def vectors_of(rng):
    """Return (100, 16): 40 along one direction, 60 elsewhere, some of both twice."""
    vectors = rng.normal(size=(YES + NO, DIM)).astype(np.float32)
    vectors[:YES, 0] += 6
    for at in range(PAIRS):
        vectors[at + PAIRS] = vectors[at] + 0.01  # yes
        vectors[YES + at + PAIRS] = vectors[YES + at] + 0.01  # no
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def extra_of(at):
    return {
        "iso": 100 * at,
        "f": at + 0.5,
        "split": "val",
        "source_split": "own",
        "exif.iso": at,
        "file_name": "elsewhere.jpg",
        "mask_file_name": "mask.png",
        "shot": datetime(2020, 5, 1, tzinfo=timezone.utc),
        "raw": at % 2 == 0,
    }


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A folder with photos whose pictures are files of odd names, one in ten on the web.

    Beside them lie a database with a concept of them, and the store, for each test to copy.
    """
    folder = tmp_path_factory.mktemp("filled")
    vectors = vectors_of(np.random.default_rng(0))
    (folder / "été à Lyon").mkdir()
    ids, urls, thumbnails = [], [], []
    for at in range(YES + NO):
        ids.append(f"{'yes' if at < YES else 'no'}/50% off #{at}")
        picture = Image.new("RGB", (30 + at, 20), (at, 0, 0))
        if at % 10 == 9:
            urls.append(f"{WEB}{at}.jpg")
            held = io.BytesIO()
            picture.save(held, "JPEG")
            thumbnails.append((ids[-1], f"{at:064d}", held.getvalue()))
            continue
        ending = (".jpg", ".png", ".tif", ".webp")[at % 4]
        path = folder / "été à Lyon" / f"50% off #{at}{ending}"
        picture.save(path)
        urls.append(path.as_uri())
    Store(folder / "store").put_thumbnails("things", thumbnails)
    maps = [stored_extra(extra_of(at)) for at in range(len(ids))]
    with Explorer(f"chdb://{folder}/chdb", store=folder / "store") as explorer:
        collection = explorer.database.create_collection("things", "offline", DIM)
        columns = {name: pa.array([m[name] for m in maps], METADATA[name]) for name in maps[0]}
        words = {"description": [f"=photo {at}" for at in range(len(ids))]}
        # What an ingest writes where nothing is known.
        empty = {n: pa.array([None] * len(ids), METADATA[n]) for n in ("taken", "width", "views")}
        collection.insert(
            pa.table({"id": ids, "url": urls, "vector": list(vectors), **words, **empty, **columns})
        )
        made = explorer.concepts.create(NAME, "things", "", settings=Settings().as_json())
        labels = [Label(ids[at], 1) for at in range(20)]
        labels += [Label(ids[at], -1) for at in range(60, 90)] + [Label(ids[95], 0)]
        explorer.rounds.import_labels(made.id, labels)
    return folder


@pytest.fixture
def explorer(filled, tmp_path):
    for part in ("chdb", "store"):
        shutil.copytree(filled / part, tmp_path / part, symlinks=True)
    with Explorer(f"chdb://{tmp_path}/chdb", store=tmp_path / "store") as explorer:
        yield explorer


@pytest.fixture
def concept(explorer):
    return explorer.concepts.list()[0]


def export(explorer, concept, out, form="", **choice):
    return explorer.export(concept.id, out, form, Choice(**choice))


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_types_hold_and_columns_of_the_source_are_columns(explorer, concept, tmp_path):
    export(explorer, concept, tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.schema.field("taken").type == pa.timestamp("ms", "UTC")
    assert table.column("taken").null_count == len(table)
    kinds = {name: table.schema.field(name).type for name in ("iso", "f", "shot", "raw")}
    assert kinds == {
        "iso": pa.int64(), "f": pa.float64(), "shot": pa.timestamp("ms", "UTC"), "raw": pa.bool_(),
    }  # fmt: skip
    assert set(table.column("source_split").to_pylist()) == {"own"}
    assert set(table.column("source_source_split").to_pylist()) == {"val"}
    for row in table.to_pylist():
        at = int(row["id"].rpartition("#")[2])
        assert {name: row[name] for name in ("iso", "f", "shot", "raw")} == {
            name: extra_of(at)[name] for name in ("iso", "f", "shot", "raw")
        }


def test_answers_decide_the_class_and_the_threshold_the_rest(explorer, concept, tmp_path):
    export(explorer, concept, tmp_path / "x.csv")
    rows = {row["id"]: row for row in rows_of(tmp_path / "x.csv")}
    answered = {row.photo_id: row.label for row in explorer.concepts.labels(concept.id)}
    matches = set(explorer.concepts.matches(concept.id, limit=1000).ids)
    assert set(rows) == matches | {photo for photo, label in answered.items() if label}
    for photo, row in rows.items():
        answer = answered.get(photo, 0)
        assert row["answer"] == (str(answer) if answer else "")
        assert (row["matches"] == "true") == (photo in matches)
        yes = answer > 0 if answer else photo in matches
        assert row["class"] == (NAME if yes else f"not {NAME}")
    scores = [float(row["score"]) for row in rows.values()]
    assert scores == sorted(scores, reverse=True)
    assert all(row["description"].startswith("'=photo") for row in rows.values())


def test_paths_are_as_the_source_gave_them(explorer, concept, filled, tmp_path):
    export(explorer, concept, tmp_path / "x.csv", photos="labels")
    urls = {row["url"] for row in rows_of(tmp_path / "x.csv")}
    assert any(url.startswith(f"{WEB}") for url in urls)
    files = {url for url in urls if not url.startswith(WEB)}
    assert files <= {str(path) for path in (filled / "été à Lyon").iterdir()}


@pytest.mark.parametrize(("photos", "count"), [("labels", 50), ("matches", None), ("both", None)])
def test_matches_labels_or_both(explorer, concept, tmp_path, photos, count):
    done = export(explorer, concept, tmp_path / "x.csv", photos=photos)
    rows = rows_of(tmp_path / "x.csv")
    assert len(rows) == done.photos == done.yes + done.no == sum(done.splits.values())
    if photos == "labels":
        assert (len(rows), done.yes, done.no) == (count, 20, 30)
    if photos == "matches":
        assert all(row["matches"] == "true" for row in rows)


def test_photos_below_the_threshold_go_along_as_a_no(explorer, concept, tmp_path):
    done = export(explorer, concept, tmp_path / "x.csv", photos="matches", negatives=15)
    added = [row for row in rows_of(tmp_path / "x.csv") if row["matches"] == "false"]
    assert len(added) == done.no == 15
    assert not any(row["answer"] for row in added)


def test_no_near_duplicate_is_in_two_splits_and_both_classes_are_in_each(explorer, concept):
    for seed in range(5):
        chosen = select_photos(explorer, concept, Choice(shares=(0.6, 0.2, 0.2), seed=seed))
        split = dict(zip(chosen.ids, chosen.splits, strict=True))
        vectors = explorer.collection("things").vectors(chosen.ids)
        close = vectors @ vectors.T > 0.94
        assert (close.sum() - len(chosen)) > 0
        for one, other in zip(*np.nonzero(close), strict=True):
            assert split[chosen.ids[one]] == split[chosen.ids[other]]
        share = [chosen.positive[chosen.splits == at].mean() for at in range(3)]
        assert max(share) - min(share) < 0.15
        again = select_photos(explorer, concept, Choice(shares=(0.6, 0.2, 0.2), seed=seed))
        assert (again.splits == chosen.splits).all()


def test_photos_of_one_source_are_in_one_split():
    rng = np.random.default_rng(0)
    families = rng.integers(0, 30, 300)
    classes = rng.integers(0, 2, 300)
    splits = assign_splits(classes, families, (0.7, 0.15, 0.15), seed=3)
    for family in range(30):
        assert len(set(splits[families == family])) == 1
    sizes = np.bincount(splits, minlength=3) / 300
    assert np.abs(sizes - [0.7, 0.15, 0.15]).max() < 0.05
    alone = assign_splits(np.repeat([0, 1], [80, 20]), np.arange(100), (0.8, 0.1, 0.1), seed=1)
    counts = [
        np.bincount(alone[rows], minlength=3).tolist() for rows in (slice(80), slice(80, 100))
    ]
    assert counts == [[64, 8, 8], [16, 2, 2]]


@pytest.mark.parametrize("sources", [3, 4, 5, 8])
def test_few_large_sources_still_fill_every_split(sources):
    families = np.arange(60) % sources
    classes = np.arange(60) // 30
    splits = assign_splits(classes, families, (0.8, 0.1, 0.1), seed=0)
    assert all(len(set(splits[families == family])) == 1 for family in range(sources))
    assert set(splits) == {0, 1, 2}
    assert np.bincount(splits).argmax() == 0


def rows_by(*people, day=None):
    taken = None if day is None else datetime(2020, 1, day, tzinfo=timezone.utc)
    return [{"photographer": name, "camera": "", "taken": taken} for name in people]


def test_a_photographer_is_a_source_and_one_who_took_most_photos_is_one_a_day():
    keys, note = source_keys(rows_by("Ann", "Bo", "Ann", "", "Cy"))
    assert keys.tolist() == [0, 1, 0, -1, 2]
    assert not note
    rows = [*rows_by("Ann", "Ann", day=1), *rows_by("Ann", "Ann", day=2), *rows_by("Ann", "Bo")]
    keys, note = source_keys(rows)
    assert keys.tolist() == [0, 0, 1, 1, -1, 2]
    assert "more than half" in note


def test_families_follow_every_key_and_chains_of_likeness():
    turns = np.linspace(0, 1, 6)
    chain = np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)
    assert len(set(group_near(chain, 0.97))) == 1
    assert len(set(group_near(chain[::2], 0.97))) == 3
    keys = [np.array([0, 0, -1, -1, 1]), np.array([[0, 1, 2, 3, 4], [-1, -1, -1, 2, -1]])]
    assert join_families(keys, 5).tolist() == [0, 0, 1, 1, 2]


def test_no_near_pair_is_missed_where_vectors_are_long():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(700, 512)) + 2 * rng.normal(size=512)  # a cone, as CLIP's are
    noise = np.linspace(0.1, 1.5, 150)[:, None]
    vectors[350:500] = vectors[:150] + rng.normal(size=(150, 512)) * noise
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    for near in (0.97, 0.9, 0.85):
        close = vectors @ vectors.T > near
        _, wanted = connected_components(csr_matrix(close), directed=False)
        found = group_near(vectors, near)
        assert len(set(zip(wanted, found, strict=True))) == len(set(wanted)) == len(set(found))
        assert len(set(wanted)) < 700
        # Hashes miss some, and join nothing that is apart.
        hashed = group_hashed(vectors, near)
        assert len(set(zip(found, hashed, strict=True))) == len(set(hashed))
        assert len(set(hashed)) < 700


@pytest.mark.parametrize("column", ["folder", "raw", "iso", "photographer"])
def test_a_column_can_be_kept_together(explorer, concept, column):
    chosen = select_photos(explorer, concept, Choice(together=(column,)))
    if column == "raw":
        even = [int(photo.rpartition("#")[2]) % 2 for photo in chosen.ids]
        assert all(len(set(chosen.splits[np.array(even) == part])) == 1 for part in (0, 1))
    if column == "folder":
        files = [at for at, p in enumerate(chosen.ids) if int(p.rpartition("#")[2]) % 10 != 9]
        assert len(set(chosen.splits[files])) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"photos": "all"}, "choose one of matches, labels, both"),
        ({"shares": ()}, "one to three shares"),
        ({"shares": (0.0,)}, "one to three shares"),
        ({"shares": (float("nan"), 1)}, "one to three shares"),
        ({"shares": (1, -1)}, "one to three shares"),
        ({"shares": (1, 1, 1, 1)}, "one to three shares"),
        ({"shares": (0.5, 0.6)}, "0.5, 0.6, add up to 1.1: make that 1"),
        ({"shares": (0.5,)}, "0.5, add up to 0.5: make that 1"),
        *(({"negatives": wrong}, "negatives must be a whole") for wrong in (-1, 2.5, 2**32)),
        *(({"seed": wrong}, "seed must be a whole") for wrong in (-1, 0.5, 2**63)),
        *(({"near": wrong}, "near must be a number") for wrong in (math.nan, 2, -5)),
        ({"together": ("colour",)}, "no column 'colour'"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(explorer, concept, wrong, sentence, tmp_path):
    with pytest.raises(BadInput, match=sentence):
        export(explorer, concept, tmp_path / "x.csv", **wrong)
    assert not (tmp_path / "x.csv").exists()


def test_nothing_to_export_is_a_sentence(explorer, concept, tmp_path):
    explorer.concepts.update(concept.id, threshold=1.0)
    with pytest.raises(NothingThere, match="No photo reaches the threshold"):
        export(explorer, concept, tmp_path / "x.csv", photos="matches")
    bare = explorer.concepts.create("bare", "things", "")
    explorer.concepts.update(bare.id, weights=np.eye(DIM, dtype=np.float32)[0])
    with pytest.raises(NothingThere, match="no label to export"):
        export(explorer, bare, tmp_path / "x.csv", photos="labels")


@pytest.mark.parametrize(
    ("out", "form", "sentence"),
    [
        ("x.txt", "", "does not say in which form"),
        ("x", "", "does not say in which form"),
        ("x.zip", "csv", "without .zip"),
        ("x", "tfrecord", "no form 'tfrecord'"),
        ("full", "coco", "is not empty"),
    ],
)
def test_a_place_that_cannot_be_is_refused(explorer, concept, tmp_path, out, form, sentence):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("kept")
    with pytest.raises(BadInput, match=sentence):
        export(explorer, concept, tmp_path / out, form)
    assert (tmp_path / "full" / "mine.txt").read_text() == "kept"


class Enough(BaseException):
    """What ends a page's script, which is no Exception."""


@pytest.mark.parametrize("form", ["csv", "pictures", "yolo", "webdataset", "lance"])
def test_it_tells_how_far_it_is_and_whoever_stops_it_finds_nothing_left(
    explorer, concept, tmp_path, form
):
    told = []
    out = tmp_path / "out" / f"x{FORMATS[form].ending}"
    export_concept(explorer, concept, out, form, tell=lambda *said: told.append(said))
    stages = list(dict.fromkeys(what for what, _ in told))
    assert stages == ["Scoring the collection", "Looking for near-duplicates", "Writing"]
    for stage in stages:
        shares = [share for what, share in told if what == stage]
        assert shares == sorted(shares)
        assert 0 <= shares[0] <= shares[-1] <= 1

    def stop(what, share):
        if what == "Writing":
            raise Enough

    remove(out)
    with pytest.raises(Enough):
        export_concept(explorer, concept, out, form, tell=stop)
    assert not list(out.parent.iterdir())


def test_local_photos_have_no_addresses_for_img2dataset(explorer, concept, tmp_path):
    done = export(explorer, concept, tmp_path / "x.json")
    rows = json.loads((tmp_path / "x.json").read_text())
    assert all(row["url"].startswith(WEB) for row in rows)
    assert {"caption", "split", "answer", "class"} <= set(rows[0])
    assert f"{done.photos - len(rows)} photos have no address on the web" in done.notes[0]
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


def test_an_export_that_breaks_off_leaves_nothing(explorer, concept, tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.exports.pictures.name_picture", lambda *a: 1 / 0)
    monkeypatch.setattr("explorer.exports.folders.name_picture", lambda *a: 1 / 0)
    for out in ("out", "out.zip"):
        with pytest.raises(ZeroDivisionError):
            export(explorer, concept, tmp_path / out, "pictures")
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_can_be_downloaded_as_one_file(explorer, concept, form):
    path, done = export_to_download(explorer, concept, form, Choice())
    assert path.is_file()
    assert done.photos
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None


def test_the_command_exports_and_says_what_it_wrote(explorer, concept, tmp_path, capsys):
    explorer.close()
    place = ["--dsn", explorer._dsn, "--table", "things", "--json"]
    asked = ["export", NAME, "--out", str(tmp_path / "x.parquet"), "--split", "0.5,0.5"]
    assert main([*asked, *place]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["splits"]) == {"train", "validation"}
    assert pq.read_table(tmp_path / "x.parquet").num_rows == told["photos"]
    for out in ("x.safetensors", "x.npz", "x.sql"):
        assert main(["export", NAME, "--out", str(tmp_path / out), *place]) == 0
        assert (tmp_path / out).stat().st_size > 100


def test_a_csv_opens_right_in_a_spreadsheet_and_runs_nothing():
    import pandas as pd

    cells = ["=HYPERLINK(1)", "+1", "-1+2", "@x", "\tx", "été", "plain"]
    frame = pd.DataFrame({"id": cells, "score": [-1.0, *range(6)], "label": [None] * 7})
    table = frame_as_csv(frame)
    assert table.startswith(b"\xef\xbb\xbfid,score,label")
    read = pd.read_csv(io.BytesIO(table), encoding="utf-8-sig")
    assert list(read["id"]) == [*("'" + cell for cell in cells[:5]), "été", "plain"]
    assert list(read["score"]) == [-1, 0, 1, 2, 3, 4, 5]
