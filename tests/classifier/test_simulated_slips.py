"""Simulated users who slip, are asked again, and take turns."""

import json
from pathlib import Path

import pytest

from classifier.benchmark.__main__ import main
from classifier.benchmark.labelled_set import read_set
from classifier.benchmark.measure import measure
from classifier.benchmark.simulation import Plan, run, split


def test_a_user_who_slips_teaches_less(clusters: Path):
    data = read_set(clusters)
    careful, careless = (measure(data, Plan(rounds=5, noise=(share,)), 2) for share in (0.0, 0.3))
    assert careless.mean_ap()[0] == careful.mean_ap()[0]
    assert careless.mean_ap()[-1] < careful.mean_ap()[-1]


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
