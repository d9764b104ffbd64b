"""The search command as a user runs it: a process of its own, answers on stdout."""

import errno
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from encoder import load_encoder, mean_of_nouns
from explorer.commands.search import _copy
from explorer.ranking import Ranked
from tests.encoder.tiny_clip import save_tiny_clip
from tests.warm import python
from vecdb import Store, connect

COLOURS = ("red", "green", "blue", "white")


@pytest.fixture
def command(tmp_path):
    """A collection of four pictures, one only as a thumbnail, and the command on it."""
    model = str(save_tiny_clip(tmp_path / "model"))
    encoder = load_encoder(model)
    files = []
    for colour in COLOURS:
        files.append(tmp_path / f"{colour}.png")
        Image.new("RGB", (40, 40), colour).save(files[-1])
    vectors = encoder.encode_images([Image.open(file) for file in files])
    env = {
        **os.environ,
        "VECDB_DSN": f"chdb://{tmp_path}/db",
        "VECDB_STORE": str(tmp_path / "store"),
        "VECDB_TABLE": "colours",
    }
    urls = [*map(str, files[:3]), "https://example.org/white.png"]
    with connect(env["VECDB_DSN"]) as database:
        collection = database.create_collection("colours", model, encoder.dim)
        collection.insert(pa.table({"id": list(COLOURS), "url": urls, "vector": list(vectors)}))
    Store(env["VECDB_STORE"]).put_thumbnails("colours", [("white", "w", b"jpeg")])

    def run(*arguments):
        return subprocess.run(
            [*python(), "-m", "vecdb", "search", *map(str, arguments)],
            env=env, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    run.texts, run.vectors = encoder.encode_texts, vectors  # type: ignore[attr-defined]
    run.nouns = mean_of_nouns(encoder)  # type: ignore[attr-defined]
    return run


def test_a_phrase_a_picture_and_a_photo_are_found_by_their_cosine(command, tmp_path):
    answer = command("something red", "-k", 3, "--json")
    assert answer.returncode == 0, answer.stderr
    # Of a phrase, what all words share is left out: see test_nouns.py.
    phrase = command.texts(["something red"])[0] - 0.75 * command.nouns
    cosines = command.vectors @ (phrase / np.linalg.norm(phrase))
    order = np.argsort(-cosines)[:3]
    hits = json.loads(answer.stdout)
    assert [hit["id"] for hit in hits] == [COLOURS[at] for at in order]
    assert [hit["similarity"] for hit in hits] == pytest.approx(cosines[order], abs=1e-4)
    same = command("--image", tmp_path / "blue.png", "-k", 1)
    assert same.stdout == f"1.000  blue  {tmp_path}/blue.png\n"
    assert command("--like", "green", "-k", 1).stdout.startswith("1.000  green")
    narrowed = command("--like", "red", "--where", "url~BLUE.png", "--where", "id!=red", "--json")
    assert [hit["id"] for hit in json.loads(narrowed.stdout)] == ["blue"]


def test_a_sign_in_a_phrase_means_what_it_means_on_the_page(command):
    taken_off = command("red", "--without", "blue", "--json")
    assert command("red -blue", "--json").stdout == taken_off.stdout
    assert command('"red -blue"', "--json").stdout != taken_off.stdout


def test_a_threshold_lists_what_is_similar_enough_and_copies_the_pictures(command, tmp_path):
    cosines = command.vectors @ command.vectors[0]
    least = float(np.sort(cosines)[1]) - 1e-4
    out = tmp_path / "out"
    answer = command("--like", "red", "--threshold", least, "--copy-to", out, "--json")
    hits = json.loads(answer.stdout)
    assert len(hits) == 3
    assert sorted(os.listdir(out)) == sorted(os.path.basename(hit["file"]) for hit in hits)
    assert (out / "00001_red.png").read_bytes() == (tmp_path / "red.png").read_bytes()
    everything = command("--like", "red", "-k", 4, "--copy-to", tmp_path / "all", "--json")
    files = {hit["id"]: hit["file"] for hit in json.loads(everything.stdout)}
    assert Path(files["white"]).read_bytes() == b"jpeg"


def test_no_half_of_a_picture_is_left_where_the_disk_is_full(tmp_path, monkeypatch):
    def fill(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr("explorer.commands.search.shutil.copyfile", fill)
    picture = tmp_path / "red.png"
    picture.write_bytes(b"whole")
    found = Ranked(["red"], [1.0], [[]], {"red": {"url": picture.as_uri()}})
    nowhere: Any = None
    with pytest.raises(OSError, match="No space left"):
        _copy(nowhere, nowhere, found, tmp_path / "found")
    assert list((tmp_path / "found").iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--where", "id=none"], "No photo satisfies the conditions: ask for less with --where."),
        (["--threshold", "1"], "No photo is that similar: lower --threshold."),
        (
            ["--threshold", "1", "--where", "id=none"],
            "No photo that satisfies the conditions is that similar: lower --threshold.",
        ),
    ],
)
def test_why_nothing_is_found_is_said(command, asked, words):
    answer = command("something red", *asked)
    assert (answer.returncode, answer.stdout, answer.stderr.strip()) == (0, "", words)


def test_what_cannot_be_searched_for_is_one_sentence(command, tmp_path):
    for arguments, words in (
        ([], "Say what to look for"),
        (["lake -https://example.org/x.jpg"], "give the picture as a file, --image FILE"),
        (["--image", tmp_path / "none.png"], "none.png cannot be read: No such file"),
        (["--like", "red", "--where", "mood=calm"], "'mood' is not a column of colours"),
        (["--like", "nothing"], "holds no photo 'nothing'"),
        (["word " * 100], "shorten it"),
    ):
        answer = command(*arguments)
        assert answer.returncode == 1
        assert words in answer.stderr
        assert answer.stderr.count("\n") == 1
