"""Predictions for every photo, and what is said where a sample or a name misleads."""

import csv
import io
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifier.class_file import Correction, SavedClasses
from classifier.classes import class_heads
from explorer.errors import BadInput, ExplorerError
from explorer.predictions import AT_ONCE, hint_near_names, predict_photos, write_predictions
from explorer.zeroshot import describe_sample, read
from vecdb import connect

COUNT = AT_ONCE + 700
AXES = np.eye(4, dtype=np.float32)


@pytest.fixture
def collection(tmp_path):
    with connect(f"chdb://{tmp_path}/chdb") as database:
        made = database.create_collection("things", "by hand", 4)
        ids = [f"{'ab'[at % 2]}/{at:05d}" for at in range(COUNT)]
        labels = pa.array(["cat" if at % 4 == 0 else None for at in range(COUNT)], pa.string())
        vectors = list(AXES[np.arange(COUNT) % 4])
        made.insert(pa.table({"id": ids, "url": ids, "vector": vectors, "label": labels}))
        yield made


@pytest.fixture
def heads():
    return class_heads(["cat", "=dog"], AXES[None, :2], scale=10, encoder="x", templates=["{}"])


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_every_photo_is_predicted_and_not_a_sample(collection, heads, tmp_path, ending):
    out = tmp_path / f"x{ending}"
    for _ in range(2):  # the second writes its own file anew
        photos = predict_photos(collection, SavedClasses(heads, {}), threshold=0.6)
        assert write_predictions(photos, out) == COUNT
    if ending == ".csv":
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    else:
        rows = pq.read_table(out).to_pylist()
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert len({row["id"] for row in rows}) == COUNT
    guard = "'" if ending == ".csv" else ""
    names = ["cat", f"{guard}=dog", "none of these", "none of these"]
    for row in rows:
        at = int(row["id"][2:]) % 4
        assert row["class"] == names[at]
        assert float(row["probability"]) == pytest.approx(
            1 / (1 + np.exp(-10)) if at < 2 else 0.5, abs=1e-5
        )


def test_a_prefix_narrows_them_and_another_ending_is_refused(collection, heads, tmp_path):
    some = predict_photos(collection, SavedClasses(heads, {}), prefix="a/")
    assert write_predictions(some, tmp_path / "x.csv") == COUNT // 2
    with pytest.raises(BadInput, match=r"must end in .csv or .parquet"):
        write_predictions([], tmp_path / "x.txt")


def test_what_somebody_said_of_a_photo_stands_unless_the_id_is_another_photos(heads, collection):
    said = {
        "a/00000": Correction(AXES[0], 1),
        "b/00001": Correction(AXES[1], -1),
        "a/00004": Correction(AXES[3], 1),  # of another collection
    }
    batches = predict_photos(collection, SavedClasses(heads, said), prefix="")
    found = {row["id"]: row for row in next(batches).to_pylist()}
    assert [found[photo]["class"] for photo in said] == ["=dog", "none of these", "cat"]
    assert [found[photo]["probability"] == 1 for photo in said] == [True, True, False]


def test_a_sample_is_told(collection):
    assert describe_sample(read(collection, "")) == ""
    sampled = read(collection, "", most=100)
    assert describe_sample(sampled).startswith("These are 100 photos of a random sample")
    assert f"{COUNT:,}" in describe_sample(sampled)
    assert set(read(collection, "").labels) == {"", "cat"}


def test_a_class_that_is_nearly_a_stored_label_is_told():
    labels = ["T-shirt/top", "Ankle boot", "", "dress"]
    names = ["ankle_boots", "dress", "house", "t-shirt/top"]
    hints = hint_near_names(names, labels)
    assert len(hints) == 2
    assert "'ankle_boots' is nearly the stored label 'Ankle boot'" in hints[0]


def test_the_command_predicts_every_photo(tmp_path, capsys, monkeypatch):
    from encoder import load_encoder
    from explorer.__main__ import main
    from tests.encoder.tiny_clip import save_tiny_clip

    model = str(save_tiny_clip(tmp_path / "model"))
    dim = load_encoder(model).dim
    with connect(f"chdb://{tmp_path}/db") as database:
        vectors = np.random.default_rng(0).normal(size=(9, dim)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        ids = [str(at) for at in range(9)]
        labels = pa.array(["cats"] * 9, pa.string())
        made = database.create_collection("pets", model, dim)
        made.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors), "label": labels}))
    out = tmp_path / "x.csv"
    place = ["--dsn", f"chdb://{tmp_path}/db", "--table", "pets", "--json"]
    assert main(["classes", "--classes", "cat", "dog", "--out", str(out), *place]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["predicted"] == 9
    assert "'cat' is nearly the stored label 'cats'" in told["notes"][0]
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    assert [row["id"] for row in rows] == ids
    assert list(rows[0]) == ["id", "class", "probability"]
    # As on the page: a name a line, each once, without spaces around it.
    assert main(["classes", "--classes", "cat\n\ndog", " cat ", "", *place]) == 0
    assert json.loads(capsys.readouterr().out)["classes"] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        ("things", ["--prefix", "z/"], "holds no photo whose id starts with 'z/'."),
        ("empty", [], "The collection empty holds no photo."),
        ("bare", [], "name the classes with --classes."),
        ("things", ["--classes", ""], "name the classes with --classes."),
        ("things", ["--threshold", ".5"], "goes with --out FILE."),
        ("things", ["--out", "x.csv", "--threshold", "1.5"], "a probability from 0 to 1"),
    ],
)
def test_what_the_command_cannot_classify_is_one_sentence(tmp_path, table, more, words):
    from explorer.__main__ import main

    with connect(f"chdb://{tmp_path}/db") as database:
        for name in ("things", "bare", "empty"):
            made = database.create_collection(name, "offline", 512)
            row = {"id": ["a/1"], "url": [""], "vector": [np.eye(512, dtype=np.float32)[0]]}
            if name != "empty":
                made.insert(pa.table(row | ({"label": ["cat"]} if name == "things" else {})))
    place = ["--dsn", f"chdb://{tmp_path}/db", "--table", table]
    with pytest.raises(ExplorerError, match=re.escape(words)):
        main(["classes", *place, *more])
