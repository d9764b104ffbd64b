import csv
import io
import json
import shutil
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from ingest.sources import Source
from tests.vecdb.conftest import photos as rows_of
from tuning.__main__ import main
from tuning.captions.dataset import describe_parts, open_pictures
from tuning.captions.reading import Captioned
from tuning.captions.split import split_pictures
from tuning.captions.writing import write_captions
from tuning.errors import TuningError
from tuning.models.evaluate import require_pictures
from vecdb import Store, connect


def draw(seed: int, side: int = 40) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def write_pictures(folder: Path, n: int) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"p{number}.png" for number in range(n)]
    for number, name in enumerate(names):
        (folder / name).write_bytes(draw(number))
    return names


def run(source: Path | str, out: Path, *more: str) -> int:
    return main(["captions", str(source), "--out", str(out), *more])


def captions_by_id(out: Path) -> dict[str, list[str]]:
    table = lance.dataset(str(out)).to_table(columns=["id", "captions"])
    return dict(zip(table["id"].to_pylist(), table["captions"].to_pylist(), strict=True))


def test_rows_about_one_picture_become_one_row_wherever_they_stand(tmp_path, capsys) -> None:
    names = write_pictures(tmp_path, 4)
    lines = [f"{name},a thing {name}" for name in names] + [f"{n},another {n}" for n in names]
    (tmp_path / "captions.txt").write_text("image,caption\n" + "\n".join(lines), "utf-8")
    (tmp_path / "captions.csv").write_text("image,caption\n" + "\n".join(lines), "utf-8")
    assert run(tmp_path / "captions.csv", tmp_path / "data.lance", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pictures"], told["captions"], told["skipped"]) == (4, 8, {})
    for name, captions in captions_by_id(tmp_path / "data.lance").items():
        assert captions == [f"a thing {name}", f"another {name}"]


def test_the_same_picture_under_two_names_is_one_row(tmp_path) -> None:
    folder = tmp_path / "set"
    write_pictures(folder, 2)
    shutil.copy(folder / "p0.png", folder / "z.png")
    for name in ("p0", "p1", "z"):
        (folder / f"{name}.txt").write_text(f"caption of {name}\na second one of {name}\n", "utf-8")
    assert run(folder, tmp_path / "data.lance") == 0
    assert captions_by_id(tmp_path / "data.lance") == {
        "p0.png": [
            "caption of p0", "a second one of p0", "caption of z", "a second one of z",
        ],
        "p1.png": ["caption of p1", "a second one of p1"],
    }  # fmt: skip


def table_of(kind: str, folder: Path) -> Path:
    """A source of three pictures with two captions each, in one of the forms people keep them."""
    names = write_pictures(folder, 3)
    rows = [{"file_name": name, "captions": [f"first {name}", f"second {name}"]} for name in names]
    path = folder / f"set.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "jsonl":
        path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    elif kind == "coco.json":
        images = [{"id": at, "file_name": row["file_name"]} for at, row in enumerate(rows)]
        notes = [
            {"image_id": at, "caption": text}
            for at, row in enumerate(rows)
            for text in row["captions"]
        ]
        path.write_text(json.dumps({"images": images, "annotations": notes}), "utf-8")
    elif kind == "karpathy.json":
        images = [
            {
                "filename": row["file_name"],
                "split": split,
                "sentences": [{"raw": text, "tokens": text.split()} for text in row["captions"]],
            }
            for row, split in zip(rows, ("restval", "val", "test"), strict=True)
        ]
        path.write_text(json.dumps({"images": images, "dataset": "flickr8k"}), "utf-8")
    elif kind == "two_columns.csv":
        lines = [f"{r['file_name']},{r['captions'][0]},{r['captions'][1]}" for r in rows]
        path.write_text("image,caption_1,caption_2\n" + "\n".join(lines), "utf-8")
    else:
        tabled = [
            {"image_id": name, "image": (folder / name).read_bytes(), "captions": row["captions"]}
            for name, row in zip(names, rows, strict=True)
        ]
        schema = pa.schema(
            [("image_id", pa.string()), ("image", pa.binary()), ("captions", pa.list_(pa.string()))]
        )
        lance.write_dataset(pa.Table.from_pylist(tabled, schema), str(path))
    return path


@pytest.mark.parametrize(
    "kind",
    ["parquet", "jsonl", "coco.json", "karpathy.json", "two_columns.csv", "lance"],
)
def test_every_caption_is_kept_whatever_holds_them(kind, tmp_path) -> None:
    assert run(table_of(kind, tmp_path / "set"), tmp_path / "data.lance") == 0
    found = open_pictures(tmp_path / "data.lance")
    assert found.captions == [[f"first p{n}.png", f"second p{n}.png"] for n in range(3)]
    assert found.read([2, 0]) == [draw(2), draw(0)]
    if kind == "karpathy.json":
        assert found.parts.tolist() == ["train", "val", "test"]


CELLS = {
    "json": json.dumps(["it's 5\" tall", "two\nrows", None, ""]),
    "pandas": str(["it's 5\" tall", "two\nrows", None]),
    "numpy": str(np.array(["it's 5\" tall", "two\nrows"], dtype=object)),
    "languages": json.dumps({"en": "it's 5\" tall", "pt-BR": ["two\nrows"], "de": None}),
    "rows": str([{"raw": "it's 5\" tall", "tokens": ["it's"]}, {"raw": "two\nrows"}]),
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_lists_in_cells_of_text_are_as_many_captions(cell, tmp_path) -> None:
    with (tmp_path / "set.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["image", "captions"])
        rows.writerows(zip(write_pictures(tmp_path, 3), [cell, "[]", "[not a list]"], strict=True))
    assert run(tmp_path / "set.csv", tmp_path / "data.lance") == 0
    found = open_pictures(tmp_path / "data.lance")
    assert found.captions == [["it's 5\" tall", "two rows"], ["[not a list]"]]
    [first, *_] = Source(tmp_path / "set.csv")
    assert first.metadata["description"] == "it's 5\" tall"


def test_captions_by_language_are_as_many_captions(tmp_path) -> None:
    rows = [
        {"image": name, "caption": {"en": f"{name} is red", "de": f"{name} ist rot"}}
        for name in write_pictures(tmp_path, 2)
    ]
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert run(tmp_path / "set.jsonl", tmp_path / "data.lance") == 0
    found = open_pictures(tmp_path / "data.lance")
    assert found.captions == [[f"p{n}.png is red", f"p{n}.png ist rot"] for n in range(2)]


def test_lists_in_texts_of_a_lance_data_set_are_as_many_captions(tmp_path) -> None:
    rows = {"image": [draw(0), draw(1)], "captions": [CELLS["json"], "[]"]}
    lance.write_dataset(pa.table(rows), str(tmp_path / "data.lance"))
    assert open_pictures(tmp_path / "data.lance").captions == [["it's 5\" tall", "two rows"]]


def test_a_lance_data_set_of_image_and_captions_is_read_as_it_is(tmp_path) -> None:
    found = open_pictures(table_of("lance", tmp_path / "set"))
    assert found.captions[1] == ["first p1.png", "second p1.png"]
    assert found.read([1]) == [draw(1)]
    assert sorted(found.parts.tolist()) == ["test", "train", "val"]


@pytest.fixture
def animals(tmp_path, monkeypatch) -> str:
    """The address of a database whose collection holds two pictures and one that is gone."""
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    names = write_pictures(tmp_path / "set", 2)
    urls = [(tmp_path / "set" / name).as_uri() for name in names] + ["file:///gone.png"]
    with connect(f"chdb://{tmp_path / 'db'}") as database:
        table = rows_of([*names, "gone"], np.eye(4)[:3], description=["one", "two", "three"])
        table = table.set_column(table.column_names.index("url"), "url", pa.array(urls))
        table = table.append_column("width", pa.array([10, 20, 30], pa.uint32()))
        extra = [[("mood", mood)] for mood in ("calm", "wild", "calm")]
        kind = pa.map_(pa.string(), pa.string())
        table = table.append_column("extra", pa.array(extra, kind))
        database.create_collection("animals", "by hand", 4).insert(table)
        Store().put_thumbnails("animals", [("gone", "d", draw(9))])
    return f"chdb://{tmp_path / 'db'}"


def test_a_collection_gives_its_descriptions_and_thumbnails_where_files_are_gone(
    animals, tmp_path
) -> None:
    assert run("animals", tmp_path / "data.lance", "--dsn", animals) == 0
    assert captions_by_id(tmp_path / "data.lance") == {
        "gone": ["three"], "p0.png": ["one"], "p1.png": ["two"],
    }  # fmt: skip
    found = open_pictures(tmp_path / "data.lance")
    assert found.read([0]) == [draw(9)]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (["width>=20"], {"gone", "p1.png"}),
        (["mood=calm"], {"gone", "p0.png"}),
        (["mood=calm", "description~ON"], {"p0.png"}),
    ],
)
def test_a_collection_gives_only_the_photos_that_are_asked_for(
    animals, tmp_path, where, ids
) -> None:
    asked = [word for text in where for word in ("--where", text)]
    assert run("animals", tmp_path / "data.lance", "--dsn", animals, *asked) == 0
    assert set(captions_by_id(tmp_path / "data.lance")) == ids


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--where", "nosuch=1"], "There is no column 'nosuch' for --where; the columns are mood"),
        (["--where", "nosuch"], "--where: The condition 'nosuch' is not understood"),
        *((["--" + name, "mood"], "animals is a collection: leave them out")
          for name in ("url-column", "caption-column", "label-column")),
    ],
)  # fmt: skip
def test_what_a_collection_cannot_be_asked_is_one_sentence(
    animals, tmp_path, capsys, more, words
) -> None:
    assert run("animals", tmp_path / "data.lance", "--dsn", animals, *more) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "data.lance").exists()


