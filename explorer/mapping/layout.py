"""Positions for a sample of photos: neighbours here, UMAP in a process of its own."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from explorer.errors import ExplorerError
from explorer.mapping.neighbours import Stopped, neighbour_lists

NEIGHBOURS = 15
FEW = 12  # photos: too few for neighbours to say more than the principal components
SPREAD = 10.0
MARGIN = 0.02
STRETCH = 3.0
WORKER = Path(__file__).with_name("worker.py")
FOUND = 0.35  # share of the work that finding the neighbours is


class LayoutFailed(ExplorerError):
    """The process that lays a map out ended before its work was done."""


def lay_out(
    vectors: np.ndarray, progress: Callable[[float], None], stop: threading.Event
) -> tuple[np.ndarray, np.ndarray]:
    """Place photos in two dimensions so that alike ones lie together, and part them into groups.

    Args:
        vectors: (n, d) float32 unit rows, n >= 1.
        progress: told the share of the work that is done, 0 to 1.

    Returns:
        Positions (n, 2) float32 from 0 to 1, groups (n,) uint16 of neighbours on the map.

    Raises:
        Stopped: `stop` was set.
        LayoutFailed: the process died, for want of memory for instance.
    """
    n = len(vectors)
    start = principal_positions(vectors)
    if n < FEW:
        return fit_into_square(start), np.zeros(n, np.uint16)
    numbers, distances = neighbour_lists(
        vectors, min(NEIGHBOURS, n - 1), lambda share: progress(FOUND * share), stop
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = {"neighbours": numbers, "distances": distances, "start": start}
        for file, array in given.items():
            np.save(folder / f"{file}.npy", array)
        _run(folder, count_groups(n), lambda share: progress(FOUND + (1 - FOUND) * share), stop)
        positions, groups = (np.load(folder / f"{file}.npy") for file in ("positions", "groups"))
    return fit_into_square(positions), groups


def count_groups(n: int) -> int:
    """Return into how many groups n photos are parted: 6 of 100, 29 of 25,000."""
    return int(np.clip(round(1.4 * n**0.3), 1, 30))


def principal_positions(vectors: np.ndarray) -> np.ndarray:
    """Return (n, 2) float32: the two main directions in which vectors (n, d) differ."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    found = centred @ directions[:, :-3:-1]
    # Copies would begin at one point, and never part.
    found = found + np.random.default_rng(0).normal(scale=1e-4, size=found.shape)
    return (SPREAD * found / np.abs(found).max()).astype(np.float32)


def fit_into_square(positions: np.ndarray) -> np.ndarray:
    """Turn (n, 2) so that their longer side lies across, and let them fill 0 to 1 both ways."""
    centred = positions - positions.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    turned = centred @ directions[:, ::-1]
    low, high = turned.min(axis=0), turned.max(axis=0)
    scales = (1 - 2 * MARGIN) / np.maximum(high - low, 1e-9)
    # The shorter side is stretched, not torn: a line stays one.
    scales = np.minimum(scales, STRETCH * scales.min())
    return (0.5 + (turned - (low + high) / 2) * scales).astype(np.float32)


def _run(
    folder: Path, groups: int, progress: Callable[[float], None], stop: threading.Event
) -> None:
    command = [sys.executable, "-I", "-W", "ignore", str(WORKER), str(folder), str(groups)]
    with (folder / "errors.txt").open("w+b") as errors:
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        ended = threading.Event()
        guard = threading.Thread(target=_end_when_stopped, args=(worker, stop, ended), daemon=True)
        guard.start()
        assert worker.stdout is not None
        for line in worker.stdout:
            done, _, total = line.strip().partition("/")
            if done.isdigit() and total.isdigit():
                progress(int(done) / max(1, int(total)))
        code = worker.wait()
        ended.set()
        worker.stdout.close()
        guard.join()
        if stop.is_set():
            raise Stopped
        if code:
            errors.seek(0)
            last = errors.read().decode(errors="replace").strip().splitlines()
            raise LayoutFailed(
                f"Laying out the map failed ({last[-1] if last else f'signal {-code}'}): "
                "free some memory and compute it again."
            )


def _end_when_stopped(
    worker: "subprocess.Popen[str]", stop: threading.Event, ended: threading.Event
) -> None:
    while not ended.is_set():
        if stop.wait(0.2):
            worker.kill()
            return
