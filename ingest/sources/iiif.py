"""Manifests of IIIF, in which libraries and archives tell of the pages of one object."""

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]


def canvases_of(found: Mapping[str, Any]) -> list[Row] | None:
    """Return a row for each page of a manifest of version 2 or 3; None of anything else.

    Each says what the manifest says of the whole: its label as `manifest`, and its metadata.
    """
    pages = found.get("items") if found.get("type") == "Manifest" else None
    sequences = found.get("sequences")
    if isinstance(sequences, list) and sequences and isinstance(sequences[0], dict):
        pages = sequences[0].get("canvases")
    if not isinstance(pages, list) or not all(isinstance(page, dict) for page in pages):
        return None
    shared = {"manifest": _words(found.get("label"))}
    told = found.get("metadata")
    for pair in told if isinstance(told, list) else ():
        if isinstance(pair, dict) and (name := _words(pair.get("label"))):
            shared[f"manifest.{name}"] = _words(pair.get("value"))
    return [_name(page) | shared for page in pages]


def _name(page: Row) -> Row:
    """Return a page with its label, which is no class, as its title."""
    return {k: v for k, v in page.items() if k != "label"} | {"title": _words(page.get("label"))}


def _words(value: Any) -> str:
    """Return a text in the first of its languages: plain, `@value`, or a list by language."""
    if isinstance(value, dict):
        value = value.get("@value") or next(iter(value.values()), "")
    if isinstance(value, list):
        # Of version 2 these are languages, of version 3 the parts of one.
        texts = [value[0]] if value and isinstance(value[0], dict) else value
        return ", ".join(filter(None, map(_words, texts)))
    return value if isinstance(value, str) else ""
