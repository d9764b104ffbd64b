import numpy as np
import pytest

from classifier.classes import (
    accuracy,
    class_heads,
    confusion,
    decide_classes,
    refit_heads,
)

AXES = np.eye(3, 64)


def heads(scale=10.0, names=("a", "b", "c")):
    return class_heads(
        names, AXES[None, : len(names)], scale=scale, encoder="by hand", templates=["{}"]
    )


def cloud(seed=0, n=60):
    """Photos (n, 64) of three classes, one shifted away from its words; and their truth."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 3
    rows = AXES[truth] + 0.3 * rng.normal(size=(n, 64))
    rows[truth == 2] += 0.9 * AXES[0]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), truth


def test_probabilities_are_the_softmax_of_scaled_cosines():
    photo = 0.6 * AXES[:1] + 0.8 * AXES[1:2]
    expected = np.exp([6.0, 8.0, 0.0]) / np.exp([6.0, 8.0, 0.0]).sum()
    assert heads().probabilities(photo)[0] == pytest.approx(expected)
    assert heads().cosines(photo)[0] == pytest.approx([0.6, 0.8, 0], abs=1e-6)


def test_templates_are_averaged_and_brought_to_unit_length():
    made = class_heads(
        ["a"], [[[1.0, 0.0]], [[0.0, 1.0]]], scale=2, encoder="e", templates=["{}", "a {}"]
    )
    assert made.texts[0] == pytest.approx([0.5**0.5] * 2)
    assert made.weights[0] == pytest.approx([2**0.5] * 2)


def test_a_photo_below_the_threshold_is_none_of_these():
    assert decide_classes([[0.5, 0.4, 0.1], [0.34, 0.33, 0.33]], 0.4).tolist() == [0, -1]


def test_accuracy_and_confusion_are_counted_by_hand():
    truth, chosen = [0, 0, 1, -1, 1], [0, 1, 1, 0, -1]
    assert accuracy(chosen, truth) == 0.5
    assert confusion(chosen, truth, 2).tolist() == [[1, 1, 0], [0, 1, 1]]


def test_corrected_photos_are_then_right_and_the_others_better():
    vectors, truth = cloud()
    before = heads()
    wrong = np.flatnonzero(before.probabilities(vectors).argmax(1) != truth)
    picked, rest = wrong[:5], np.setdiff1d(np.arange(len(truth)), wrong[:5])
    after = refit_heads(before, vectors[picked], truth[picked], vectors[rest])
    assert accuracy(after.probabilities(vectors[picked]).argmax(1), truth[picked]) == 1
    others = [accuracy(h.probabilities(vectors[rest]).argmax(1), truth[rest])
              for h in (before, after)]  # fmt: skip
    assert others[1] >= others[0]


def test_photos_without_a_usable_vector_correct_nothing():
    rows, truth = cloud()
    clean = refit_heads(heads(), rows[:9], truth[:9], rows[9:])
    broken = np.vstack([rows[:9], np.full((3, 64), np.nan), np.zeros((1, 64))])
    others = np.vstack([rows[9:], np.full((50, 64), np.nan)])
    fitted = refit_heads(heads(), broken, np.append(truth[:9], [0, 0, 0, 1]), others)
    assert np.array_equal(fitted.weights, clean.weights)


def test_without_corrections_the_words_stand():
    vectors, _ = cloud()
    same = refit_heads(heads(), np.zeros((0, 64)), [], vectors)
    assert same.probabilities(vectors) == pytest.approx(heads().probabilities(vectors), abs=1e-6)


def test_a_photo_said_to_be_none_of_the_classes_is_believed_less():
    vectors, _ = cloud()
    after = refit_heads(heads(), vectors[:1], [-1], vectors[1:])
    assert after.probabilities(vectors[:1]).max() < heads().probabilities(vectors[:1]).max() - 0.2
    assert decide_classes(after.probabilities(vectors[:1]), 0.6).tolist() == [-1]
