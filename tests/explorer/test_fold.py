import numpy as np

from explorer.folding import group_alike


def test_photos_that_are_nearly_the_same_become_one_group_ranked_by_its_best():
    a, b = np.array([1, 0.0]), np.array([0, 1.0])
    nearly_a = np.array([0.99, np.sqrt(1 - 0.99**2)])
    assert group_alike(np.stack([a, b, nearly_a]).astype(np.float32)) == [[0, 2], [1]]


def test_a_chain_of_near_duplicates_is_one_group():
    angles = np.deg2rad([0, 15, 30, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert group_alike(vectors) == [[0, 1, 2], [3]]


def test_nothing_folds_to_nothing():
    assert group_alike(np.zeros((0, 4), np.float32)) == []
