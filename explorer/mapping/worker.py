"""Lay photos out in two dimensions by UMAP, in a process of its own.

Run by its path with a folder, apart from the app: UMAP's compiled loops let no other thread of
their process run, and a process can be ended at any time. Reads neighbours.npy, distances.npy and
start.npy there, writes positions.npy and groups.npy; each line on stdout is a share of the work.

Source: McInnes, Healy and Melville, UMAP (2018); the start by principal components: Kobak and
Linderman (2021).
"""

import os
import sys
from pathlib import Path

import numpy as np

SEED = 0
CLOSEST = 0.15  # how near two points may lie; UMAP's min_dist
LARGE = 10_000  # photos from which on fewer rounds are enough


class Shares:
    """What tqdm writes to: it prints a share for every round."""

    def write(self, text: str) -> None:
        """Pass the share on, without the blanks that tqdm clears a line with."""
        if text.strip():
            print(text.strip(), flush=True)

    def flush(self) -> None:
        """Do nothing: each line is passed on at once."""


def lay_out(neighbours: np.ndarray, distances: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return positions (n, 2) float32.

    Args:
        neighbours: (n, k) int32, of each photo the nearest, itself first.
        distances: (n, k) float32, to them, ascending.
        start: (n, 2) float32, where the photos begin, within 10 of the middle.
    """
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set, simplicial_set_embedding

    keep_compiled()
    random = np.random.RandomState(SEED)
    a, b = find_ab_params(1.0, CLOSEST)
    graph, _, _ = fuzzy_simplicial_set(
        start, neighbours.shape[1], random, "cosine", knn_indices=neighbours, knn_dists=distances
    )
    positions, _ = simplicial_set_embedding(
        start, graph, n_components=2, initial_alpha=1.0, a=a, b=b, gamma=1.0,
        negative_sample_rate=5, n_epochs=200 if len(start) > LARGE else 500, init=start,
        random_state=random, metric="cosine", metric_kwds={}, densmap=False, densmap_kwds={},
        output_dens=False, verbose=True,
        tqdm_kwds={"file": Shares(), "bar_format": "{n}/{total}", "mininterval": 0.3},
    )  # fmt: skip
    return np.asarray(positions, np.float32)


def keep_compiled() -> None:
    """Let numba keep the loops that UMAP compiles anew in every process: 6 s of a small map."""
    from umap import layouts, umap_

    single_epoch = layouts._nb_optimize_layout_euclidean_single_epoch
    for loop in (umap_.smooth_knn_dist, umap_.compute_membership_strengths, single_epoch):
        loop.enable_caching()


def group(positions: np.ndarray, count: int) -> np.ndarray:
    """Part points (n, 2) into at most `count` groups of neighbours; return (n,) uint16."""
    from sklearn.cluster import KMeans

    found = KMeans(count, n_init=4, random_state=SEED).fit_predict(positions)
    return np.asarray(found, np.uint16)


def main(folder: Path, groups: int) -> None:
    """Read, lay out, part, write."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(5)  # the app comes first
    given = [np.load(folder / f"{name}.npy") for name in ("neighbours", "distances", "start")]
    positions = lay_out(*given)
    np.save(folder / "groups.npy", group(positions, groups))
    np.save(folder / "positions.npy", positions)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
