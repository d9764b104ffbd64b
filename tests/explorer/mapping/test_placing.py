import numpy as np

from explorer.mapping.placing import Anchors
from tests.vecdb.conftest import unit

# Two islands of three photos each, around the first and the second direction.
VECTORS = np.array(
    [[1, 0, 0, 0], [0.9, 0.1, 0.1, 0], [0.9, 0, -0.1, 0.1],
     [0, 1, 0, 0], [0.1, 0.9, 0, 0.1], [0, 0.9, 0.1, -0.1]], np.float32,
)  # fmt: skip
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
POSITIONS = np.array(
    [[0.1, 0.1], [0.12, 0.1], [0.1, 0.12], [0.9, 0.9], [0.92, 0.9], [0.9, 0.92]], np.float32
)
GROUPS = np.array([0, 0, 0, 1, 1, 1], np.uint16)


def test_a_photo_lies_beside_those_it_is_like_and_belongs_to_their_group() -> None:
    anchors = Anchors(VECTORS, POSITIONS, GROUPS)
    asked = np.array([[0.95, 0.05, 0.05, 0.02], [0.05, 0.95, 0.02, 0]], np.float32)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    positions, groups = anchors.place(asked)
    assert groups.tolist() == [0, 1]
    assert (positions[0] < 0.125).all()
    assert (positions[1] > 0.895).all()


def test_a_photo_between_two_islands_is_not_left_in_the_sea() -> None:
    between = np.array([[0.72, 0.69, 0, 0]], np.float32)
    positions, groups = Anchors(VECTORS, POSITIONS, GROUPS).place(between)
    assert groups.tolist() == [0]
    assert (positions < 0.13).all()


def test_many_photos_are_placed_as_each_alone_would_be() -> None:
    vectors, positions = unit(200, 16), np.random.default_rng(0).random((200, 2), np.float32)
    anchors = Anchors(vectors, positions, np.arange(200).astype(np.uint16))
    asked = unit(2500, 16, seed=5)
    together, _ = anchors.place(asked)
    alone, _ = anchors.place(asked[2100:2101])
    np.testing.assert_allclose(together[2100:2101], alone, atol=1e-5)


def test_one_photo_is_enough_to_place_others_by() -> None:
    positions, groups = Anchors(VECTORS[:1], POSITIONS[:1], GROUPS[:1]).place(VECTORS)
    np.testing.assert_allclose(positions, np.repeat(POSITIONS[:1], 6, axis=0))
    assert groups.tolist() == [0] * 6
