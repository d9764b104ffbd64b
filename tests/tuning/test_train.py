import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from encoder.similarity import SimilarityHead
from tests.tuning.conftest import noisy_classes
from tuning.division import divide
from tuning.errors import LossDiverged
from tuning.measure import retrieve
from tuning.train import Epoch, Settings, train
from tuning.trial import run_trial

QUICK = Settings(rate=2e-3, epochs=20, batch=64)


def trial(settings: Settings):
    vectors, classes = noisy_classes()
    return run_trial(vectors, classes, settings, encoder="by hand", unseen=0.25)


def test_a_head_helps_on_classes_and_photos_it_never_saw() -> None:
    found = trial(QUICK)
    assert found.missing == []
    for part in (found.unseen_classes, found.unseen_photos):
        assert part is not None
        assert part.tuned.r_precision.mean() > part.base.r_precision.mean() + 0.05
        assert part.tuned.average_precision.mean() > part.base.average_precision.mean() + 0.05


@pytest.mark.parametrize("mining", ["hard", "semihard", "all"])
def test_the_triplet_loss_does_not_collapse(mining: str) -> None:
    vectors, classes = noisy_classes()
    settings = replace(QUICK, loss="triplet", mining=mining)
    trained = train(vectors, classes, divide(classes, unseen=0.25, seed=0), settings)
    moved = SimilarityHead(trained.weights, trained.bias, "").apply(vectors)
    # Collapsed vectors all lie on one point: their mean is as long as they are.
    assert np.linalg.norm(moved.mean(axis=0)) < 0.7
    assert trained.epochs[trained.best].r_precision >= trained.epochs[0].r_precision


def test_an_untrained_head_changes_nothing() -> None:
    vectors, classes = noisy_classes()
    division = divide(classes, unseen=0.25, seed=0)
    trained = train(vectors, classes, division, replace(QUICK, epochs=0))
    moved = SimilarityHead(trained.weights, trained.bias, "").apply(vectors)
    assert np.allclose(moved, vectors, atol=1e-6)


def test_the_head_that_is_kept_scores_as_its_epoch_did() -> None:
    vectors, classes = noisy_classes()
    division = divide(classes, unseen=0.25, seed=0)
    trained = train(vectors, classes, division, QUICK)
    head = SimilarityHead(trained.weights, trained.bias, "")
    scores = [
        retrieve(head.apply(vectors[rows]), classes[rows]).r_precision.mean()
        for rows in (division.choosing_classes, division.choosing_photos)
    ]
    best = trained.epochs[trained.best]
    assert trained.best > 0
    assert np.mean(scores) == pytest.approx(best.r_precision, abs=1e-6)
    first = trained.epochs[0].scores
    harmless = [e for e in trained.epochs if all(np.greater_equal(e.scores, first))]
    assert best.r_precision == max(epoch.r_precision for epoch in harmless)


def test_training_that_is_stopped_keeps_the_best_epoch_so_far() -> None:
    vectors, classes = noisy_classes()
    stop = threading.Event()
    seen: list[Epoch] = []

    def stop_after_three(epoch: Epoch) -> None:
        seen.append(epoch)
        if epoch.number == 3:
            stop.set()

    trained = train(
        vectors,
        classes,
        divide(classes, unseen=0.25, seed=0),
        QUICK,
        progress=stop_after_three,
        stop=stop,
    )
    assert [epoch.number for epoch in seen] == [0, 1, 2, 3]
    assert trained.ended == "it was stopped"
    assert trained.best == max(seen, key=lambda epoch: epoch.r_precision).number > 0


def test_training_ends_when_epochs_are_no_better() -> None:
    vectors, classes = noisy_classes()
    division = divide(classes, unseen=0.25, seed=0)
    trained = train(vectors, classes, division, replace(QUICK, epochs=500, patience=4))
    assert trained.ended == "4 epochs in a row were no better"
    assert trained.epochs[-1].number == trained.best + 4


def test_the_same_seed_trains_the_same_head() -> None:
    one, two = (trial(replace(QUICK, seed=5)).head for _ in range(2))
    assert np.array_equal(one.weights, two.weights)


def test_a_rate_that_loses_the_loss_is_named() -> None:
    with pytest.raises(LossDiverged, match=r"rate 1e\+30 is too high"):
        trial(replace(QUICK, rate=1e30))


def test_a_loss_that_is_lost_later_keeps_the_best_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    from tuning.train import Training

    whole = Training.run_epoch
    epochs = iter(range(5))
    monkeypatch.setattr(
        Training, "run_epoch", lambda self: whole(self) if next(epochs) < 3 else float("nan")
    )
    found = trial(QUICK).trained
    assert found.ended.startswith("the loss became infinite in epoch 4")
    assert found.best in {1, 2, 3}


def trial_of_few(**options: Any) -> set[int]:
    """Try a head on 14 classes, a quarter of which are unseen at once; return those measured."""
    vectors, classes = noisy_classes()
    rows = classes < 14
    found = run_trial(
        vectors[rows], classes[rows], QUICK, encoder="by hand", unseen=0.25, **options
    )
    assert found.unseen_classes is not None
    return set(found.unseen_classes.units.tolist())


def test_where_few_classes_are_unseen_every_class_is_in_its_turn() -> None:
    turns: list[tuple[int, int]] = []
    measured = trial_of_few(measuring=lambda *turn: turns.append(turn))
    assert turns == [(1, 4), (2, 4), (3, 4)]
    assert measured == set(range(14))


def test_a_further_head_that_loses_its_loss_is_named_and_the_others_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heads = iter(range(9))

    def train_but_the_third(*given: Any, **options: Any) -> Any:
        if next(heads) == 2:
            raise LossDiverged("The loss became infinite in epoch 1.")
        return train(*given, **options)

    monkeypatch.setattr("tuning.trial.train", train_but_the_third)
    vectors, classes = noisy_classes()
    rows = classes < 14
    found = run_trial(vectors[rows], classes[rows], QUICK, encoder="by hand", unseen=0.25)
    assert "head 3 of 4, trained to measure, diverged" in found.ended
    assert found.unseen_classes is not None
    assert len(set(found.unseen_classes.units.tolist())) in {10, 11}


def test_a_training_that_was_stopped_trains_no_further_heads() -> None:
    stop = threading.Event()
    assert len(trial_of_few(measuring=lambda *_: stop.set(), stop=stop)) == 4


def test_a_training_that_was_stopped_in_its_first_head_begins_no_further_one() -> None:
    stop, turns = threading.Event(), list[int]()
    trial_of_few(
        progress=lambda _: stop.set(), measuring=lambda done, _: turns.append(done), stop=stop
    )
    assert turns == []


def test_labels_that_mean_nothing_are_not_served() -> None:
    vectors, classes = noisy_classes()
    shuffled = np.random.default_rng(0).permutation(classes)
    found = run_trial(vectors, shuffled, QUICK, encoder="by hand", unseen=0.25)
    assert len(found.missing) == 2
    assert "label more classes" in found.missing[0]
    assert "label more photos a class" in found.missing[1]


def test_too_few_photos_to_measure_are_said() -> None:
    vectors, classes = noisy_classes()
    rows = np.concatenate([np.flatnonzero(classes == of)[:2] for of in range(12)])
    found = run_trial(vectors[rows], classes[rows], QUICK, encoder="by hand", unseen=0.25)
    assert any("label 4 photos a class or more" in reason for reason in found.missing)
    few = np.flatnonzero(classes < 4)
    found = run_trial(vectors[few], classes[few], QUICK, encoder="by hand", unseen=0.25)
    assert any("label 6 classes or more" in reason for reason in found.missing)
