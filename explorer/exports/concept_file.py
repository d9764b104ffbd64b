"""A concept's classifier as a file that stands on its own."""

from collections.abc import Sequence
from dataclasses import asdict

from classifier import SavedClassifier, save
from explorer.audits import AuditRecord
from explorer.fitting import head_of
from explorer.full_disk import passing_folder
from vecdb import Concept, Label


def describe_classifier(
    concept: Concept, labels: Sequence[Label], fingerprint: str
) -> SavedClassifier:
    """Return a concept as it is saved: its head, and what must be known to use it elsewhere.

    Args:
        labels: the answers that count in it.
        fingerprint: what tells the weights of its encoder; empty where nobody said.
    """
    record = AuditRecord.read(concept)
    findings = asdict(record.findings) if record and record.findings else {}
    calibration = {
        f"{name}_{part}": float(value)
        for name, found in findings.items()
        for part, value in (found or {}).items()
    }
    return SavedClassifier(
        head_of(concept),
        concept.encoder,
        concept.prompt,
        sum(row.label == 1 for row in labels),
        sum(row.label == -1 for row in labels),
        calibration,
        name=concept.name,
        fingerprint=fingerprint,
    )


def as_classifier(
    concept: Concept, labels: Sequence[Label], fingerprint: str, ending: str = ".safetensors"
) -> bytes:
    """Return the file, `.safetensors` or `.npz`, that `classifier.load` reads."""
    with passing_folder() as folder:
        path = folder / f"classifier{ending}"
        save(path, describe_classifier(concept, labels, fingerprint))
        return path.read_bytes()
