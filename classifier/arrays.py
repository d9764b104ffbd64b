"""Guards at the door: what callers pass becomes finite rows of the right width."""

from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ClassifierError, DimensionMismatch

Floats = NDArray[np.float64]
Real = TypeVar("Real", bound=np.floating)


def as_vector(vector: ArrayLike, what: str = "vector") -> Floats:
    """Read one vector.

    Args:
        vector: (d,) numbers.
        what: its name in the error message.

    Returns:
        (d,) float64.

    Raises:
        ClassifierError: not one-dimensional, or not finite.
    """
    array = np.asarray(vector, dtype=np.float64)
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
        raise ClassifierError(f"{what} must be a row of finite numbers, got shape {array.shape}")
    return array


@overload
def as_rows(vectors: ArrayLike, dim: int, what: str = "vectors") -> Floats: ...


@overload
def as_rows(
    vectors: ArrayLike, dim: int, what: str = "vectors", *, dtype: type[Real]
) -> NDArray[Real]: ...


def as_rows(
    vectors: ArrayLike, dim: int, what: str = "vectors", *, dtype: type[Any] = np.float64
) -> NDArray[Any]:
    """Read rows of vectors.

    Args:
        vectors: (n, d) numbers; an empty list counts as (0, d).
        dim: the d they must have.
        what: their name in the error message.
        dtype: of what comes back, float64 by default.

    Returns:
        (n, d); a row with NaN or infinity becomes zeros, which no fit learns from.

    Raises:
        ClassifierError: not two-dimensional.
        DimensionMismatch: d differs from dim.
    """
    with np.errstate(over="ignore"):  # what is too large for the type is no number of a picture
        array = np.asarray(vectors, dtype=dtype)
    if array.size == 0:
        return np.zeros((0, dim), dtype)
    if array.ndim != 2:
        raise ClassifierError(f"{what} must be rows of numbers, got shape {array.shape}")
    if array.shape[1] != dim:
        raise DimensionMismatch(dim, array.shape[-1], what)
    finite = np.asarray(np.isfinite(array).all(axis=1))
    return array if finite.all() else np.where(finite[:, None], array, array.dtype.type(0))


def project(rows: NDArray[np.float32], weights: Floats) -> Floats:
    """Return the products (n,) of rows (n, d) with weights (d,), worked out in single precision."""
    return (rows @ weights.astype(np.float32)).astype(np.float64)


def add_ones(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return rows (n, d) in single precision with a column of ones, which carries the bias."""
    whole = np.ones((len(rows), rows.shape[1] + 1), np.float32)
    whole[:, :-1] = rows
    return whole


def usable(rows: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Tell which rows of `as_rows` hold a picture: (n,) bool, False where all is zero."""
    return np.asarray(rows.any(axis=1))
