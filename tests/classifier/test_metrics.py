import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from classifier import ClassifierError, average_precision, calibration_error


def test_average_precision_by_hand():
    assert average_precision([True, False, True], [3.0, 2.0, 1.0]) == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_agrees_with_scikit_learn_even_on_ties(seed: int):
    random = np.random.default_rng(seed)
    truth, scores = random.random(50) < 0.3, random.integers(0, 8, 50)
    assert average_precision(truth, scores) == pytest.approx(average_precision_score(truth, scores))


def test_average_precision_of_nothing_is_not_a_number():
    assert np.isnan(average_precision([False, False], [1.0, 2.0]))


def test_calibration_error_is_the_gap_between_promise_and_outcome():
    assert calibration_error([True, True, False, False], [0.9, 0.9, 0.9, 0.9]) == pytest.approx(0.4)
    assert calibration_error([True, False], [1.0, 0.0]) == 0.0


@pytest.mark.parametrize(
    ("positive", "scores"),
    [
        ([0.3, 2.0, -1.0], [True, False, True]),
        ([0.0, 1.0, 1.0], [True, False, True]),
        ([1, -1, 1], [3.0, 2.0, 1.0]),
        ([True, False], [3.0, 2.0, 1.0]),
    ],
    ids=["swapped", "swapped round scores", "labels of 1 and -1", "too few"],
)
def test_average_precision_refuses_swapped_arguments(positive: list, scores: list):
    with pytest.raises(ClassifierError, match=r"positive, then .* scores"):
        average_precision(positive, scores)


def test_average_precision_takes_zeros_and_ones_for_truth():
    assert average_precision([1, 0, 0], [3, 2, 1]) == 1.0
