"""Exports: which photos, in their types; what cannot be is refused, and leaves nothing."""

import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.__main__ import main
from explorer.errors import BadInput, NothingThere
from explorer.exports import FORMATS, export_concept
from explorer.exports.targets import remove
from tests.explorer.exports.conftest import DIM, NAME, WEB, export, extra_of, rows_of


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


def test_an_export_that_breaks_off_leaves_nothing(explorer, concept, tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.exports.pictures.name_picture", lambda *a: 1 / 0)
    monkeypatch.setattr("explorer.exports.folders.name_picture", lambda *a: 1 / 0)
    for out in ("out", "out.zip"):
        with pytest.raises(ZeroDivisionError):
            export(explorer, concept, tmp_path / out, "pictures")
    assert not list(tmp_path.glob("out*"))
