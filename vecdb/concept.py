"""A concept that people teach, prompt, head and settings, and its row in the database."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa

from vecdb.labels import UTC_MICROSECONDS

NEVER = datetime.fromtimestamp(0, timezone.utc)
SCHEMA = pa.schema(
    {
        "id": pa.string(), "version": pa.uint64(), "name": pa.string(),
        "collection": pa.string(), "encoder": pa.string(), "prompt": pa.string(),
        "weights": pa.list_(pa.float32()), "bias": pa.float64(), "threshold": pa.float64(),
        "round": pa.uint32(), "settings": pa.string(), "audit": pa.string(),
        "created": UTC_MICROSECONDS, "updated": UTC_MICROSECONDS, "deleted": pa.uint8(),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Concept:
    """One saved concept; margin = weights . vector + bias, weights (d,) float32, empty at first.

    `threshold` is a probability; `settings` and `audit` are anything JSON holds; times are UTC.
    """

    id: str
    name: str
    collection: str
    encoder: str
    prompt: str
    weights: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    bias: float = 0.0
    threshold: float = 0.5
    round: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    audit: dict[str, Any] = field(default_factory=dict)
    created: datetime = NEVER
    updated: datetime = NEVER
    deleted: bool = False


def concept_of(row: dict[str, Any]) -> Concept:
    """Read a concept from its row."""
    return Concept(
        **{
            **{name: value for name, value in row.items() if name != "version"},
            "weights": np.array(row["weights"], dtype=np.float32),
            "settings": json.loads(row["settings"]),
            "audit": json.loads(row["audit"]),
            "deleted": bool(row["deleted"]),
        }
    )


def row_of(concept: Concept, version: int) -> dict[str, Any]:
    """Return a concept's row; the highest version counts.

    Raises:
        ValueError, TypeError: its name, threshold or weights are none.
    """
    if not isinstance(concept.name, str):
        raise TypeError(f"its name is {concept.name!r:.40}, not text")
    if not 0 <= concept.threshold <= 1:
        raise ValueError(f"its threshold is {concept.threshold!r:.40}, not a number from 0 to 1")
    return {
        **vars(concept),
        "name": " ".join(concept.name.split()),
        "version": version,
        "weights": np.asarray(concept.weights, np.float32).tolist(),
        "settings": json.dumps(concept.settings),
        "audit": json.dumps(concept.audit),
        "deleted": int(concept.deleted),
    }
