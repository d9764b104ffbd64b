import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier.benchmark.labelled_set import read_set
from encoder.similarity import load_head
from tests.classifier.development_sets import Source
from tests.tuning.conftest import fill, noisy_classes
from tests.tuning.sets import coloured
from tests.warm import python
from tuning.__main__ import main
from tuning.benchmark.__main__ import measure
from tuning.train import Settings
from vecdb import connect

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def labelled_set(tmp_path: Path) -> Path:
    vectors, classes = noisy_classes()
    names = np.array([f"c{of:02}" for of in classes])
    concepts = np.unique(names)[:3]
    np.savez(
        tmp_path / "set.npz",
        ids=np.arange(len(names)).astype(str),
        vectors=vectors,
        labels=names,
        concepts=concepts,
        prompts=vectors[[0, 12, 24]],
    )
    return tmp_path / "set.npz"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    whole = [*python(), "-m", *command]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_prints_the_fields_that_measurements_rely_on(labelled_set: Path) -> None:
    done = run("tuning.benchmark", str(labelled_set), "--seeds", "1", "--rate", "2e-3", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for part in ("unseen_classes", "unseen_photos"):
        low, high = told[part]["interval"]
        assert told[part]["chance"] < told[part]["base"] < low < told[part]["tuned"] < high
    assert told["served"] is True
    assert told["seconds"] > 0


def test_photos_without_a_usable_vector_are_left_out_and_counted(labelled_set: Path) -> None:
    whole = measure(labelled_set, Settings(epochs=1), 1)
    fields = dict(np.load(labelled_set))
    fields["vectors"] = np.concatenate([np.full((1, 16), np.nan), fields["vectors"], [[0] * 16]])
    fields["labels"] = np.concatenate([["c00"], fields["labels"], ["c01"]])
    np.savez(labelled_set, **fields)
    found = measure(labelled_set, Settings(epochs=1), 1)
    assert (found["photos"], found["without_vector"]) == (whole["photos"], 2)
    assert found["unseen_photos"] == whole["unseen_photos"]


def test_clicks_are_counted_in_both_spaces(labelled_set: Path) -> None:
    command = ["tuning.benchmark.mining", str(labelled_set), "--seeds", "1", "--rounds", "1"]
    done = run(*command, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {name.split()[1] for name in told} == {"base", "tuned"}
    assert all(len(aps) == 2 for aps in told.values())


def test_a_file_that_is_no_set_is_one_sentence(tmp_path: Path) -> None:
    done = run("tuning.benchmark", str(tmp_path / "none.npz"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


@pytest.fixture
def animals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ENCODER_HEADS", str(tmp_path / "heads"))
    dsn = f"chdb://{tmp_path / 'db'}"
    with connect(dsn) as database:
        fill(database)
    return dsn


def test_a_head_is_trained_served_synced_and_deleted_by_commands(
    animals: str, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["--dsn", animals, "--table", "animals"]
    assert main(["similarity", *common, "--out", "look", "--rate", "2e-3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["served"] is True
    head = load_head("by hand+look")
    assert head.about["table"] == "animals"
    assert head.about["photos"] == 480
    assert head.about["measured"]["unseen_classes"]["tuned"] > 0
    assert main(["sync", "--dsn", animals]) == 0
    assert "animals__look: 0 photos added, 0 removed" in capsys.readouterr().out
    assert main(["similarity", *common, "--out", "look"]) == 1
    assert "is taken" in capsys.readouterr().err
    assert main(["delete", *common, "look"]) == 0
    with connect(animals) as database:
        assert [info.name for info in database.collections()] == ["animals"]


def test_a_head_that_learnt_nothing_is_not_served_unless_forced(
    animals: str, capsys: pytest.CaptureFixture[str]
) -> None:
    common = [
        "--dsn",
        animals,
        "--table",
        "animals",
        "--loss",
        "triplet",
        "--rate",
        "1e-9",
        "--out",
        "look",
    ]
    assert main(["similarity", *common]) == 3
    assert "is not served: on classes never seen" in capsys.readouterr().err
    with connect(animals) as database:
        assert database.derived("animals") == []
    assert main(["similarity", *common, "--force"]) == 0
    with connect(animals) as database:
        assert [info.name for info in database.derived("animals")] == ["animals__look"]


def test_the_coloured_set_is_one_that_the_benchmark_reads(tmp_path: Path) -> None:
    folder = tmp_path / "clothing"
    folder.mkdir()
    rows = [(f"{colour}{at}.png", colour) for colour in ("red", "blue", "black") for at in range(3)]
    for name, colour in rows:
        Image.new("RGB", (32, 32), colour).save(folder / name)
    lines = ["file,label", *(f"{name},dress" for name, _ in rows)]
    (folder / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    coloured(Source(tmp_path)).save(tmp_path / "coloured.npz")
    made = read_set(tmp_path / "coloured.npz")
    assert sorted(made.concepts) == ["black dress", "cool dress", "warm dress"]
    assert sorted(made.labels) == sorted(3 * list(made.concepts))
