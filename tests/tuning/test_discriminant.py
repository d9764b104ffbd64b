import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

import tuning.discriminant
from encoder.similarity import SimilarityHead
from tuning.discriminant import KEPT, WITHIN, discriminant
from tuning.division import divide
from tuning.measure import retrieve
from tuning.train import Settings
from tuning.trial import run_trial


def moved(vectors: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Behind the head, before vectors are brought to unit length."""
    found = discriminant(vectors, classes)
    assert found is not None
    weights, bias = found
    return vectors + vectors @ weights.T + bias


def test_what_tells_classes_apart_is_stretched_by_hand():
    # Two classes 2 apart along x; each spreads by a variance of 1 along x and of 1 along y.
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], np.float32)
    vectors = np.concatenate([corners + np.array([3, 0]), corners - np.array([3, 0])]).astype(
        np.float32
    )
    found = discriminant(vectors, np.repeat([0, 1], 4))
    assert found is not None
    weights, bias = found
    within = 8 / 6  # of 8 photos less 2 means
    apart = 9 / (2 * within)
    scale = np.sqrt(1 / 2)  # shrunk by as much again
    along = scale * (KEPT + np.sqrt(apart / (apart + WITHIN)))
    assert weights == pytest.approx(np.diag([along - 1, scale * KEPT - 1]), abs=1e-5)
    assert bias == pytest.approx([0, 0], abs=1e-5)


def test_the_mean_of_the_photos_is_taken_off():
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(60, 5)) + np.array([4, 0, 0, 0, 0])).astype(np.float32)
    assert moved(vectors, np.arange(60) % 3).mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-5)


def test_without_shrinking_it_is_linear_discriminant_analysis(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tuning.discriminant, "SHRINK", 1e-9)
    monkeypatch.setattr(tuning.discriminant, "KEPT", 0.0)
    monkeypatch.setattr(tuning.discriminant, "WITHIN", 1e-4)
    rng = np.random.default_rng(1)
    classes = np.repeat(np.arange(3), 40)
    spread = rng.normal(size=(6, 6))
    vectors = (rng.normal(size=(120, 6)) @ spread + 3 * rng.normal(size=(3, 6))[classes]).astype(
        np.float32
    )
    ours = moved(vectors, classes)
    peer = LinearDiscriminantAnalysis().fit(vectors, classes).transform(vectors)
    # Both keep the two directions between three classes: distances are the same but for a factor.
    ours_apart = np.linalg.norm(ours[:, None] - ours[None], axis=-1)
    peer_apart = np.linalg.norm(peer[:, None] - peer[None], axis=-1)
    ratio = ours_apart[0, 1:] / peer_apart[0, 1:]
    assert ratio == pytest.approx(np.full(119, ratio.mean()), rel=1e-2)


@pytest.mark.parametrize("vectors", [np.ones((6, 3)), np.repeat(np.eye(3), 2, axis=0)])
def test_classes_that_do_not_differ_within_themselves_or_at_all_have_none(vectors: np.ndarray):
    assert discriminant(vectors.astype(np.float32), np.repeat(np.arange(3), 2)) is None


def noisy(classes: int, photos: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Classes that differ in few directions, and photos that spread widely in others."""
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(classes), photos)
    spread = np.concatenate([np.full(12, 0.6), np.full(36, 2.0)])
    vectors = rng.normal(size=(len(of), 48)) * spread
    vectors[:, :12] += rng.normal(size=(classes, 12))[of]
    vectors += 3  # a mean that all photos share
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), of


def test_the_photos_that_choose_take_it_where_it_is_better_and_all_that_teach_make_it():
    vectors, classes = noisy(16, 20, 2)
    settings = Settings(epochs=2, rate=1e-6)
    trial = run_trial(vectors, classes, settings, encoder="e", unseen=0.25)
    assert "in closed form is kept" in trial.ended
    assert trial.epoch is None
    assert trial.head.encoder == "e"
    division = divide(classes, unseen=0.25, seed=0)
    taught = np.concatenate([division.train, division.choosing_classes, division.choosing_photos])
    found = discriminant(vectors[taught], classes[taught])
    assert found is not None
    np.testing.assert_allclose(trial.head.weights, found[0], atol=1e-5)
    for part in (trial.unseen_classes, trial.unseen_photos):
        assert part is not None
        assert part.is_better
    rows = division.unseen_photos
    after = retrieve(SimilarityHead(*found, "e").apply(vectors[rows]), classes[rows])
    assert trial.unseen_photos is not None
    assert trial.unseen_photos.tuned.r_precision.mean() == pytest.approx(after.r_precision.mean())


def test_a_triplet_head_is_learnt_from_triplets_alone():
    vectors, classes = noisy(16, 20, 2)
    settings = Settings(loss="triplet", epochs=2, rate=1e-6)
    trial = run_trial(vectors, classes, settings, encoder="e", unseen=0.25)
    assert trial.ended.endswith("is kept")
    assert trial.epoch == trial.trained.best
    assert "closed form" not in trial.ended
    assert np.array_equal(trial.head.weights, trial.trained.weights)
