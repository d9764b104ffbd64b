import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from classifier import compute_kappa
from classifier.audit import Interval


def pairs(no_no: int, no_yes: int, yes_no: int, yes_yes: int) -> tuple[np.ndarray, np.ndarray]:
    counts = (no_no, no_yes, yes_no, yes_yes)
    return np.repeat([-1, -1, 1, 1], counts), np.repeat([-1, 1, -1, 1], counts)


def kappa(first: np.ndarray, second: np.ndarray) -> Interval:
    found = compute_kappa(first, second)
    assert found is not None
    return found


def test_kappa_is_cohens():
    # 25 of 50 alike by 20 yes and 15 no: agreement .7, by chance .5, kappa .4.
    first, second = pairs(15, 5, 10, 20)
    assert kappa(first, second).value == pytest.approx(0.4)
    rng = np.random.default_rng(0)
    for _ in range(20):
        first = rng.choice([-1, 1], 40)
        second = np.where(rng.random(40) < 0.2, -first, first)
        assert kappa(first, second).value == pytest.approx(cohen_kappa_score(first, second))


def test_the_interval_is_that_of_many_photos_in_the_limit():
    # Fleiss, Cohen and Everitt (1969), the large-sample standard error, by hand for this table.
    first, second = pairs(1500, 500, 1000, 2000)
    shares = np.array([[1500, 500], [1000, 2000]]) / 5000
    agreed, rows, columns = np.trace(shares), shares.sum(1), shares.sum(0)
    chance = rows @ columns
    value = (agreed - chance) / (1 - chance)
    spread = sum(shares[i, i] * (1 - (rows[i] + columns[i]) * (1 - value)) ** 2 for i in (0, 1)) + (
        1 - value
    ) ** 2 * sum(shares[i, j] * (columns[i] + rows[j]) ** 2 for i, j in ((0, 1), (1, 0)))
    error = np.sqrt((spread - (value - chance * (1 - value)) ** 2) / 5000) / (1 - chance)
    found = kappa(first, second)
    assert (found.low, found.high) == pytest.approx(
        (value - 1.96 * error, value + 1.96 * error), abs=0.003
    )


@pytest.mark.parametrize("photos", [12, 60])
def test_the_interval_holds_the_truth_nineteen_times_of_twenty(photos):
    rng = np.random.default_rng(1)
    shares = np.array([0.35, 0.1, 0.1, 0.45])
    truth = (0.8 - (0.45**2 + 0.55**2)) / (1 - (0.45**2 + 0.55**2))
    held = 0
    for _ in range(300):
        found = compute_kappa(*pairs(*rng.multinomial(photos, shares)))
        held += found is None or found.low <= truth <= found.high
    assert held / 300 >= 0.92


def test_a_few_photos_on_which_all_agree_prove_little():
    few, many = (kappa(*pairs(n, 0, 0, n)) for n in (3, 300))
    assert few.value == few.high == many.value == 1
    assert few.low < 0.6
    assert many.low > 0.95


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (5, 0, 0, 0), (0, 0, 0, 5)])
def test_kappa_says_nothing_where_both_gave_one_answer_only(counts):
    assert compute_kappa(*pairs(*counts)) is None


def test_people_who_never_agree_are_worse_than_chance():
    assert kappa(*pairs(0, 5, 5, 0)).value == -1
    assert kappa(*pairs(0, 5, 0, 0)).value == 0