def test_a_folder_named_like_a_collection_does_not_hide_it(
    animals, tmp_path, monkeypatch, capsys
) -> None:
    write_pictures(tmp_path / "animals", 1)
    (tmp_path / "animals" / "p0.txt").write_text("of the folder", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VECDB_DSN", animals)
    expected = {
        ("animals",): ("is read as the file or folder; --dsn reads the collection", 1),
        ("animals", "--dsn", animals): ("is read as the collection; ./animals reads the", 3),
        ("./animals", "--dsn", animals): ("", 1),
    }
    for at, ((source, *more), (words, count)) in enumerate(expected.items()):
        assert run(source, tmp_path / f"{at}.lance", *more) == 0
        told = capsys.readouterr().err
        assert words in told
        assert ("is read as" in told) == bool(words)
        assert len(captions_by_id(tmp_path / f"{at}.lance")) == count


def test_a_folder_is_read_where_there_is_no_database(tmp_path, monkeypatch) -> None:
    write_pictures(tmp_path / "animals", 1)
    (tmp_path / "animals" / "p0.txt").write_text("of the folder", "utf-8")
    monkeypatch.chdir(tmp_path)
    for dsn in (f"chdb://{tmp_path / 'none'}", "clickhouse://localhost:1/none"):
        monkeypatch.setenv("VECDB_DSN", dsn)
        assert run("animals", tmp_path / f"{dsn[:5]}.lance") == 0
    assert not (tmp_path / "none").exists()


def test_a_column_of_captions_that_is_not_there_is_one_sentence(tmp_path, capsys) -> None:
    source = table_of("two_columns.csv", tmp_path / "set")
    assert run(source, tmp_path / "data.lance", "--caption-column", "nosuch") == 1
    told = capsys.readouterr().err
    assert "nosuch" in told
    assert "cannot be written" not in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("a disk is gone"), ValueError("x")])
