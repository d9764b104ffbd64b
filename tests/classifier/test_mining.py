import numpy as np
import pytest

from classifier import (
    STRATEGIES,
    Candidates,
    ClassifierError,
    DimensionMismatch,
    Head,
    Pick,
    mine,
    plan_candidates,
)
from classifier.doubt import FEWEST_CANDIDATES, conditional_covariance, most_telling
from classifier.prior import BIAS_VARIANCE, pull_after

HEAD = Head(np.eye(8, dtype=np.float32)[0] * 3, -1.0)


def candidates(name: str, n: int, seed: int = 0) -> Candidates:
    rows = np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return Candidates([f"{name}{i}" for i in range(n)], rows)


NONE = Candidates([], np.zeros((0, 8), np.float32))


def sources() -> tuple[Candidates, Candidates, Candidates]:
    return candidates("t", 90, 1), candidates("b", 60, 2), candidates("r", 50, 3)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_page_is_full_and_names_no_photo_twice(strategy: str):
    picks = mine(*sources(), head=HEAD, strategy=strategy, k=9)
    assert len({pick.id for pick in picks}) == len(picks) == 9


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_same_candidates_give_the_same_page(strategy: str):
    pages = [mine(*sources(), head=HEAD, strategy=strategy, k=9) for _ in range(2)]
    assert pages[0] == pages[1]


def test_top_takes_the_best_in_order():
    picks = mine(*sources(), head=HEAD, strategy="top", k=3)
    assert picks == [Pick("t0", "top"), Pick("t1", "top"), Pick("t2", "top")]


def test_a_mixed_page_starts_with_two_fifths_from_the_top():
    reasons = [pick.reason for pick in mine(*sources(), head=HEAD, k=25)]
    assert reasons == ["top"] * 10 + ["boundary"] * 15


def test_the_same_photo_in_two_sources_comes_once():
    top = candidates("t", 4)
    assert len(mine(top, top, top, head=HEAD, k=9)) == 4


def test_an_empty_collection_gives_an_empty_page():
    assert mine(NONE, NONE, NONE, head=HEAD, k=9) == []


def test_copies_of_a_judged_photo_are_not_asked_again():
    top = candidates("t", 20)
    judged = top.vectors[:5]
    picks = mine(top, NONE, NONE, head=HEAD, strategy="diverse", k=9, judged=judged, labels=[1] * 5)
    assert [pick.id for pick in picks] == [f"t{i}" for i in range(5, 14)]


def test_a_collection_of_copies_still_fills_its_page():
    one = candidates("t", 1).vectors
    copies = Candidates([f"c{i}" for i in range(12)], np.repeat(one, 12, axis=0))
    assert len(mine(copies, NONE, NONE, head=HEAD, k=9, judged=one, labels=[1])) == 9


def test_after_pages_without_a_yes_mining_explores():
    judged = candidates("j", 9, 7).vectors
    picks = mine(*sources(), head=HEAD, k=9, judged=judged, labels=[-1] * 9)
    assert {pick.reason for pick in picks} == {"explore"}


def test_photos_without_a_usable_vector_come_last():
    broken = Candidates(["nan", "zero"], np.array([[np.nan] * 8, [0.0] * 8], np.float32))
    good = candidates("t", 3)
    both = Candidates([*broken.ids, *good.ids], np.vstack([broken.vectors, good.vectors]))
    assert [p.id for p in mine(both, NONE, NONE, head=HEAD, k=4)][:3] == ["t0", "t1", "t2"]


def test_the_most_telling_photo_is_the_one_that_speaks_for_most_others():
    crowd = np.tile([1.0, 0.0], (5, 1)) + 1e-3 * np.arange(10).reshape(5, 2)
    rows = np.vstack([crowd, [[0.0, 1.0]]])
    first, second = most_telling(rows, np.zeros(6), np.zeros((0, 2)), np.zeros(0), np.ones(6), 2)
    assert first < 5
    assert second == 5


def test_what_is_judged_already_is_no_longer_telling():
    rows = np.array([[1.0, 0.0], [0.0, 1.0]])
    order = list(
        most_telling(rows, np.zeros(2), np.tile(rows[:1], (50, 1)), np.zeros(50), np.ones(2), 1)
    )
    assert order == [1]


def test_what_to_fetch_covers_a_page():
    for strategy in STRATEGIES:
        need = plan_candidates(strategy, 25)
        assert need.top + need.boundary + need.sample >= 25


def test_candidates_of_another_encoder_are_an_error():
    other = Candidates(["a"], np.ones((1, 3), np.float32))
    with pytest.raises(DimensionMismatch):
        mine(other, NONE, NONE, head=HEAD)


def test_an_unknown_strategy_is_an_error():
    with pytest.raises(ClassifierError, match="mixed"):
        mine(*sources(), head=HEAD, strategy="luck")


def test_judged_photos_and_their_labels_must_match_in_number():
    with pytest.raises(ClassifierError, match="4 judged photos came with 1 labels"):
        mine(*sources(), head=HEAD, judged=candidates("j", 4).vectors, labels=[1])


