import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier import ClassifierError
from classifier.benchmark.__main__ import main
from classifier.benchmark.coverage import coverage, likely_or_in_doubt, synthetic_collection
from classifier.benchmark.coverage import main as coverage_main
from classifier.benchmark.labelled_set import read_set
from classifier.benchmark.measure import measure
from classifier.benchmark.simulation import Plan, Trace, run, split, stop_round
from commandline import run_program
from tests.warm import python

ROOT = Path(__file__).parent.parent.parent
REAL = ROOT.parent / "shared/data/clip_sets/fashion_dev.npz"
on_real_vectors = pytest.mark.skipif(not REAL.exists(), reason="no real CLIP vectors here")


def end(arguments: list[str], command=main) -> int:
    return run_program(command, ClassifierError, arguments=arguments)


def test_the_command_prints_the_fields_that_measurements_rely_on(clusters: Path):
    command = [*python(), "-m", "classifier.benchmark", str(clusters)]
    options = ["--rounds", "2", "--seeds", "2", "--json"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["method"], told["strategy"], told["rounds"]) == ("anchored", "mixed", [0, 1, 2])
    assert list(told["per_concept"]) == ["dog", "fox"]
    assert [len(told["mean_ap"]), len(told["per_concept"]["fox"])] == [3, 3]
    assert told["mean_ap"][2] > told["mean_ap"][0]
    assert told["full_supervision"] > told["mean_ap"][0]
    assert told["fit_ms_p50"] > 0


def test_the_same_seeds_give_the_same_figures(clusters: Path):
    data = read_set(clusters)
    first, second = (measure(data, Plan(rounds=3), 2) for _ in range(2))
    assert np.array_equal(first.ap, second.ap)


def test_clicking_only_ever_sees_the_pool(clusters: Path):
    data = read_set(clusters)
    division = split(data.vectors, data.labels, 0)
    assert len(division.pool) == 144
    assert len(division.held_out) == 96
    pool = {row.tobytes() for row in division.pool}
    assert not pool & {row.tobytes() for row in division.held_out}


@pytest.mark.parametrize("strategy", ["mixed", "top", "boundary", "random", "diverse"])
def test_a_concept_can_be_clicked_until_nothing_is_left(clusters: Path, strategy: str):
    data = read_set(clusters)
    division = split(data.vectors, data.labels, 0)
    trace = run(division, "fox", data.prompts[1], Plan("anchored", strategy, 9, 20))
    assert sum(trace.page_yes) == (division.pool_names == "fox").sum()


def test_a_plot_is_a_picture(clusters: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "curve.png"
    assert main([str(clusters), "--rounds", "2", "--seeds", "2", "--plot", str(path)]) == 0
    assert "mean AP" in capsys.readouterr().out
    with Image.open(path) as picture:
        assert picture.size == (960, 600)


@pytest.mark.parametrize("name", ["curve.txt", "curve", "nowhere/curve.png", "."])
def test_an_impossible_plot_is_refused_before_the_work(
    clusters: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
):
    assert (
        end([str(clusters), "--rounds", "1", "--seeds", "1", "--plot", str(tmp_path / name)]) == 1
    )
    said = capsys.readouterr()
    assert (said.out, said.err[:25]) == ("", "No plot can be written to")


def test_a_concept_nobody_photographed_is_left_out(clusters: Path):
    with np.load(clusters) as old:
        fields = {name: old[name] for name in old.files}
    fields["concepts"] = np.array(["dog", "unicorn"])
    np.savez(clusters, **fields)
    assert measure(read_set(clusters), Plan(rounds=1), 1).concepts == ["dog"]
    fields["concepts"] = np.array(["griffin", "unicorn"])
    np.savez(clusters, **fields)
    with pytest.raises(ClassifierError, match="held-out"):
        measure(read_set(clusters), Plan(rounds=1), 1)


def test_a_file_that_is_no_set_ends_with_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert end([str(tmp_path / "missing.npz")]) == 1
    (tmp_path / "text.npz").write_text("nothing")
    assert end([str(tmp_path / "text.npz")]) == 1
    np.savez(tmp_path / "poor.npz", ids=np.arange(3))
    assert end([str(tmp_path / "poor.npz")]) == 1
    assert "lacks vectors" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"prompts": slice(1)}, "prompts of shape (1, 16) for 2 concepts"),
        ({"prompts": (slice(None), slice(4))}, "it needs one of 16 numbers for each"),
        ({"labels": slice(10)}, "labels of shape (10,)"),
        ({"labels": 0}, "labels of shape ()"),
        ({"concepts": 0}, "concepts of shape ()"),
        ({"vectors": slice(0), "labels": slice(0)}, "vectors of shape (0, 16)"),
        ({"vectors": slice(1), "labels": slice(1)}, "5 photos or more"),
        ({"vectors": 0}, "vectors of shape (16,)"),
        ({"concepts": slice(0), "prompts": slice(0)}, "concepts of shape (0,)"),
        ({"concepts": [0, 0]}, "names a concept twice"),
    ],
)
def test_fields_that_do_not_fit_end_with_code_1(clusters: Path, changed, told, capsys):
    fields = dict(np.load(clusters))
    np.savez(clusters, **fields | {name: fields[name][part] for name, part in changed.items()})
    assert end([str(clusters)]) == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("prompt", [0.0, np.nan])
