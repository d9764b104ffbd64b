"""Corrections of the Classes page: made by clicking, saved with the classes, opened with them."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from classifier.class_file import Correction, SavedClasses, load_classes, save_classes
from classifier.classes import refit_heads
from explorer.photo_sets import PhotoSet

NONE = "none of these"
# Photos nobody corrected that a fit looks at; more change nothing that can be seen.
OTHERS = 500


def apply_corrections(
    start: SavedClasses, found: PhotoSet, clicked: Mapping[str, str]
) -> SavedClasses:
    """Fit classes to what was clicked on the page, and to all that was corrected before.

    Args:
        start: classes as their words have them, or as they were saved.
        found: the photos on the page.
        clicked: photo id -> class name, or NONE; photos and classes that are not here are left out.
    """
    at = {photo: row for row, photo in enumerate(found.photos.ids)}
    numbers = {NONE: -1, **{name: number for number, name in enumerate(start.heads.names)}}
    fresh = {
        photo: Correction(found.photos.vectors[at[photo]], numbers[name])
        for photo, name in clicked.items()
        if photo in at and name in numbers
    }
    if not fresh:
        return start
    known = {**start.corrections, **fresh}
    others = [row for photo, row in at.items() if photo not in known][:OTHERS]
    heads = refit_heads(
        start.heads,
        np.array([made.vector for made in known.values()]),
        [made.number for made in known.values()],
        found.photos.vectors[others],
    )
    return SavedClasses(heads, known)


def from_upload(file: Any, encoder: str) -> SavedClasses:
    """Read an uploaded file of saved classes.

    Raises:
        ClassifierError: it holds none, or they were made with another encoder.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.name).name
        path.write_bytes(file.getvalue())
        return load_classes(path, encoder=encoder)


def as_file(saved: SavedClasses) -> bytes:
    """Return classes as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classes.safetensors"
        save_classes(path, saved)
        return path.read_bytes()
