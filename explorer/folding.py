"""Fold near-duplicates: of photos that are nearly the same, show the best-ranked one."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from vecdb.hashing import pair_alike

NEAR = 0.94
# Up to so many photos each is compared with each, of more those with similar hashes.
COMPARED = 2000


def group_alike(vectors: np.ndarray, *, near: float = NEAR) -> list[list[int]]:
    """Group ranked photos whose cosine exceeds `near`, by connected components.

    Args:
        vectors: (n, d) float32 unit rows, best first.
        near: cosine above which two photos belong together.

    Returns:
        Row numbers by group, each group and the list of groups best first.
    """
    if not len(vectors):
        return []
    if len(vectors) > COMPARED:
        one, other = pair_alike(vectors, near).T
        close = csr_matrix((np.ones(len(one), bool), (one, other)), shape=[len(vectors)] * 2)
    else:
        close = csr_matrix(vectors @ vectors.T > near)
    _, component = connected_components(close, directed=False)
    groups: dict[int, list[int]] = {}
    for row, group in enumerate(component):
        groups.setdefault(int(group), []).append(row)
    return list(groups.values())