def test_what_ends_the_reading_is_what_is_raised(tmp_path, error) -> None:
    def read():
        yield Captioned("a", draw(0), "d", ("a dog",), "", "")
        raise error

    with pytest.raises(error if isinstance(error, type) else type(error)) as raised:
        write_captions(read(), tmp_path / "data.lance")
    assert str(raised.value) in {"", "a disk is gone", "x"}
    assert list(tmp_path.iterdir()) == []


def test_pictures_that_do_not_decode_or_have_no_caption_are_skipped_and_counted(
    tmp_path, capsys
) -> None:
    write_pictures(tmp_path, 3)
    (tmp_path / "bad.png").write_bytes(draw(7)[:60])
    lines = ["p0.png,a dog", "p1.png,", "bad.png,a cat", "gone.png,a fish", "p2.png,a bird"]
    (tmp_path / "set.csv").write_text("image,caption\n" + "\n".join(lines), "utf-8")
    assert run(tmp_path / "set.csv", tmp_path / "data.lance", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pictures"] == 2
    assert told["skipped"] == {"no caption": 1, "damaged PNG": 1, "no such file": 1}


def test_labels_become_captions_by_a_template(tmp_path) -> None:
    for label in ("dog", "cat"):
        write_pictures(tmp_path / "set" / label, 1)
    (tmp_path / "set" / "cat" / "p0.png").write_bytes(draw(5))
    template = ("--template", "a photo of a {}")
    assert run(tmp_path / "set", tmp_path / "data.lance", *template) == 0
    assert captions_by_id(tmp_path / "data.lance") == {
        "cat/p0.png": ["a photo of a cat"],
        "dog/p0.png": ["a photo of a dog"],
    }


def test_a_source_without_captions_is_refused_and_leaves_nothing(tmp_path, capsys) -> None:
    write_pictures(tmp_path / "set", 2)
    assert run(tmp_path / "set", tmp_path / "data.lance") == 1
    assert "No picture has a caption" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


@pytest.mark.parametrize(
    ("rows", "more", "words"),
    [
        ("", [], "There is no picture to read: the source is empty"),
        ("gone.png,a dog\n", ["--where", "caption=a cat"], "or --where keeps nothing of it"),
        ("gone.png,a dog\n", [], "could be read: 1 no such file."),
        ("gone.png,a dog\np0.png,\np1.png,\n", [], "2 no caption, 1 no such file."),
    ],
)
def test_where_nothing_is_left_the_reasons_are_told(tmp_path, capsys, rows, more, words) -> None:
    write_pictures(tmp_path, 2)
    (tmp_path / "list.csv").write_text(f"path,caption\n{rows}", "utf-8")
    assert run(tmp_path / "list.csv", tmp_path / "data.lance", *more) == 1
    assert words in capsys.readouterr().err


def test_a_data_set_that_exists_is_left_alone(tmp_path, capsys) -> None:
    (tmp_path / "data.lance").mkdir()
    write_pictures(tmp_path / "set", 1)
    assert run(tmp_path / "set", tmp_path / "data.lance") == 1
    assert "data.lance exists: remove it" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, capsys) -> None:
    write_pictures(tmp_path / "set", 1)
    (tmp_path / "set" / "p0.txt").write_text("a dog", "utf-8")
    assert run(tmp_path / "set", Path("/dev/full/data.lance"), "--json") == 1
    assert "cannot be written" in json.loads(capsys.readouterr().out)["error"]


