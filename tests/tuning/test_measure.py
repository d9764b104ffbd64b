import numpy as np
import pytest

from tests.tuning.conftest import noisy_classes
from tuning.division import divide
from tuning.errors import TooFewPhotos
from tuning.measure import interval, retrieve, share_interval

# On a circle at 0, 10, 25 and 45 degrees: each photo's nearest is known by looking.
ANGLES = np.radians([0, 10, 25, 45])
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES), 0 * ANGLES, 0 * ANGLES], 1).astype(np.float32)


def test_retrieval_is_the_one_worked_out_by_hand() -> None:
    # Classes a b a a. From 0: 10(b), 25(a), 45(a). From 25: 10(b), 45(a), 0(a).
    # From 45: 25(a), 10(b), 0(a). The only b asks for nothing.
    found = retrieve(CIRCLE, np.array([0, 1, 0, 0]))
    assert found.rows.tolist() == [0, 2, 3]
    assert found.r_precision.tolist() == [0.5, 0.5, 0.5]
    third = (1 / 2 + 2 / 3) / 2
    assert found.average_precision == pytest.approx([third, third, (1 + 2 / 3) / 2])
    assert found.chance == pytest.approx([2 / 3] * 3)


def test_chance_is_what_random_vectors_find() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(1500, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = retrieve(rows, random.integers(5, size=1500))
    assert found.r_precision.mean() == pytest.approx(found.chance.mean(), abs=0.01)


def test_photos_that_are_alone_of_their_class_leave_nothing_to_measure() -> None:
    assert len(retrieve(CIRCLE, np.arange(4)).rows) == 0


def test_the_interval_of_an_equal_gain_is_that_gain() -> None:
    before = np.array([0.1, 0.5, 0.9])
    assert interval(before, before + 0.2, np.arange(3)) == pytest.approx((0.7, 0.7))


def test_the_interval_of_a_share_ends_where_shares_end() -> None:
    before, after = np.array([1.0, 0.8, 0.8, 0.8]), np.array([0.0, 1.0, 1.0, 1.0])
    for ends in (interval(before, after, np.arange(4)), interval(after, before, np.arange(4))):
        assert 0 <= ends[0] <= ends[1] <= 1
    assert interval(before, after, np.arange(4))[1] == 1


def test_the_interval_over_classes_is_wider_where_classes_differ() -> None:
    before, classes = np.zeros(100), np.repeat(np.arange(4), 25)
    after = np.repeat([0.0, 0.0, 0.5, 1.0], 25)
    by_photo, by_class = (interval(before, after, of) for of in (np.arange(100), classes))
    assert by_class[0] < by_photo[0] < 0.375 < by_photo[1] < by_class[1]


@pytest.mark.parametrize("count", [2, 3, 5, 12])
def test_the_interval_over_few_classes_holds_the_truth_as_often_as_it_says(count: int) -> None:
    random, held = np.random.default_rng(count), 0
    for _ in range(200):
        gains = random.normal(0.1, 0.05, count)
        before, classes = np.full(count * 8, 0.4), np.repeat(np.arange(count), 8)
        low, high = interval(before, before + gains[classes], classes)
        held += low <= 0.5 <= high
    assert held > 0.88 * 200  # a plain bootstrap holds 50 % of two classes, 75 % of three


def test_one_class_tells_nothing_of_others() -> None:
    assert interval(np.zeros(9), np.ones(9), np.zeros(9, int)) == (0, 1)


def test_the_interval_of_a_share_is_never_a_point() -> None:
    # Wilson's of 0 and of 10 hits in 10; the captions of one picture are one draw.
    assert share_interval(np.zeros(10), np.arange(10)) == pytest.approx((0, 0.278), abs=1e-3)
    assert share_interval(np.ones(20), np.repeat(np.arange(10), 2)) == pytest.approx(
        (0.722, 1), abs=1e-3
    )
    # Of ten draws of one hit in ten, 2.5 % lie above .3, and more than a third have none; of ten
    # units the ends lie 2.262 / 1.96 (10 / 9) ** .5 = 1.217 times as far away.
    assert share_interval(np.eye(10)[0], np.arange(10)) == pytest.approx((0, 0.3433), abs=1e-3)
    one, three = (share_interval(np.eye(30)[0], np.arange(30) // of) for of in (1, 3))
    assert one[1] <= three[1]


def test_no_photo_is_in_two_parts_and_no_class_held_out_is_learnt() -> None:
    _, classes = noisy_classes()
    parts = vars(divide(classes, unseen=0.5, seed=1))
    assert parts.pop("turns") == 1
    together = np.concatenate(list(parts.values()))
    assert sorted(together.tolist()) == list(range(len(classes)))
    of = {name: set(classes[rows].tolist()) for name, rows in parts.items()}
    assert len(of["unseen_classes"]) == 20
    assert not of["train"] & (of["unseen_classes"] | of["choosing_classes"])
    assert of["train"] == of["unseen_photos"] == of["choosing_photos"]


def test_one_class_is_too_few() -> None:
    with pytest.raises(TooFewPhotos, match="Only 1 class has two photos"):
        divide(np.zeros(50, np.int64), unseen=0.25, seed=0)


@pytest.mark.parametrize("classes", [3, 5, 6, 7])
def test_two_photos_of_few_classes_leave_nothing_to_choose_by(classes: int) -> None:
    with pytest.raises(TooFewPhotos, match="6 photos a class, or 8 classes and more"):
        divide(np.repeat(np.arange(classes), 2), unseen=0.25, seed=0)
    assert len(divide(np.repeat(np.arange(8), 2), unseen=0.25, seed=0).choosing_classes)


def test_two_photos_of_many_classes_are_enough_to_learn_from() -> None:
    division = divide(np.repeat(np.arange(12), 2), unseen=0.25, seed=0)
    assert len(division.choosing_classes)
    assert len(division.unseen_classes)
    assert not len(division.unseen_photos)
