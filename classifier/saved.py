"""A concept's classifier as a file that stands on its own."""

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from .arrays import as_vector
from .errors import ClassifierError, DimensionMismatch, OtherEncoder
from .head import Head

SUFFIXES = (".safetensors", ".npz")
ZIP = b"PK"  # how .npz begins
UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    SafetensorError,
    zipfile.BadZipFile,
    zlib.error,
)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


@dataclass(frozen=True, eq=False)
class SavedClassifier:
    """A head and what must be known to use it elsewhere.

    Attributes:
        head: weights, bias and threshold.
        encoder: name of the encoder whose vectors it reads.
        prompt: the words the concept started from; empty where it started from pictures.
        yes: photos judged a match.
        no: photos judged no match.
        calibration: figures on its honesty, such as an audit's precision and recall.
        created: when, ISO 8601 in UTC.
        name: what the concept was called.
        fingerprint: what tells the encoder's weights, wherever it lies; empty where nobody said.
    """

    head: Head
    encoder: str
    prompt: str = ""
    yes: int = 0
    no: int = 0
    calibration: Mapping[str, float] = field(default_factory=dict)
    created: str = field(default_factory=_now)
    name: str = ""
    fingerprint: str = ""


def save(path: str | Path, classifier: SavedClassifier) -> None:
    """Write a classifier to `.safetensors` or `.npz`, by the name's ending.

    Raises:
        ClassifierError: another ending.
    """
    path = _check(path)
    head = classifier.head
    about = {
        "bias": float(head.bias),
        "threshold": float(head.threshold),
        "encoder": classifier.encoder,
        "prompt": classifier.prompt,
        "yes": classifier.yes,
        "no": classifier.no,
        "calibration": dict(classifier.calibration),
        "created": classifier.created,
        "name": classifier.name,
        "fingerprint": classifier.fingerprint,
    }
    weights = np.ascontiguousarray(head.weights, dtype=np.float32)
    if path.suffix == ".npz":
        np.savez(path, weights=weights, about=np.asarray(json.dumps(about)))
    else:
        save_file({"weights": weights}, path, {"about": json.dumps(about)})


def load(
    path: str | Path,
    *,
    encoder: str | None = None,
    dim: int | None = None,
    fingerprint: str = "",
) -> SavedClassifier:
    """Read a classifier, and check that it fits where it is to be used.

    Args:
        path: a file that `save` wrote, whatever it is called by now.
        encoder: name of the collection's encoder; None leaves it unchecked.
        dim: the collection's dimension; None leaves it unchecked.
        fingerprint: of the collection's encoder. Where it is known of both, it decides: a model
            has other names on other machines.

    Raises:
        ClassifierError: missing, or not such a file.
        OtherEncoder: it reads the vectors of another encoder.
        DimensionMismatch: its dimension is another.
    """
    path = Path(path)
    try:
        weights, text = _read(path)
        about = json.loads(text)
        head = Head(
            as_vector(weights, "weights").astype(np.float32),
            float(about["bias"]),
            float(about["threshold"]),
        )
        classifier = SavedClassifier(
            head,
            str(about["encoder"]),
            str(about["prompt"]),
            int(about["yes"]),
            int(about["no"]),
            about["calibration"],
            str(about["created"]),
            str(about.get("name", "")),
            str(about.get("fingerprint", "")),
        )
    except UNREADABLE as error:
        reason = error.strerror if isinstance(error, OSError) else ""
        wrong = f"cannot be read ({reason})" if reason else "is not a saved classifier"
        raise ClassifierError(f"{path} {wrong}: name a file that `export` wrote.") from error
    if fingerprint and classifier.fingerprint:
        same = fingerprint == classifier.fingerprint
    else:
        same = encoder in (None, classifier.encoder)
    if not same:
        raise OtherEncoder(classifier.encoder, encoder or "another one")
    if dim is not None and head.dim != dim:
        raise DimensionMismatch(dim, head.dim, "The saved classifier")
    return classifier


def _read(path: Path) -> tuple[np.ndarray, str]:
    with path.open("rb") as raw:
        if raw.read(len(ZIP)) == ZIP:
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                return file["weights"], str(file["about"])
    with safe_open(path, framework="numpy") as file:
        return file.get_tensor("weights"), (file.metadata() or {})["about"]


def _check(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise ClassifierError(f"{path} must end in {' or '.join(SUFFIXES)}")
    return path