def test_a_prompt_that_says_nothing_is_named(clusters: Path, prompt: float, capsys):
    fields = dict(np.load(clusters))
    fields["prompts"][1] = prompt
    np.savez(clusters, **fields)
    assert end([str(clusters)]) == 1
    assert f"zero or not finite: {fields['concepts'][1]}" in capsys.readouterr().err


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_a_set_without_a_usable_vector_ends_with_code_1(clusters: Path, value: float, capsys):
    fields = dict(np.load(clusters))
    np.savez(clusters, **fields | {"vectors": np.full_like(fields["vectors"], value)})
    assert end([str(clusters)]) == 1
    assert "no vector that is finite and not zero" in capsys.readouterr().err


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 7.5, 1e30])
def test_the_length_of_vectors_changes_nothing(clusters: Path, scale: float):
    fields, before = dict(np.load(clusters)), read_set(clusters).vectors
    np.savez(clusters, **fields | {"vectors": fields["vectors"] * np.float32(scale)})
    assert read_set(clusters).vectors == pytest.approx(before, abs=1e-5)


@pytest.mark.parametrize("name", ["one.npy", "words.csv", "cut.npz", "empty.npz"])
def test_what_is_no_npz_is_no_set(tmp_path: Path, clusters: Path, name: str, capsys):
    np.save(tmp_path / "one.npy", np.eye(8))
    (tmp_path / "words.csv").write_text("id,label\na,1\n")
    (tmp_path / "cut.npz").write_bytes(clusters.read_bytes()[:500])
    (tmp_path / "empty.npz").touch()
    assert end([str(tmp_path / name)]) == 1
    assert f"{name} is no .npz of arrays, or a damaged one; it needs" in capsys.readouterr().err


def test_the_largest_fall_below_a_prompt_is_told(clusters: Path):
    result = measure(read_set(clusters), Plan("sgd", "top", 3), 1)
    fall, name, when = result.worst_fall()
    row = result.ap[0, result.concepts.index(name)]
    assert fall == pytest.approx(row[when] - row[0])
    assert fall <= 0


def test_a_settled_trace_stops_and_a_restless_one_does_not():
    same, page = frozenset({1, 2}), [1, 1, 1]
    assert stop_round(Trace(accepted=[same] * 4, page_yes=page)) == 2
    restless = [frozenset({number}) for number in range(4)]
    assert stop_round(Trace(accepted=restless, page_yes=page)) is None