def test_a_source_that_is_missing_is_one_sentence(tmp_path, capsys) -> None:
    assert run(tmp_path / "none.csv", tmp_path / "data.lance") == 1
    assert "does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.lance", r"There is no data set .*none.lance: make it by"),
        ("set", r"set is no data set of captions: make one"),
        ("set/p0.png", r"p0.png is no data set of captions: make one"),
    ],
)
def test_what_is_no_data_set_is_one_sentence_that_overwrites_nothing(tmp_path, name, said) -> None:
    write_pictures(tmp_path / "set", 1)
    with pytest.raises(TuningError, match=said) as refused:
        open_pictures(tmp_path / name)
    assert (f"--out {tmp_path / name}" in str(refused.value)) == (name == "none.lance")


def test_a_data_set_that_lacks_a_column_is_refused_by_its_name(tmp_path) -> None:
    lance.write_dataset(pa.table({"image": [b"x"]}), str(tmp_path / "data.lance"))
    with pytest.raises(TuningError, match="has no column captions"):
        open_pictures(tmp_path / "data.lance")


@pytest.mark.parametrize(
    ("images", "captions", "reason"),
    [
        ([b"x", b"y"], [[""], None], "2 no caption"),
        ([None, b""], [["a dog"], ["a cat"]], "2 no picture"),
        ([], [], "it is empty"),
    ],
)
def test_a_data_set_of_no_captioned_picture_is_refused_with_the_reason(
    images, captions, reason, tmp_path
) -> None:
    types = pa.schema([("image", pa.binary()), ("captions", pa.list_(pa.string()))])
    table = pa.table({"image": images, "captions": captions}, types)
    lance.write_dataset(table, str(tmp_path / "data.lance"))
    with pytest.raises(TuningError, match=rf"holds no captioned picture \({reason}\)"):
        open_pictures(tmp_path / "data.lance")


