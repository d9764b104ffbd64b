"""Concepts that were saved as files, opened again on any collection of the same encoder."""

from pathlib import Path
from typing import TYPE_CHECKING

from classifier import load
from explorer.page import Page

if TYPE_CHECKING:
    from explorer.explorer import Explorer


def open_saved_concept(
    explorer: "Explorer", path: Path, table: str | None = None, name: str = ""
) -> Page:
    """Make a concept of a saved classifier; its threshold and head stand until it is answered.

    Args:
        path: a `.safetensors` or `.npz` file of a concept.
        table: the collection; by default the first.
        name: what the concept is called; by default as it was saved.

    Raises:
        ClassifierError: the file is no saved classifier, or one of another encoder.
    """
    collection = explorer.collection(table)
    saved = load(
        path,
        encoder=collection.encoder,
        dim=collection.dim,
        fingerprint=collection.fingerprint,
    )
    called = name.strip() or saved.name or saved.prompt or path.stem
    return explorer.rounds.open_head(collection, called, saved.prompt, saved.head)
