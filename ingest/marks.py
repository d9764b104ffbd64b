"""Numbers that are others where rows of a table with vectors say something else."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.sources.arrow_rows import is_array, read_values

ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, as Fibonacci hashing has it


def mark_rows(
    rows: pa.Table, vectors: pa.ChunkedArray, named: Sequence[str | None] = ()
) -> np.ndarray:
    """Return a number for each row, another one where its vector or what is told of it differs.

    Column by column, because a million rows must not cost a Python object each.

    Args:
        rows: what is told of the vectors' photos; lists of something else than words do not count.
        vectors: (n,) lists of float32, all of one length.
        named: the columns that were named for the photos, which tell them something else, too.

    Returns:
        (n,) uint64, none of them 0, which stands for unknown.
    """
    told = [field.name for field in rows.schema if not is_array(field.type)]
    marks = _mark_vectors(vectors)
    for name in sorted(told):
        values = _hashable(rows.column(name))
        marks = marks * ODD + pd.util.hash_array(values, categorize=False)
    if any(named):
        marks = marks * ODD + pd.util.hash_array(np.array([repr(named)], object), categorize=False)
    return np.maximum(marks, np.uint64(1))


def _mark_vectors(vectors: pa.ChunkedArray) -> np.ndarray:
    n = len(vectors)
    if not n:
        return np.zeros(0, np.uint64)
    bits = pc.list_flatten(vectors).to_numpy().reshape(n, -1).view(np.uint32)
    factors = np.random.default_rng(0).integers(1 << 63, size=bits.shape[1], dtype=np.uint64)
    marks = np.empty(n, np.uint64)
    for start in range(0, n, 1_000):  # what is in the processor's cache is widened at little cost
        part = bits[start : start + 1_000].astype(np.uint64)
        marks[start : start + 1_000] = part @ (factors | np.uint64(1))
    return marks


def _hashable(column: pa.ChunkedArray) -> np.ndarray:
    try:
        values = column.to_pandas()
        array = values.to_numpy()
        return array if array.dtype != object else values.astype(str).to_numpy(object)
    except (ValueError, OverflowError, pa.ArrowException):  # values that only Arrow has
        cells = (cell for chunk in column.chunks for cell in read_values(chunk))
        return np.array([str(cell) for cell in cells], object)
