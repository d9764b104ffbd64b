"""The programs behind tables of docs/measurements/learning.md run, and say what they claim."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier import anchor, fit
from classifier.advice import SETTLED
from classifier.benchmark.labelled_set import read_set
from classifier.benchmark.measure import click_through
from classifier.benchmark.simulation import Plan, run, split, stop_round
from tests.classifier import exclusion, labels_alone, opened, stopping
from tests.classifier.development_sets import Labelled, unit


@pytest.fixture
def three_classes(tmp_path: Path) -> Path:
    """Near classes whose words say little: the yes of one are the no that another lacks."""
    random = np.random.default_rng(5)
    centres = unit(random.normal(size=(3, 24)) + 1.0)
    labels = np.repeat(["cat", "dog", "fox"], 60)
    vectors = unit(np.repeat(centres, 60, axis=0) + 0.25 * random.normal(size=(180, 24)))
    prompts = unit(centres + 0.6 * random.normal(size=centres.shape))
    Labelled(vectors, labels, ["cat", "dog", "fox"], prompts).save(tmp_path / "near.npz")
    return tmp_path / "near.npz"


def test_alone_is_what_the_clicks_reached_and_the_others_answers_change_it(
    three_classes: Path, capsys: pytest.CaptureFixture[str]
):
    known = read_set(three_classes)
    found = exclusion.compare(known, 0, 3)
    data = split(known.vectors, known.labels, 0)
    for row, (name, prompt) in enumerate(zip(known.concepts, known.prompts, strict=True)):
        reached = np.array(run(data, name, prompt, Plan(rounds=5)).ap)
        assert found[row, 0] == pytest.approx(reached[list(exclusion.ROUNDS)], abs=0.002)
    assert np.abs(found[:, 1] - found[:, 0]).max() > 0.005
    lonely = exclusion.compare(known, 0, 1)
    assert lonely[:, 0].tolist() == lonely[:, 1].tolist()  # it has nobody to learn from
    assert exclusion.main([str(three_classes), "--seeds", "1"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line == " ".join(
        [
            "near",
            *(f"{x:.3f}" for x in found.mean(axis=0)[0]),
            "|",
            *(f"{x:.3f}" for x in found.mean(axis=0)[1]),
        ]
    )


def test_asking_for_more_agreement_stops_later(
    three_classes: Path, capsys: pytest.CaptureFixture[str]
):
    assert stopping.main([str(three_classes), "--seeds", "2"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    rounds = [float(line[1]) for line in lines]
    assert len(rounds) == len(stopping.ASKED)
    assert rounds == sorted(rounds)
    assert rounds[0] < rounds[-1] <= stopping.PLAN.rounds
    # At the agreement that the advice asks for, what the traces themselves say.
    sessions = click_through(read_set(three_classes), stopping.PLAN, 2)
    traces = [each.trace for each in sessions]
    lost = [trace.ap[-1] - trace.ap[stop_round(trace) or stopping.PLAN.rounds] for trace in traces]
    assert stopping.ASKED[2] == SETTLED
    assert lines[2][2:] == [f"{np.mean(lost):.3f}", f"{np.quantile(lost, 0.9):.3f}"]


def test_labels_are_read_by_the_strata_of_the_ranking():
    """By hand: 10 photos, 4 accepted; the best two judged yes and no, of the rest one no."""
    scores = np.array([4.0, 3.0, 2.0, 1.0, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0])
    truth = np.array([1, 0, 1, 1, 0, 0, 0, 0, 0, 0], bool)
    found: Any = labels_alone.read_labels(scores, [4, 1, 0], truth)
    # The first stratum is known in full; of the second nothing is, so any part of it may match.
    assert found.precision.low == pytest.approx(1 / 4)
    assert found.precision.high == pytest.approx(3 / 4)


def test_labels_alone_are_compared_with_the_truth_for_precision_and_recall(
    three_classes: Path, capsys: pytest.CaptureFixture[str]
):
    known = read_set(three_classes)
    told = labels_alone.compare(known, 1)
    data = split(known.vectors, known.labels, 0)
    prompt, truth = known.prompts[0], data.pool_names == known.concepts[0]
    pages = run(data, str(known.concepts[0]), prompt, Plan(rounds=5)).pages
    judged = [photo for page in pages for photo in page]
    said = np.where(truth[judged], 1, -1)
    head = fit(anchor([(prompt, 1.0)]), data.pool[judged], said, background=data.background)
    scores = head.margins(data.pool)
    found: Any = labels_alone.read_labels(scores, judged, truth)
    precision, recall = truth[scores >= 0].mean(), (scores[truth] >= 0).mean()
    (held, off), (held_too, off_too) = told[0, 0]
    assert off == pytest.approx(abs(found.precision.value - precision))
    assert off_too == pytest.approx(abs(found.recall.value - recall))
    assert held == (found.precision.low - 1e-9 <= precision <= found.precision.high + 1e-9)
    assert held_too == (found.recall.low - 1e-9 <= recall <= found.recall.high + 1e-9)
    assert labels_alone.main([str(three_classes), "--seeds", "1"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.split() == ["near", *(f"{x:.2f}" for x in told.mean(axis=0).ravel())]


def test_a_classifier_is_opened_where_nobody_answered_and_goes_on_or_begins_anew(
    three_classes: Path, capsys: pytest.CaptureFixture[str]
):
    known = read_set(three_classes)
    taught, elsewhere = opened.part(known, 0)
    shared = {row.tobytes() for row in taught.pool} & {row.tobytes() for row in elsewhere.pool}
    assert not shared
    told = opened.compare(known, 1, 18)
    assert told[0, 0].tolist() == told[1, 0].tolist()  # as it is opened nothing differs
    assert told[1, 1, 1] > told[0, 1, 1]  # one no costs the matches of the one begun anew
    assert opened.main([str(three_classes), "--seeds", "1", "--clicks", "18"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith(f"near, anew: {told[0, 0, 0]:.3f} {told[0, 1, 0]:.3f} ")
    assert lines[2].startswith(f"near, goes on: {told[1, 0, 0]:.3f} {told[1, 1, 0]:.3f} ")
    assert lines[3].split(": ")[1] == lines[1].split(": ")[1]  # the mean of one set
