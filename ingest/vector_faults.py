"""Rows whose vectors or ids cannot be stored, with the reason: they fail, and the others go in."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vecdb.photos import UNWRITABLE


def check_vectors(column: pa.ChunkedArray, dim: int) -> tuple[pa.Array, dict[int, str]]:
    """Return a column's vectors, and why some cannot be stored, by their rows.

    Args:
        column: (n,) lists of numbers; anything else has no vector.
        dim: how many numbers each must have.

    Returns:
        (n,) lists of `dim` float32, zeros where the column has none of that length; the reasons.
    """
    if not pa.types.is_nested(column.type):
        column = pa.chunked_array([pa.nulls(len(column), pa.list_(pa.float32()))])
    lengths = pc.fill_null(pc.list_value_length(column), -1).to_numpy()
    right = lengths == dim
    reasons = {
        int(at): "no vector" if lengths[at] < 0 else f"vector of {lengths[at]} numbers, not {dim}"
        for at in np.flatnonzero(~right)
    }
    held = column.filter(pa.array(right)) if reasons else column
    vectors = pc.list_flatten(held).cast(pa.float32(), safe=False).to_numpy().reshape(-1, dim)
    if reasons:
        whole = np.zeros((len(right), dim), np.float32)
        whole[right] = vectors
        vectors = whole
    squares = np.einsum("ij,ij->i", vectors, vectors)  # not finite where a number is not
    for at in np.flatnonzero(~(np.isfinite(squares) & (squares > 0))):
        reason = "vector of length 0" if squares[at] == 0 else "vector that is not finite"
        reasons.setdefault(int(at), reason)
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), dim), reasons


def check_ids(ids: pa.ChunkedArray) -> dict[int, str]:
    """Return why some ids cannot be stored, by their rows."""
    odd = pc.match_substring_regex(ids, UNWRITABLE).to_numpy()
    return {int(at): "control characters in the id" for at in np.flatnonzero(odd)}
