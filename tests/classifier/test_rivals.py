import numpy as np
import pytest

from classifier.benchmark.__main__ import main
from classifier.benchmark.labelled_set import read_set
from classifier.benchmark.measure import measure
from classifier.benchmark.rivals import choose_halves, fit_forest, fit_rocchio
from classifier.benchmark.simulation import OWN_STRATEGY, Plan

EYE = np.eye(4)


def test_rocchio_is_twice_the_mean_yes_less_the_mean_no_by_hand():
    answers = np.array([1.0, 1.0, -1.0, -1.0])
    assert fit_rocchio(EYE[3], EYE, answers).weights.tolist() == [1.0, 1.0, -0.5, -0.5]


def test_rocchio_keeps_its_prompt_until_there_is_a_yes():
    assert fit_rocchio(EYE[3], EYE[:2], -np.ones(2)).weights.tolist() == [-0.5, -0.5, 0.0, 2.0]


def test_a_forest_waits_until_it_has_heard_both_answers():
    assert fit_forest(EYE, np.ones(4), seed=0) is None
    forest = fit_forest(np.repeat(EYE, 5, axis=0), np.repeat([1.0, -1.0, -1.0, -1.0], 5), seed=0)
    assert forest is not None
    assert (forest.margins(EYE) > 0).tolist() == [True, False, False, False]


@pytest.mark.parametrize(("k", "above"), [(4, 2), (5, 3), (8, 3), (20, 3)])
def test_a_page_is_half_above_and_half_below_while_both_last(k: int, above: int):
    scores = np.array([1.0, 2.0, 0.0, -1.0, -1.0, -2.0, -3.0, -1.0])
    free = np.arange(10, 18)
    page = choose_halves(scores, free, k, np.random.default_rng(0))
    assert len(set(page)) == len(page) == min(k, 8)
    assert sum(row < 13 for row in page) == above


@pytest.mark.parametrize("method", OWN_STRATEGY)
def test_every_rule_clicks_until_nothing_is_left_and_the_same_way_twice(clusters, method: str):
    data = read_set(clusters)
    plan = Plan(method, OWN_STRATEGY[method], rounds=5, batch=40)
    first, second = (measure(data, plan, 1).ap for _ in range(2))
    assert np.array_equal(first, second)
    assert first[0, :, -1].mean() > first[0, :, 0].mean()


def test_a_forest_takes_no_strategy(clusters, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([str(clusters), "--method", "forest", "--strategy", "top"])
    assert ended.value.code == 2
    assert "leave --strategy out" in capsys.readouterr().err
