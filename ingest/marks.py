"""Numbers that are others where rows of a table with vectors say something else."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, as Fibonacci hashing has it


def mark_rows(rows: pa.Table, column: str) -> np.ndarray:
    """Return a number for each row, another one where its vector or what is told of it differs.

    Column by column, because a million rows must not cost a Python object each.

    Args:
        rows: of any columns; lists beside the vectors, and what lies nested, do not count.
        column: the one of the vectors.

    Returns:
        (n,) uint64, none of them 0, which stands for unknown.
    """
    kinds = {name: rows.column(name).type for name in rows.column_names if name != column}
    told = [name for name, kind in kinds.items() if not pa.types.is_nested(kind)]
    marks = _mark_vectors(rows.column(column), rows.num_rows)
    for name in sorted(told):
        values = rows.column(name).to_pandas()
        marks = marks * ODD + pd.util.hash_array(_hashable(values), categorize=False)
    return np.maximum(marks, np.uint64(1))


def _mark_vectors(column: pa.ChunkedArray, n: int) -> np.ndarray:
    flat = pc.list_flatten(column).cast(pa.float32())
    numbers = (flat.fill_null(0) if flat.null_count else flat).to_numpy()
    if not n or len(numbers) % n:
        return np.zeros(n, np.uint64)  # refused when it is stored
    bits = numbers.reshape(n, -1).view(np.uint32)
    factors = np.random.default_rng(0).integers(1 << 63, size=bits.shape[1], dtype=np.uint64)
    marks = np.empty(n, np.uint64)
    for start in range(0, n, 1_000):  # what is in the processor's cache is widened at little cost
        part = bits[start : start + 1_000].astype(np.uint64)
        marks[start : start + 1_000] = part @ (factors | np.uint64(1))
    return marks


def _hashable(values: pd.Series) -> np.ndarray:
    array = values.to_numpy()
    return array if array.dtype != object else values.astype(str).to_numpy(object)
