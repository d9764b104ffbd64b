"""Classes as a file that stands on its own: the heads, and the corrections they were fitted to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from .classes import ClassHeads
from .errors import ClassifierError, OtherEncoder


@dataclass(frozen=True, eq=False)
class Correction:
    """A photo whose class a person said.

    Attributes:
        vector: (d,) float32, kept because the photo may not be at hand where the file is opened.
        number: of its class, a row of the heads; -1 where it is of none of them.
    """

    vector: NDArray[np.float32]
    number: int


@dataclass(frozen=True, eq=False)
class SavedClasses:
    """Heads, and by photo id what they were fitted to beside their words."""

    heads: ClassHeads
    corrections: Mapping[str, Correction]


def save_classes(path: str | Path, saved: SavedClasses) -> None:
    """Write a `.safetensors` file: texts, weights, names, templates, encoder, corrections."""
    heads, corrections = saved.heads, saved.corrections
    about = {
        "names": list(heads.names),
        "templates": list(heads.templates),
        "encoder": heads.encoder,
        "biases": heads.biases.tolist(),
        "scale": heads.scale,
        "corrected": {photo: int(made.number) for photo, made in corrections.items()},
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    vectors = [made.vector for made in corrections.values()]
    tensors = {
        "texts": np.ascontiguousarray(heads.texts),
        "weights": np.ascontiguousarray(heads.weights),
        "corrected": np.asarray(vectors, np.float32).reshape(-1, heads.texts.shape[1]),
    }
    save_file(tensors, str(path), metadata={"classes": json.dumps(about)})


def load_classes(path: str | Path, *, encoder: str | None = None) -> SavedClasses:
    """Read what `save_classes` wrote.

    Args:
        encoder: name of the encoder whose vectors are to be classified; None does not check.

    Raises:
        ClassifierError: the file holds no class heads.
        OtherEncoder: they were made with another encoder.
    """
    try:
        with safe_open(str(path), framework="numpy") as file:
            about: Mapping[str, Any] = json.loads((file.metadata() or {})["classes"])
            texts, weights, vectors = map(file.get_tensor, ("texts", "weights", "corrected"))
        heads = ClassHeads(
            tuple(about["names"]),
            texts,
            weights,
            np.asarray(about["biases"], np.float64),
            float(about["scale"]),
            str(about["encoder"]),
            tuple(about["templates"]),
        )
        corrections = {
            photo: Correction(vector, int(number))
            for (photo, number), vector in zip(about["corrected"].items(), vectors, strict=True)
        }
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ClassifierError(f"{Path(path).name} holds no saved classes.") from error
    if encoder is not None and heads.encoder != encoder:
        raise OtherEncoder(heads.encoder, encoder)
    return SavedClasses(heads, corrections)