@pytest.mark.parametrize("yes", [0, 7, 60])
def test_the_order_is_that_of_trying_every_photo_at_every_step(yes: int):
    rng = np.random.default_rng(yes)
    rows, margins, matter = rng.normal(size=(30, 8)), rng.normal(size=30), rng.random(30)
    seen, sure = rng.normal(size=(5, 8)), rng.normal(size=5)

    def settled(photos: list[int]) -> float:
        """Variance that is left where it matters, once these are judged, too."""
        known, said = np.vstack([seen, rows[photos]]), np.append(sure, margins[photos])
        noise = (1 + np.exp(said)) * (1 + np.exp(-said))
        return float(
            matter @ conditional_covariance(rows, known, noise, pull_after(yes)).diagonal()
        )

    chosen: list[int] = []
    for _ in range(10):
        left = [row for row in range(30) if row not in chosen]
        chosen.append(min(left, key=lambda row: settled([*chosen, row])))
    assert list(most_telling(rows, margins, seen, sure, matter, 10, yes=yes)) == chosen


def test_ids_and_vectors_must_match_in_number():
    with pytest.raises(ClassifierError, match="2 ids"):
        Candidates(["a", "b"], np.ones((1, 8), np.float32))


@pytest.mark.parametrize("judged", [0, 7, 40])
def test_doubt_is_the_same_through_few_judged_photos_and_through_the_weights(judged: int) -> None:
    rng = np.random.default_rng(judged)
    rows, seen = rng.normal(size=(12, 8)), rng.normal(size=(judged, 8))
    noise = 4 + rng.random(judged)

    def prior(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return left @ right.T / 0.07 + BIAS_VARIANCE

    known = prior(seen, seen) + np.diag(noise)
    wanted = prior(rows, rows) - prior(rows, seen) @ np.linalg.solve(known, prior(seen, rows))
    assert np.allclose(conditional_covariance(rows, seen, noise, 0.07), wanted, atol=1e-3)


@pytest.mark.parametrize("unsure", [0, 90])
def test_of_many_judged_photos_the_sure_ones_change_nothing(unsure: int) -> None:
    rng = np.random.default_rng(unsure)
    rows, seen = rng.normal(size=(40, 8)), rng.normal(size=(300, 8))
    margins = np.where(np.arange(300) < unsure, 0.5, rng.choice([-6.0, 6.0], 300))
    about = (rows, rng.normal(size=40))
    matter = np.ones(40)
    order = list(most_telling(*about, seen, margins, matter, 12))
    assert order == list(most_telling(*about, seen[:unsure], margins[:unsure], matter, 12))
    few = list(most_telling(*about, seen[:200], margins[:200], matter, 12))
    assert few != list(most_telling(*about, seen[: min(unsure, 200)], margins[:unsure], matter, 12))


@pytest.mark.parametrize("judged", [300, 200])
def test_beside_many_judged_photos_candidates_that_are_sure_change_nothing(judged: int) -> None:
    rng = np.random.default_rng(judged)
    rows, seen = rng.normal(size=(500, 8)), rng.normal(size=(judged, 8))
    unsure = rng.permutation(500) < 230
    margins = np.where(unsure, rng.normal(size=500), rng.choice([-6.0, 6.0], 500))
    about = (seen, rng.normal(size=judged))
    order = list(most_telling(rows, margins, *about, np.ones(500), 12, yes=9))
    among = np.flatnonzero(unsure)
    alone = list(most_telling(rows[among], margins[among], *about, np.ones(len(among)), 12, yes=9))
    assert (order == among[alone].tolist()) == (judged == 300)


def test_a_page_of_sure_candidates_is_chosen_from_the_least_sure_of_them() -> None:
    rng = np.random.default_rng(0)
    rows, seen = rng.normal(size=(500, 8)), rng.normal(size=(300, 8))
    margins = rng.choice([-1.0, 1.0], 500) * rng.uniform(5, 9, 500)
    order = list(most_telling(rows, margins, seen, np.ones(300), np.ones(500), 450, yes=9))
    assert len(set(order)) == 450
    least = np.argsort(np.abs(margins))
    assert set(order[:FEWEST_CANDIDATES]) == set(least[:FEWEST_CANDIDATES])
    assert order[FEWEST_CANDIDATES:] == least[FEWEST_CANDIDATES:450].tolist()


def test_without_a_yes_many_judged_photos_leave_no_candidate_out() -> None:
    rng = np.random.default_rng(1)
    rows, seen = rng.normal(size=(500, 8)), rng.normal(size=(300, 8))
    # The best by a head that has found nothing are alike; what it has not thought of lies apart.
    rows[:250] = rows[0] + 0.01 * rows[:250]
    margins = np.where(np.arange(500) < 250, -7.0, -9.0)
    order = list(most_telling(rows, margins, seen, np.full(300, -9.0), np.ones(500), 12))
    assert sum(row >= 250 for row in order) > 6