IMAGES = pa.array([b"x", b"y"], pa.binary())


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"image": IMAGES, "captions": [1, 2]}, "The column captions of .* holds int64"),
        ({"image": IMAGES, "captions": [[1], [2]]}, r"captions of .* holds list<.*int64>"),
        ({"image": IMAGES, "captions": [[["a"]], [["b"]]]}, r"captions of .* holds list<.*list<"),
        ({"image": IMAGES, "captions": IMAGES}, "captions of .* holds binary"),
        ({"image": IMAGES, "captions": [{"raw": "a"}] * 2}, "captions of .* holds struct"),
        ({"image": ["x.png", "y.png"], "captions": ["a", "b"]}, "image of .* holds string"),
        ({"image": [{"bytes": b"x"}] * 2, "captions": ["a", "b"]}, "image of .* holds struct"),
    ],
)
def test_a_column_of_something_else_is_refused_by_what_it_holds(tmp_path, columns, words) -> None:
    lance.write_dataset(pa.table(columns), str(tmp_path / "data.lance"))
    with pytest.raises(TuningError, match=words):
        open_pictures(tmp_path / "data.lance")


@pytest.mark.parametrize("digests", [None, ["d0", None, None, "d3", "d4"]])
def test_rows_without_a_picture_are_left_out_and_counted(tmp_path, digests) -> None:
    images = pa.array([b"x", None, b"", b"y", b"z"], pa.binary())
    captions = [[f"of {row}"] for row in range(5)]
    columns = {"image": images, "captions": captions} | ({"digest": digests} if digests else {})
    lance.write_dataset(pa.table(columns), str(tmp_path / "data.lance"))
    found = open_pictures(tmp_path / "data.lance")
    assert found.captions == [["of 0"], ["of 3"], ["of 4"]]
    assert found.read([0, 1, 2]) == [b"x", b"y", b"z"]
    assert describe_parts(found).endswith("; left out: 2 (no picture)")


@pytest.mark.parametrize("digests", [[1, 1], [b"d", b"d"], [["d"], ["d"]], [None, None]])
def test_digests_that_are_no_texts_are_made_anew(tmp_path, digests) -> None:
    columns = {"image": IMAGES, "captions": ["a", "b"], "digest": digests}
    lance.write_dataset(pa.table(columns), str(tmp_path / "data.lance"))
    assert open_pictures(tmp_path / "data.lance").captions == [["a"], ["b"]]


def test_a_picture_that_is_null_behind_a_digest_does_not_decode(tmp_path) -> None:
    columns = {"image": pa.array([b"x", None], pa.binary()), "captions": ["a", "b"]}
    lance.write_dataset(pa.table({**columns, "digest": ["d0", "d1"]}), str(tmp_path / "data.lance"))
    assert open_pictures(tmp_path / "data.lance").read([1, 0]) == [b"", b"x"]