def test_the_benchmark_says_never_where_the_advice_never_says_stop(
    clusters: Path, capsys: pytest.CaptureFixture[str]
):
    options = [str(clusters), "--rounds", "1", "--seeds", "1"]  # stopping takes two rounds at least
    assert main(options) == 0
    assert "the advice never says stop" in capsys.readouterr().out
    assert main([*options, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["stopped"], told["stop_round"], told["stop_regret"]) == (0.0, "never", "never")


def test_coverage_counts_intervals_that_hold_the_truth():
    truth, scores = synthetic_collection(300, 1.0, 1.0)
    held = coverage(truth, scores, runs=40)
    assert all(held[name] > 0.8 for name in ("precision", "recall", "matches"))
    more = coverage(truth, scores, runs=40, judged=likely_or_in_doubt(scores, 200))
    for name in ("precision", "recall", "matches"):
        assert 0 < held[f"{name} width"] < 1.5
        # A right label says what an answer would: the questions are fewer, the intervals the same.
        assert more[f"{name} width"] == pytest.approx(held[f"{name} width"])
    assert more["questions"] < held["questions"]


def test_judged_photos_are_the_likeliest_and_those_in_doubt():
    scores = np.array([3.0, -0.1, -5.0, 9.0, 0.2, 1.0])
    assert likely_or_in_doubt(scores, 4).tolist() == [3, 0, 1, 4]
    assert likely_or_in_doubt(scores, 0).size == 0


def test_audits_of_what_was_taught_are_told_for_each_set(clusters: Path, capsys):
    sets = [str(clusters), str(clusters), "--runs", "2"]
    assert coverage_main(sets) == 0
    first, second = capsys.readouterr().out.splitlines()[1:]
    assert first == second
    assert first.startswith(clusters.stem)
    assert coverage_main([*sets, "--labels", "45"]) == 0
    counted = capsys.readouterr().out.splitlines()[1]
    assert int(counted.split()[1]) < int(first.split()[1])  # what taught it was not asked again
    assert counted.split()[2:] == first.split()[2:]


@pytest.mark.parametrize("damage", ["missing", "no set", "nothing held out"])
def test_coverage_of_what_is_no_set_ends_with_code_1(clusters: Path, damage: str, capsys):
    fields = dict(np.load(clusters))
    if damage == "missing":
        clusters.unlink()
    elif damage == "no set":
        clusters.write_text("nothing")
    else:
        np.savez(clusters, **fields | {"concepts": np.array(["x", "y"])})
    assert end([str(clusters)], coverage_main) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


@on_real_vectors
def test_on_real_vectors_the_learner_keeps_its_figures():
    result = measure(read_set(REAL), Plan(), 3)
    mean = result.mean_ap()
    assert mean[0] == pytest.approx(0.647, abs=0.002)
    assert (mean[[1, 2, 3, 5, 10]] >= [0.83, 0.88, 0.90, 0.92, 0.935]).all()
    per_concept = np.nanmean(result.ap, axis=0)
    assert (per_concept >= per_concept[:, :1] - 0.02).all()


@on_real_vectors
def test_on_real_vectors_the_first_rule_climbs_and_falls_as_it_was_measured():
    mean = measure(read_set(REAL), Plan("sgd", "top"), 3).mean_ap()
    assert mean[[0, 5, 10]] == pytest.approx([0.647, 0.819, 0.740], abs=0.02)


def test_a_sample_limits_the_photos_in_doubt_and_not_the_top(clusters: Path):
    data = read_set(clusters)
    division = split(data.vectors, data.labels, 0)
    prompt = data.prompts[0]
    whole = run(division, "dog", prompt, Plan(rounds=3, strategy="boundary"))
    drawn = [
        run(division, "dog", prompt, Plan(rounds=3, strategy="boundary", sample=sample)).ap
        for sample in (len(division.pool), 30)
    ]
    assert drawn[0] == whole.ap
    assert drawn[1] != whole.ap
    best = run(division, "dog", prompt, Plan(rounds=3, strategy="top"))
    assert run(division, "dog", prompt, Plan(rounds=3, strategy="top", sample=20)).ap == best.ap
    main([str(clusters), "--rounds", "1", "--seeds", "1", "--sample", "100"])
    with pytest.raises(SystemExit):
        main([str(clusters), "--sample", "99"])


@on_real_vectors
def test_candidates_drawn_from_a_sample_teach_as_well_as_from_all():
    data = read_set(REAL)
    whole, drawn = (
        measure(data, Plan(rounds=5, sample=sample), 2).mean_ap() for sample in (None, 400)
    )
    assert abs(drawn[1] - whole[1]) < 0.02
    assert abs(drawn[5] - whole[5]) < 0.02
