import numpy as np
import pytest

from classifier import STRATEGIES, Candidates, ClassifierError, Pick, mine, wanted


def candidates(name: str, n: int, seed: int = 0) -> Candidates:
    rows = np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return Candidates([f"{name}{i}" for i in range(n)], rows)


NONE = Candidates([], np.zeros((0, 8), np.float32))


def sources() -> tuple[Candidates, Candidates, Candidates]:
    return candidates("t", 90, 1), candidates("b", 60, 2), candidates("r", 50, 3)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_page_is_full_and_names_no_photo_twice(strategy: str):
    picks = mine(*sources(), strategy=strategy, k=9)
    assert len({pick.id for pick in picks}) == len(picks) == 9


def test_top_takes_the_best_in_order():
    picks = mine(*sources(), strategy="top", k=3)
    assert picks == [Pick("t0", "top"), Pick("t1", "top"), Pick("t2", "top")]


def test_the_same_photo_in_two_sources_comes_once():
    top = candidates("t", 4)
    assert len(mine(top, top, top, k=9)) == 4


def test_an_empty_collection_gives_an_empty_page():
    assert mine(NONE, NONE, NONE, k=9) == []


def test_copies_of_a_judged_photo_are_not_asked_again():
    top = candidates("t", 20)
    picks = mine(top, NONE, NONE, strategy="diverse", k=9, judged=top.vectors[:5], labels=[1] * 5)
    assert [pick.id for pick in picks] == [f"t{i}" for i in range(5, 14)]


def test_after_a_page_without_a_yes_mining_explores():
    judged = candidates("j", 9, 7).vectors
    picks = mine(*sources(), k=9, judged=judged, labels=[-1] * 9)
    assert {pick.reason for pick in picks} == {"explore", "random"}


def test_what_to_fetch_covers_a_page():
    for strategy in STRATEGIES:
        need = wanted(strategy, 25)
        assert need.top + need.boundary + need.sample >= 25


def test_an_unknown_strategy_is_an_error():
    with pytest.raises(ClassifierError, match="mixed"):
        mine(*sources(), strategy="luck")
