"""`python -m explorer.mapping.benchmark [SET.npz] [--rows N] [--json]`: how good maps are.

Lays out four fifths of some vectors, places the rest by them, and tells for both how far those that
are near on the map are near as vectors (trustworthiness: 1 is best, chance is about .5). Without a
set: clustered random vectors of 512 numbers.
"""

import json
import sys
import threading
import time

import numpy as np
from sklearn.manifold import trustworthiness

from commandline import Parser, positive, run_program
from explorer.mapping.layout import lay_out
from explorer.mapping.placing import Anchors

JUDGED = 2_000  # photos that trustworthiness compares with each other
NEAR = 15


def make_vectors(rows: int) -> np.ndarray:
    """Return unit vectors (rows, 512) around 50 centres."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(50, 512)).astype(np.float32)
    vectors = 0.8 * centres[rng.integers(0, 50, rows)]
    vectors += rng.normal(size=vectors.shape).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def judge(vectors: np.ndarray, positions: np.ndarray) -> float:
    """Return the trustworthiness of a sample of a map."""
    rows = np.random.default_rng(1).permutation(len(vectors))[:JUDGED]
    found = trustworthiness(vectors[rows], positions[rows], n_neighbors=NEAR, metric="cosine")
    return round(float(found), 4)


def measure(vectors: np.ndarray) -> dict[str, float]:
    """Lay out, place, judge."""
    order = np.random.default_rng(0).permutation(len(vectors))
    cut = len(vectors) * 4 // 5
    own, others = vectors[order[:cut]], vectors[order[cut:]]
    begun = time.perf_counter()
    positions, groups = lay_out(own, lambda share: None, threading.Event())
    laid_out = time.perf_counter()
    placed, _ = Anchors(own, positions, groups).place(others)
    done = time.perf_counter()
    return {
        "rows": len(vectors),
        "laid_out_seconds": round(laid_out - begun, 1),
        "placed_per_second": round(len(others) / (done - laid_out)),
        "laid_out": judge(own, positions),
        "placed": judge(others, placed),
        "chance": judge(own, np.random.default_rng(2).random((len(own), 2))),
    }


def main(arguments: list[str] | None = None) -> int:
    """Read or make vectors, measure, print."""
    parser = Parser("python -m explorer.mapping.benchmark", description=__doc__)
    parser.add_argument("set", nargs="?", help="a .npz with vectors (n, d)")
    parser.add_argument("--rows", type=positive, default=25_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    vectors = np.load(options.set)["vectors"] if options.set else make_vectors(options.rows)
    found = measure(np.asarray(vectors, np.float32))
    print(json.dumps(found) if options.json else "\n".join(f"{k}: {v}" for k, v in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, OSError, KeyError, ValueError))
