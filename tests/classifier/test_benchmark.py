import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier import ClassifierError
from classifier.benchmark.__main__ import main
from classifier.benchmark.coverage import coverage, synthetic_collection
from classifier.benchmark.measure import measure, read_set
from classifier.benchmark.simulation import Plan, Trace, run, split, stop_round
from tests.warm import python

ROOT = Path(__file__).parent.parent.parent
REAL = ROOT.parent / "shared/data/clip_sets/fashion_dev.npz"
on_real_vectors = pytest.mark.skipif(not REAL.exists(), reason="no real CLIP vectors here")


@pytest.fixture
def clusters(tmp_path: Path) -> Path:
    """Three classes in 16 dimensions, each prompt half right."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(3, 16))
    names = np.repeat(["cat", "dog", "fox"], [150, 60, 30])
    rows = np.repeat(centres, [150, 60, 30], axis=0) + 1.2 * random.normal(size=(240, 16)) + 1.0
    prompts = centres[1:] + 1.5 * random.normal(size=(2, 16))
    path = tmp_path / "clusters.npz"
    np.savez(
        path,
        ids=np.array([f"p{i}" for i in range(240)]),
        vectors=(rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32),
        labels=names,
        concepts=np.array(["dog", "fox"]),
        prompts=(prompts / np.linalg.norm(prompts, axis=1, keepdims=True)).astype(np.float32),
    )
    return path


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
        main([str(clusters), "--rounds", "1", "--seeds", "1", "--plot", str(tmp_path / name)]) == 2
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


def test_a_file_that_is_no_set_ends_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(tmp_path / "missing.npz")]) == 2
    (tmp_path / "text.npz").write_text("nothing")
    assert main([str(tmp_path / "text.npz")]) == 2
    np.savez(tmp_path / "poor.npz", ids=np.arange(3))
    assert main([str(tmp_path / "poor.npz")]) == 2
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
    ],
)
def test_fields_that_do_not_fit_end_with_code_2(clusters: Path, changed, told, capsys):
    fields = dict(np.load(clusters))
    np.savez(clusters, **fields | {name: fields[name][part] for name, part in changed.items()})
    assert main([str(clusters)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("prompt", [0.0, np.nan])
def test_a_prompt_that_says_nothing_is_named(clusters: Path, prompt: float, capsys):
    fields = dict(np.load(clusters))
    fields["prompts"][1] = prompt
    np.savez(clusters, **fields)
    assert main([str(clusters)]) == 2
    assert f"zero or not finite: {fields['concepts'][1]}" in capsys.readouterr().err


def test_one_array_is_no_set(tmp_path: Path, capsys):
    np.save(tmp_path / "vectors.npy", np.eye(8))
    assert main([str(tmp_path / "vectors.npy")]) == 2
    assert "it is a single array; pass a .npz" in capsys.readouterr().err


def test_rows_of_any_length_are_photos_of_length_one(clusters: Path):
    fields = dict(np.load(clusters))
    before = read_set(clusters).vectors
    np.savez(clusters, **fields | {"vectors": 7.5 * fields["vectors"]})
    assert read_set(clusters).vectors == pytest.approx(before, abs=1e-5)


def test_a_user_who_slips_teaches_less(clusters: Path):
    data = read_set(clusters)
    careful, careless = (measure(data, Plan(rounds=5, noise=(share,)), 2) for share in (0.0, 0.3))
    assert careless.mean_ap()[0] == careful.mean_ap()[0]
    assert careless.mean_ap()[-1] < careful.mean_ap()[-1]


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
    more = coverage(truth, scores, runs=40, labels=200)
    for name in ("precision", "recall", "matches"):
        assert 0 < held[f"{name} width"] < 1.5
        # A right label says what an answer would: the questions are fewer, the intervals the same.
        assert more[f"{name} width"] == pytest.approx(held[f"{name} width"])
    assert more["questions"] < held["questions"]


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


def test_asking_again_is_counted_and_takes_its_place_on_the_page(
    clusters: Path, capsys: pytest.CaptureFixture[str]
):
    options = [str(clusters), "--rounds", "6", "--seeds", "2", "--noise", "0.1"]
    assert main([*options, "--ask", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["asked"] >= told["slips_found"] > 0
    assert told["slips"] >= told["slips_found"]
    assert main([*options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["asked"] == 0
    division = split(read_set(clusters).vectors, read_set(clusters).labels, 0)
    plan = Plan(rounds=6, noise=(0.1,), ask=True)
    trace = run(division, "fox", read_set(clusters).prompts[1], plan)
    assert trace.asked > 0
    # Of six pages of nine, only the last is chosen after 45 answers.
    assert main([*options, "--ask", "--ask-from", "45", "--json"]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["asked"] <= 2 * 2 * 2
    assert main([*options, "--ask", "--ask-from", "46", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["asked"] == 0


def test_a_fit_that_believes_every_answer_learns_less_from_slips(
    clusters: Path, capsys: pytest.CaptureFixture[str]
):
    options = [str(clusters), "--rounds", "8", "--seeds", "3", "--json", "--noise", "0.1"]
    reached = []
    for more in ([], ["--believe"]):
        assert main([*options, *more]) == 0
        reached.append(json.loads(capsys.readouterr().out)["mean_ap"][-1])
    assert reached[0] > reached[1]
    for other in (["--ask"], ["--method", "sgd"]):
        with pytest.raises(SystemExit):
            main([str(clusters), "--believe", *other])


def test_people_take_turns_at_the_pages_each_with_slips_of_their_own(
    clusters: Path, capsys: pytest.CaptureFixture[str]
):
    options = [str(clusters), "--seeds", "2", "--json", "--noise"]
    told = {}
    for noise in ("0.4", "0.4,0", "0,0.4", "0,0"):
        assert main([*options, noise, "--rounds", "2"]) == 0
        told[noise] = json.loads(capsys.readouterr().out)
    assert told["0.4,0"]["noise"] == [0.4, 0.0]
    assert told["0.4"]["noise"] == 0.4
    assert told["0.4"]["slips"] > told["0.4,0"]["slips"] > 0 < told["0,0.4"]["slips"]
    assert told["0,0"]["slips"] == 0
    # The first page is the first person's: whoever comes second changes nothing of it.
    assert told["0.4"]["mean_ap"][1] == told["0.4,0"]["mean_ap"][1] != told["0,0"]["mean_ap"][1]


@pytest.mark.parametrize("noise", ["a", "0.5", "-0.1", ".1,", ".1,nan", ""])
def test_noise_is_a_share_or_shares(clusters: Path, noise: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main([str(clusters), f"--noise={noise}"])
    assert "must be a share of the answers" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--ask-from", "9"], ["--ask", "--ask-from", "-1"]])
def test_when_to_ask_needs_asking_and_a_number_of_answers(clusters: Path, options: list[str]):
    with pytest.raises(SystemExit):
        main([str(clusters), *options])


@pytest.mark.parametrize("options", [["--method", "sgd"], ["--batch", "2"]])
def test_asking_needs_our_learner_and_room_on_the_page(clusters: Path, options: list[str]):
    with pytest.raises(SystemExit) as ended:
        main([str(clusters), "--ask", *options])
    assert ended.value.code == 2


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
