import math

import numpy as np
import pytest
import torch
from pytorch_metric_learning import losses, miners

from tuning.losses import MARGIN, TEMPERATURE, Loss, batches

# a and b are of one class, 60 degrees apart; c is of another, at right angles to a.
A, B, C = (1.0, 0.0, 0.0, 0.0), (0.5, math.sqrt(0.75), 0.0, 0.0), (0.0, 1.0, 0.0, 0.0)
VECTORS = torch.tensor([A, B, C])
CLASSES = torch.tensor([0, 0, 1])


def contrastive_by_hand(positive: float, negative: float) -> float:
    """The loss of an anchor with one photo of its class and one of another, by their cosines."""
    up, down = math.exp(positive / TEMPERATURE), math.exp(negative / TEMPERATURE)
    return -math.log(up / (up + down))


def test_the_contrastive_loss_is_the_one_worked_out_by_hand() -> None:
    # c has no partner and counts nothing; a and b are each other's, c is what they should avoid.
    expected = (contrastive_by_hand(0.5, 0.0) + contrastive_by_hand(0.5, math.sqrt(0.75))) / 2
    found = Loss("contrastive")(VECTORS, CLASSES)
    assert found.item() == pytest.approx(expected, rel=1e-5)
    reference = losses.SupConLoss(temperature=TEMPERATURE)(VECTORS, CLASSES)
    assert found.item() == pytest.approx(reference.item(), rel=1e-6)


def test_the_triplet_loss_is_the_one_worked_out_by_hand() -> None:
    # Distances on the unit sphere: sqrt(2 - 2 cos).
    together, a_to_c = 1.0, math.sqrt(2.0)
    b_to_c = math.sqrt(2 - 2 * math.sqrt(0.75))
    from_a, from_b = together - a_to_c + MARGIN, together - b_to_c + MARGIN
    assert from_a > 0
    assert from_b > 0
    found = Loss("triplet", "all")(VECTORS, CLASSES)
    assert found.item() == pytest.approx((from_a + from_b) / 2, rel=1e-5)
    reference = losses.TripletMarginLoss(margin=MARGIN)(VECTORS, CLASSES)
    assert found.item() == pytest.approx(reference.item(), rel=1e-6)


def test_semihard_mining_takes_only_triplets_in_the_right_order_within_the_margin() -> None:
    # From a the other class is farther than its partner, but by less than the margin; from b it is
    # nearer, which is hard.
    found = Loss("triplet", "semihard")(VECTORS, CLASSES)
    assert found.item() == pytest.approx(1.0 - math.sqrt(2.0) + MARGIN, rel=1e-5)


def test_hard_mining_takes_each_anchors_farthest_partner_and_nearest_stranger() -> None:
    near = (math.sqrt(0.75), 0.5, 0.0, 0.0)
    vectors = torch.tensor([A, near, B, C])
    classes = torch.tensor([0, 0, 0, 1])
    found = Loss("triplet", "hard")(vectors, classes)
    triplets = miners.BatchHardMiner()(vectors, classes)
    reference = losses.TripletMarginLoss(margin=MARGIN)(vectors, classes, triplets)
    assert found.item() == pytest.approx(reference.item(), rel=1e-6)
    # a: partner b at 1, stranger c at sqrt 2; near: both at distance 60 degrees' less;
    # b: partner a at 1, stranger c at 30 degrees.
    chord = {angle: 2 * math.sin(math.radians(angle) / 2) for angle in (30, 60, 90)}
    terms = [
        chord[60] - chord[90] + MARGIN,
        chord[30] - chord[60] + MARGIN,
        chord[60] - chord[30] + MARGIN,
    ]
    expected = np.mean([term for term in terms if term > 0])
    assert found.item() == pytest.approx(expected, rel=1e-5)


def test_every_photo_of_a_batch_has_a_partner() -> None:
    classes = np.repeat(np.arange(30), [2, 3, 50] * 10)
    made = batches(classes, size=64, per_class=4, seed=0)
    for _ in range(20):
        _, counts = np.unique(classes[next(made)], return_counts=True)
        assert counts.tolist() == [4] * 16


def test_the_same_seed_makes_the_same_batches() -> None:
    classes = np.repeat(np.arange(5), 9)
    one, two = (batches(classes, size=16, per_class=4, seed=3) for _ in range(2))
    first = [next(one).tolist() for _ in range(4)]
    assert first == [next(two).tolist() for _ in range(4)]


def test_few_classes_make_small_batches() -> None:
    assert len(next(batches(np.array([0, 0, 1, 1]), size=256, per_class=4, seed=0))) == 8
