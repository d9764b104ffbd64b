import threading
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.mapping import layout
from explorer.mapping.layout import LayoutFailed, count_groups, fit_into_square, lay_out
from explorer.mapping.neighbours import Stopped
from tests.vecdb.conftest import unit


def islands(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors (n, 32) around 4 directions, and the number of each one's."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 4, n)
    vectors = 6 * np.eye(4, 32)[kinds] + rng.normal(size=(n, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), kinds


def quietly(share: float) -> None:
    """Take no notice of progress."""


def test_alike_photos_lie_together_apart_from_others_and_twice_the_same() -> None:
    vectors, kinds = islands(240)
    told: list[float] = []
    positions, groups = lay_out(vectors, told.append, threading.Event())
    again, _ = lay_out(vectors, quietly, threading.Event())
    np.testing.assert_array_equal(positions, again)
    assert positions.shape == (240, 2)
    assert 0 <= positions.min() < positions.max() <= 1
    middles = np.stack([positions[kinds == kind].mean(axis=0) for kind in range(4)])
    off = np.linalg.norm(positions[:, None] - middles[None], axis=2)
    assert (off.argmin(axis=1) == kinds).mean() > 0.98
    assert 1 < len(set(groups.tolist())) <= count_groups(240)
    assert told == sorted(told)
    assert told[-1] == 1


@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_few_photos_have_a_place_each(n: int) -> None:
    positions, groups = lay_out(unit(n, 8), quietly, threading.Event())
    assert positions.shape == (n, 2)
    assert np.isfinite(positions).all()
    assert len(groups) == n


def test_copies_of_one_photo_have_places_too() -> None:
    positions, _ = lay_out(np.repeat(unit(1, 8), 40, axis=0), quietly, threading.Event())
    assert np.isfinite(positions).all()


def test_a_map_lies_across_and_fills_the_square_but_for_a_margin() -> None:
    upright = np.array([[0, 0], [0, 10], [4, 0], [4, 10], [2, 5]], np.float32)
    fitted = fit_into_square(upright)
    corners = {tuple(corner) for corner in fitted[:4].astype(float).round(3).tolist()}
    assert corners == {(0.02, 0.02), (0.02, 0.98), (0.98, 0.02), (0.98, 0.98)}
    np.testing.assert_allclose(fitted[4], [0.5, 0.5], atol=1e-6)
    line = fit_into_square(np.array([[0, 0], [1, 1], [2, 2.0]], np.float32))
    assert abs(line[:, 1] - 0.5).max() < 0.01
    assert sorted(line[:, 0].astype(float).round(3).tolist()) == [0.02, 0.5, 0.98]


def test_a_stop_ends_the_process_at_once(monkeypatch, tmp_path: Path) -> None:
    slow = tmp_path / "worker.py"
    slow.write_text("import time\nprint('1/10', flush=True)\ntime.sleep(600)\n")
    monkeypatch.setattr(layout, "WORKER", slow)
    stop, begun = threading.Event(), time.monotonic()

    def stop_it(share: float) -> None:
        if share > layout.FOUND:
            stop.set()

    with pytest.raises(Stopped):
        lay_out(islands(60)[0], stop_it, stop)
    assert time.monotonic() - begun < 60


def test_a_process_that_dies_is_told_in_a_sentence(monkeypatch, tmp_path: Path) -> None:
    broken = tmp_path / "worker.py"
    broken.write_text("raise MemoryError('no room for 9 GB')\n")
    monkeypatch.setattr(layout, "WORKER", broken)
    with pytest.raises(LayoutFailed, match=r"no room for 9 GB\): free some memory and"):
        lay_out(islands(60)[0], quietly, threading.Event())
