"""What storage needs to know of a linear head: margin = weights . vector + bias."""

from typing import Any, NamedTuple, Protocol

import numpy as np

from vecdb.errors import BadVector


class LinearHead(Protocol):
    """Anything with weights (d,) and a bias: a fitted head, a saved concept, a `PlainHead`."""

    @property
    def weights(self) -> Any:
        """Numbers (d,)."""

    @property
    def bias(self) -> float:
        """The margin of the zero vector."""


class PlainHead(NamedTuple):
    """A head given by its numbers; without a bias a direction to rank by."""

    weights: Any
    bias: float = 0.0


def head_parameters(head: LinearHead, dim: int) -> dict[str, Any]:
    """Return the parameters of statements that score by a head.

    Raises:
        BadVector: the weights have another shape than (dim,), or are not finite.
    """
    weights = check_numbers(head.weights, dim, "weights")
    return {"weights": write_array(weights), "bias": float(head.bias)}


def two_head_parameters(
    head: LinearHead, before: LinearHead, cut: float, dim: int
) -> dict[str, Any]:
    """Return the parameters of statements that compare a head with the one before it.

    Args:
        cut: margin from which a head accepts a photo.

    Raises:
        BadVector: see `head_parameters`.
    """
    earlier = head_parameters(before, dim)
    return {
        **head_parameters(head, dim),
        "before": earlier["weights"],
        "bias_before": earlier["bias"],
        "cut": float(cut),
    }


def check_numbers(numbers: Any, dim: int, what: str) -> np.ndarray:
    """Return numbers as (dim,) float32.

    Raises:
        BadVector: no numbers, another shape than (dim,), or not finite.
    """
    array = _read_numbers(numbers, np.float32, what)
    if array.shape != (dim,):
        raise BadVector(f"The {what} has shape {array.shape} where the collection needs ({dim},).")
    if not np.isfinite(array).all():
        raise BadVector(f"The {what} holds a number that is not finite.")
    return array


def unit_query(numbers: Any, dim: int) -> np.ndarray:
    """Return a query vector as (dim,) float32 of length 1, which changes no cosine.

    Raises:
        BadVector: no numbers, another shape than (dim,), not finite, or zero.
    """
    array = _read_numbers(numbers, np.float64, "query vector")
    length = np.linalg.norm(array)
    if length == 0:
        raise BadVector("The query vector is zero: it points nowhere, so nothing is near it.")
    return check_numbers(array / length, dim, "query vector")


def _read_numbers(numbers: Any, dtype: type[np.floating[Any]], what: str) -> np.ndarray:
    try:
        return np.asarray(numbers, dtype=dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadVector(f"The {what} must be numbers, not {numbers!r:.80}.") from error


def write_array(array: np.ndarray) -> str:
    """Return an array (d,) as the text of a parameter: the driver takes ten times as long to."""
    return "[" + ",".join([f"{number:.9g}" for number in array.tolist()]) + "]"


def write_literal(array: np.ndarray) -> str:
    """Return an array (d,) of a unit vector as a literal; MyScale's wants decimal points."""
    return "[" + ",".join([f"{number:.9f}" for number in array.tolist()]) + "]"
