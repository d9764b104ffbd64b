"""Labelled sets, and what is refused as one."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ClassifierError

FIELDS = ("ids", "vectors", "labels", "concepts", "prompts")
FEWEST_PHOTOS = 5
"""Of so many, three can be asked about and two are held out."""
ROUNDED = 0.01
"""Difference from length one that is put down to numbers of half precision."""


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """Photos with true labels, and the concepts to look for among them."""

    vectors: NDArray[np.float32]
    labels: NDArray[np.str_]
    concepts: NDArray[np.str_]
    prompts: NDArray[np.float32]


def read_set(path: Path) -> LabelledSet:
    """Read a set of the form DESIGN gives; rows of vectors are scaled to length one.

    Raises:
        ClassifierError: the file is missing, is no .npz, lacks a field, or its fields do not fit.
    """
    try:
        with path.open("rb") as raw:
            file = np.load(raw, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise ValueError("it is a single array")
            fields = {name: file[name] for name in FIELDS if name in file.files}
        for name in fields:
            kind = np.float32 if name in ("vectors", "prompts") else np.str_
            fields[name] = fields[name].astype(kind)
    except OSError as error:
        raise ClassifierError(f"cannot read {path}: {error}; pass a .npz of vectors") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ClassifierError(
            f"{path} is no .npz of arrays, or a damaged one; it needs {', '.join(FIELDS)}"
        ) from error
    missing = [name for name in FIELDS if name not in fields]
    if missing:
        raise ClassifierError(f"{path} lacks {', '.join(missing)}; it needs {', '.join(FIELDS)}")
    try:
        return _check_set(*(fields[name] for name in ("vectors", "labels", "concepts", "prompts")))
    except ClassifierError as error:
        raise ClassifierError(f"{path} {error}") from None


def _check_set(
    vectors: NDArray[np.float32],
    labels: NDArray[np.str_],
    concepts: NDArray[np.str_],
    prompts: NDArray[np.float32],
) -> LabelledSet:
    """Refuse fields that do not fit one another; scale the vectors."""
    if vectors.ndim != 2 or len(vectors) < FEWEST_PHOTOS or labels.shape != vectors.shape[:1]:
        raise ClassifierError(
            f"has vectors of shape {vectors.shape} and labels of shape {labels.shape}; "
            f"it needs a row and a label for each of {FEWEST_PHOTOS} photos or more"
        )
    if concepts.ndim != 1 or not len(concepts):
        raise ClassifierError(f"has concepts of shape {concepts.shape}; it needs a name or more")
    if len(np.unique(concepts)) < len(concepts):
        raise ClassifierError("names a concept twice; give each a name of its own")
    if prompts.shape != (len(concepts), vectors.shape[1]):
        raise ClassifierError(
            f"has prompts of shape {prompts.shape} for {len(concepts)} concepts; "
            f"it needs one of {vectors.shape[1]} numbers for each"
        )
    useless = concepts[~(np.isfinite(prompts).all(axis=1) & prompts.any(axis=1))]
    if len(useless):
        raise ClassifierError(f"has a prompt that is zero or not finite: {useless[0]}")
    vectors = np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors, 0)
    length = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if not length.any():
        raise ClassifierError("has no vector that is finite and not zero")
    scaled = (length > 0) & (np.abs(length - 1) > ROUNDED)
    rows = (vectors / np.where(scaled, length, 1)).astype(np.float32)
    return LabelledSet(rows, labels, concepts, prompts)