@pytest.mark.parametrize("word", ["holdout", "Hold Out ", "2017"])
def test_a_word_that_is_no_part_keeps_pictures_out_of_all_and_is_counted(tmp_path, word) -> None:
    columns = {
        "image": pa.array([b"%d" % row for row in range(5)], pa.binary()),
        "captions": list("abcde"),
        "split": [word, word, "train2017", "val_2017", "Test"],
    }
    lance.write_dataset(pa.table(columns), str(tmp_path / "data.lance"))
    found = open_pictures(tmp_path / "data.lance")
    assert found.parts.tolist() == ["train", "val", "test"]
    assert found.captions == [["c"], ["d"], ["e"]]
    assert found.left_out == {f"split {word.strip().lower()}": 2}


def test_numbers_for_parts_are_words_of_no_part(tmp_path) -> None:
    table = pa.table({"image": IMAGES, "captions": ["a", "b"], "split": [0, 0]})
    lance.write_dataset(table, str(tmp_path / "data.lance"))
    found = open_pictures(tmp_path / "data.lance")
    assert found.left_out == {"split 0": 2}
    with pytest.raises(TuningError, match="give more pictures, or train, val or test in the col"):
        require_pictures(found, "train")


def test_a_word_that_is_no_part_is_told_when_captions_are_written(tmp_path, capsys) -> None:
    names = write_pictures(tmp_path / "set", 5)
    splits = ["holdout", "holdout", "train", "val", "test"]
    lines = [f"{name},of {name},{split}" for name, split in zip(names, splits, strict=True)]
    (tmp_path / "set" / "c.csv").write_text("image,caption,split\n" + "\n".join(lines), "utf-8")
    assert run(tmp_path / "set" / "c.csv", tmp_path / "data.lance") == 0
    assert "left out: 2 (split holdout is not train, val or test)" in capsys.readouterr().err
    found = open_pictures(tmp_path / "data.lance")
    assert found.parts.tolist() == ["train", "val", "test"]
    assert found.left_out == {"split holdout": 2}


@pytest.mark.parametrize("version", ["2.0", "stable", "legacy"])
def test_a_data_set_of_an_older_lance_is_read(version, tmp_path) -> None:
    table = pa.table({"image": [b"x", b"y", b"z"], "captions": [["a dog"], ["a cat"], [""]]})
    lance.write_dataset(table, str(tmp_path / "data.lance"), data_storage_version=version)
    found = open_pictures(tmp_path / "data.lance")
    assert found.captions == [["a dog"], ["a cat"]]
    assert found.left_out == {"no caption": 1}
    assert found.read([1, 0]) == [b"y", b"x"]


def test_a_data_set_of_a_newer_lance_is_one_sentence_that_names_the_version(tmp_path) -> None:
    table = pa.table({"image": [b"x"], "captions": [["a dog"]]})
    lance.write_dataset(table, str(tmp_path / "data.lance"))
    for path in (tmp_path / "data.lance" / "_versions").iterdir():
        path.write_bytes(path.read_bytes()[:-16] + b"\xff\xff\xff\x7f" * 4)
    with pytest.raises(TuningError, match=rf"cannot be read by Lance {lance.__version__}") as told:
        open_pictures(tmp_path / "data.lance")
    assert ".rs:" not in str(told.value)  # places in Lance's own sources say nothing to anybody


def test_pictures_are_held_out_by_what_they_are_and_stay_so_when_more_come() -> None:
    digests = [f"{number:064x}" for number in range(200)]
    parts = split_pictures(digests, [""] * 200)
    assert [parts.count(part) for part in ("train", "val", "test")] == [160, 20, 20]
    assert split_pictures(digests[::-1], [""] * 200) == parts[::-1]
    more = split_pictures(digests + [f"{n:064x}" for n in range(1000, 1020)], [""] * 220)
    moved = sum(before != after for before, after in zip(parts, more, strict=False))
    assert moved <= 8


def test_what_a_source_says_of_its_parts_counts() -> None:
    given = ["train"] * 8 + ["validation", "test"]
    assert split_pictures([f"d{n}" for n in range(10)], given)[8:] == ["val", "test"]
    without_val = split_pictures([f"d{n}" for n in range(30)], ["train"] * 27 + ["test"] * 3)
    assert [without_val.count(part) for part in ("train", "val", "test")] == [24, 3, 3]
