"""The nearest of some vectors, exactly, in blocks."""

import threading
from collections.abc import Callable

import numpy as np

ROWS = 1024  # compared at once: 100 MB with 25,000 others
BLOCK = 128


class Stopped(Exception):
    """The work was ended on request."""


def nearest_rows(rows: np.ndarray, others: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return of each row the k others of the largest product, best first.

    The k largest lie in the k blocks with the largest maxima, so most are never sorted.

    Args:
        rows: (m, d) float32.
        others: (n, d) float32, n >= k.

    Returns:
        (m, k) int64 numbers of others, and (m, k) float32 products.
    """
    products = rows @ others.T
    m, n = products.shape
    if n > BLOCK * k:
        padded = np.full((m, -n % BLOCK), -np.inf, np.float32)
        blocks = np.hstack([products, padded]).reshape(m, -1, BLOCK)
        best = np.argpartition(-blocks.max(axis=2), k - 1, axis=1)[:, :k]
        kept = np.take_along_axis(blocks, best[:, :, None], axis=1).reshape(m, -1)
        numbers = (best[:, :, None] * BLOCK + np.arange(BLOCK)).reshape(m, -1)
    else:
        kept, numbers = products, np.broadcast_to(np.arange(n), products.shape)
    top = np.argpartition(-kept, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(kept, top, axis=1), axis=1, kind="stable")
    top = np.take_along_axis(top, order, axis=1)
    return np.take_along_axis(numbers, top, axis=1), np.take_along_axis(kept, top, axis=1)


def neighbour_lists(
    vectors: np.ndarray, k: int, progress: Callable[[float], None], stop: threading.Event
) -> tuple[np.ndarray, np.ndarray]:
    """Return of each of some unit vectors (n, d) the k nearest, itself first.

    Returns:
        (n, k) int32 numbers of rows, and (n, k) float32 cosine distances, ascending.

    Raises:
        Stopped: `stop` was set.
    """
    n = len(vectors)
    numbers, distances = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    for start in range(0, n, ROWS):
        if stop.is_set():
            raise Stopped
        part = slice(start, start + ROWS)
        found, products = nearest_rows(vectors[part], vectors, k)
        numbers[part], distances[part] = found, np.clip(1 - products, 0, 2)
        progress(min(1.0, (start + ROWS) / n))
    _put_self_first(numbers, distances)
    return numbers, distances


def _put_self_first(numbers: np.ndarray, distances: np.ndarray) -> None:
    """Let each row begin with itself, which copies of it may have pushed away."""
    own = np.arange(len(numbers), dtype=np.int32)
    at = np.where((numbers == own[:, None]).any(axis=1), (numbers == own[:, None]).argmax(axis=1),
                  numbers.shape[1] - 1)  # fmt: skip
    numbers[own, at] = numbers[:, 0]
    distances[own, at] = distances[:, 0]
    numbers[:, 0], distances[:, 0] = own, 0.0
