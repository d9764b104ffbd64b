"""Several heads over one collection, all scored in one pass of SQL over its vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vecdb.connection import Connection
from vecdb.heads import LinearHead, head_parameters


@dataclass(frozen=True)
class ScoredTogether:
    """Photos that some of m heads accept: ids (n,) and probabilities (n, m) float32."""

    ids: list[str]
    probabilities: np.ndarray


@dataclass(frozen=True)
class CountedTogether:
    """How many photos each head accepts, in their order, and how many at least one does."""

    each: list[int]
    some: int


def score_together(
    connection: Connection,
    table: str,
    dim: int,
    heads: Sequence[LinearHead],
    cuts: Sequence[float],
    *,
    every: Sequence[int],
    no: Sequence[int],
    limit: int,
) -> ScoredTogether:
    """List photos that some head accepts, those of most heads first, ties by id.

    Args:
        cuts: margins from which the heads accept, one each.
        every, no: places, from 0, of the heads that must and that must not accept.
    """
    margins, parameters = _write(heads, cuts, dim)
    parameters |= {"every": [n + 1 for n in every], "no": [n + 1 for n in no], "k": limit}
    found = connection.select("scores/together", parameters, table=table, margins=margins)
    values = np.asarray(found.column("margins").to_pylist(), np.float64).reshape(-1, len(heads))
    return ScoredTogether(
        found.column("id").to_pylist(), (1 / (1 + np.exp(-values))).astype(np.float32)
    )


def count_together(
    connection: Connection,
    table: str,
    dim: int,
    heads: Sequence[LinearHead],
    cuts: Sequence[float],
) -> CountedTogether:
    """Count the photos that each head accepts."""
    margins, parameters = _write(heads, cuts, dim)
    row = connection.select(
        "scores/count_together", parameters, table=table, margins=margins
    ).to_pylist()[0]
    # Over no photos at all there is no sum for each.
    return CountedTogether(row["counts"] or [0] * len(heads), row["some"])


def _write(
    heads: Sequence[LinearHead], cuts: Sequence[float], dim: int
) -> tuple[str, dict[str, Any]]:
    """Return the text of the heads' margins, which names their parameters, and the parameters."""
    parameters: dict[str, Any] = {"cuts": [float(cut) for cut in cuts]}
    texts = []
    for at, head in enumerate(heads):
        numbers = head_parameters(head, dim)
        parameters |= {f"weights_{at}": numbers["weights"], f"bias_{at}": numbers["bias"]}
        texts.append(f"dot(vector, {{weights_{at}:Array(Float32)}}) + {{bias_{at}:Float64}}")
    return ", ".join(texts), parameters
