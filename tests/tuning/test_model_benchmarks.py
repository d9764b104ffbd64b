import json
from pathlib import Path

import pytest

from tests.tuning.test_benchmark import run
from tuning.benchmark.drawn import choose_scenes, describe
from tuning.benchmark.pace import make_pictures


def test_no_two_scenes_and_no_two_captions_are_alike() -> None:
    scenes = choose_scenes(2000, 0)
    captions = [text for scene in scenes for text in describe(scene)]
    assert len(set(scenes)) == 2000
    assert len(set(captions)) == 4000


def test_drawn_scenes_are_learnt_and_measured_by_one_command() -> None:
    done = run("tuning.benchmark.shapes", "--pictures", "80", "--epochs", "2", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["held_out"]["caption_to_picture"]["recall@1"]["chance"] == pytest.approx(1 / 8)
    assert told["times_chance"] >= 0


def test_loading_is_measured_from_all_three() -> None:
    pytest.importorskip("webdataset")
    done = run("tuning.benchmark.loading", "--pictures", "70", "--side", "64", "--json")
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["per_second"]) == {"lance", "folder", "webdataset"}


@pytest.mark.parametrize("source", ["lance", "folder"])
def test_pictures_for_the_pace_are_the_same_from_lance_and_from_files(
    source: str, tmp_path: Path
) -> None:
    pictures = make_pictures(tmp_path, 300, source)
    assert pictures.read([7])[0].endswith((7).to_bytes(4, "big"))
    assert [len(pictures.numbers(part)) for part in ("train", "val", "test")] == [172, 64, 64]
