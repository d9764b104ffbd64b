"""Where the similarity command takes its classes from, and what Ctrl-C leaves."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.class_file import Correction, SavedClasses, save_classes
from classifier.classes import ClassHeads
from tests.tuning.conftest import DIM, fill, noisy_classes
from tests.vecdb.conftest import photos, unit
from tests.warm import python
from tuning.__main__ import main
from tuning.trial import Comparison
from vecdb import connect, derived

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def animals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ENCODER_HEADS", str(tmp_path / "heads"))
    dsn = f"chdb://{tmp_path / 'db'}"
    with connect(dsn) as database:
        fill(database)
    return dsn


def save_corrections(path: Path) -> None:
    """Save classes of the noisy photos as the Classes page does; every tenth is of none."""
    vectors, classes = noisy_classes()
    names = [f"c{number:02}" for number in range(classes.max() + 1)]
    texts = np.eye(DIM, dtype=np.float32)[np.arange(len(names)) % DIM]
    corrections = {
        f"p{at:03}": Correction(vectors[at], -1 if at % 10 == 0 else int(of))
        for at, of in enumerate(classes)
    }
    heads = ClassHeads(
        texts=texts,
        weights=texts,
        biases=np.zeros(len(names)),
        names=tuple(names),
        templates=("{}",),
        encoder="by hand",
        scale=10.0,
    )
    save_classes(path, SavedClasses(heads, corrections))


def test_corrections_of_the_classes_page_teach_a_head(
    animals: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_corrections(tmp_path / "classes.safetensors")
    common = ["similarity", "--dsn", animals, "--table", "animals", "--out", "look", "--json"]
    by = ["--by", "classes", "--classes", str(tmp_path / "classes.safetensors")]
    assert main([*common, *by, "--rate", "2e-3"]) == 0
    assert json.loads(capsys.readouterr().out)["served"] is True
    with connect(animals) as database:
        assert database.collection("animals__look").count() == 480


def test_a_file_without_saved_classes_is_one_sentence(
    animals: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "classes.safetensors").write_bytes(b"no such file")
    common = ["similarity", "--dsn", animals, "--table", "animals", "--out", "look"]
    path = ["--classes", str(tmp_path / "classes.safetensors")]
    assert main([*common, "--by", "classes", *path]) == 1
    assert "holds no saved classes" in capsys.readouterr().err
    path[1] = str(tmp_path / "mistyped.safetensors")
    assert main([*common, "--by", "classes", *path]) == 1
    assert "There is no file" in capsys.readouterr().err
    assert main([*common, "--by", "classes"]) == 1
    assert "go together" in capsys.readouterr().err


def test_mining_without_triplets_is_refused(
    animals: str, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["similarity", "--dsn", animals, "--table", "animals", "--out", "look"]
    assert main([*common, "--mining", "hard"]) == 1
    assert "--loss triplet" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["abc", "nan", "-1", "0x1"])
@pytest.mark.parametrize(
    "command",
    [
        ["similarity", "--out", "look", "--rate"],
        ["model", "data.lance", "--out", "model", "--rate"],
        ["model", "data.lance", "--out", "model", "--checkpoint-seconds"],
    ],
)
def test_a_number_that_is_none_or_out_of_bounds_is_told_with_what_it_must_be(
    command: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*command[:-1], f"{command[-1]}={text}"])
    told = capsys.readouterr().err.splitlines()[-1]
    assert f"argument {command[-1]}: " in told
    assert told.endswith(("is not a number", "or more", "at most 1"))


@pytest.mark.parametrize(
    ("heads", "better", "code", "told"),
    [
        ("/dev/full/heads", True, 1, {"error"}),
        (None, False, 3, {"error", "served", "unseen_classes", "unseen_photos"}),
    ],
)
def test_what_is_not_served_is_one_answer_in_json(
    animals: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    heads: str | None,
    better: bool,
    code: int,
    told: set[str],
) -> None:
    if heads:
        monkeypatch.setenv("ENCODER_HEADS", heads)
    monkeypatch.setattr(Comparison, "is_better", better)
    common = ["similarity", "--dsn", animals, "--table", "animals", "--out", "look", "--json"]
    assert main(common) == code
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert set(answer) == told
    assert answer.get("served", False) is False
    assert "On classes never seen: R-precision" in printed.err


@pytest.mark.parametrize("seed", ["-1", "4294967296", "1.5"])
@pytest.mark.parametrize("command", ["similarity", "model"])
def test_a_seed_that_no_generator_takes_is_bad_usage(
    command: str, seed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = ["data.lance"] if command == "model" else []
    with pytest.raises(SystemExit, match="2"):
        main([command, *needed, "--out", "look", "--seed", seed])
    assert f"argument --seed: {seed}".replace("1.5", "'1.5'") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rate", "words"),
    [("much", "'much' is not a number"), ("nan", "nan is not above 0 and at most 1")],
)
@pytest.mark.parametrize("command", ["similarity", "model"])
def test_a_rate_that_can_be_none_is_bad_usage(
    command: str, rate: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = ["data.lance"] if command == "model" else []
    with pytest.raises(SystemExit, match="2"):
        main([command, *needed, "--out", "look", "--rate", rate])
    assert f"argument --rate: {words}\n" in capsys.readouterr().err


def test_a_batch_of_one_has_nothing_to_tell_apart(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["model", "data.lance", "--out", "m", "--batch", "1"])
    assert "argument --batch: 1 is not 2 or more" in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_epoch_and_serves_it(animals: str, tmp_path: Path) -> None:
    program = """
import os, signal, sys
from tuning.__main__ import main
from tuning.trial import Comparison
from tuning.train import Training
whole = Training.run_epoch
def interrupt(self, at=iter(range(99))):
    if next(at) == 3:
        os.kill(os.getpid(), signal.SIGINT)
    return whole(self)
Training.run_epoch = interrupt
sys.exit(main(sys.argv[1:]))
"""
    arguments = ["similarity", "--dsn", animals, "--table", "animals", "--out", "look"]
    done = subprocess.run(
        [*python(), "-c", program, *arguments, "--rate", "2e-3", "--force"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Training ended because it was stopped;" in done.stdout
    with connect(animals) as database:
        assert database.collection("animals__look").count() == 480


def test_ctrl_c_in_a_sync_says_what_is_not_complete(
    animals: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    common = ["--dsn", animals, "--table", "animals"]
    assert main(["similarity", *common, "--out", "look", "--rate", "2e-3", "--force"]) == 0
    with connect(animals) as database:
        database.collection("animals").insert(photos(["late"], unit(1, DIM)))
    whole = derived.follow

    def interrupted(*arguments: Any, **options: Any) -> derived.Followed:
        os.kill(os.getpid(), signal.SIGINT)
        return whole(*arguments, **options)

    monkeypatch.setattr("vecdb.database.follow", interrupted)
    capsys.readouterr()
    assert main(["sync", *common, "--json"]) == 130
    told = json.loads(capsys.readouterr().out)["error"]
    assert told == "animals__look is not complete: `python -m tuning sync` finishes what is left."
    monkeypatch.setattr("vecdb.database.follow", whole)
    assert main(["sync", *common, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["animals__look"]["added"] == 1
