"""Similarity heads: an affine step behind an encoder, kept in a file of its own."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from encoder.errors import ModelNotFound
from encoder.protocol import Vectors

DEFAULT_FOLDER = Path("data") / "heads"


@dataclass(frozen=True, eq=False)
class SimilarityHead:
    """Turns vectors of one encoder into vectors of a space in which alike photos lie closer.

    Attributes:
        weights: (d, d) float32; tuned = unit(vector + weights . vector + bias).
        bias: (d,) float32.
        encoder: name of the encoder whose vectors it reads.
        about: what it was trained on and what was measured, anything JSON holds.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    encoder: str
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def dim(self) -> int:
        """Length d of the vectors it reads and returns."""
        return len(self.bias)

    @property
    def fingerprint(self) -> str:
        """A digest of its numbers."""
        return hashlib.sha256(self.weights.tobytes() + self.bias.tobytes()).hexdigest()[:16]

    def apply(self, vectors: NDArray[np.float32]) -> Vectors:
        """Move vectors into the tuned space: (n, d) float32 -> (n, d) float32 unit rows."""
        moved = vectors + vectors @ self.weights.T + self.bias
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def head_path(name: str) -> Path:
    """Return the file of the head behind an encoder called `<encoder>+NAME`.

    It lies in the folder that ENCODER_HEADS names, else in ./data/heads.
    """
    folder = Path(os.environ.get("ENCODER_HEADS") or DEFAULT_FOLDER)
    return folder / f"{name.rpartition('+')[2]}.safetensors"


def has_head(name: str) -> bool:
    """Tell whether an encoder's name has the form `<encoder>+NAME`; a folder may be called so."""
    encoder, _, head = name.rpartition("+")
    return bool(encoder and head.isidentifier()) and not os.path.isdir(name)


def base_encoder(name: str) -> str:
    """Return the name of the encoder in front of every head, itself where there is none."""
    while has_head(name):
        name = name.rpartition("+")[0]
    return name


def save_head(path: Path, head: SimilarityHead) -> None:
    """Write a `.safetensors` file, whole or not at all.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    about = {"encoder": head.encoder, "about": json.dumps(head.about)}
    try:
        save_file({"weights": head.weights, "bias": head.bias}, str(half), metadata=about)
        half.replace(path)
    except SafetensorError as error:
        raise OSError(str(error)) from error
    finally:
        half.unlink(missing_ok=True)


def load_head(name: str) -> SimilarityHead:
    """Read the head behind an encoder called `<encoder>+NAME`.

    Raises:
        ModelNotFound: there is no such file, or it holds no head of that encoder.
    """
    path, encoder = head_path(name), name.rpartition("+")[0]
    try:
        with safe_open(str(path), framework="numpy") as file:
            kept = file.metadata() or {}
            head = SimilarityHead(
                file.get_tensor("weights"),
                file.get_tensor("bias"),
                kept["encoder"],
                json.loads(kept["about"]),
            )
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelNotFound(
            f"{path} holds no similarity head for {name}: copy the file there from the machine "
            "that trained it, or set ENCODER_HEADS to its folder."
        ) from error
    if head.encoder != encoder:
        raise ModelNotFound(
            f"{path} holds a head for {head.encoder}, not for {encoder}: set ENCODER_HEADS to the "
            f"folder with the head of {name}."
        )
    return head
