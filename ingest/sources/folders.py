"""Photos from a folder tree."""

import os
from collections.abc import Iterator
from pathlib import Path

from ingest.photo import Photo, short_id

PICTURES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    *(".avif", ".heic", ".heif", ".ppm", ".pgm"),
}


def is_picture(name: str) -> bool:
    """Tell whether a file's name is that of a picture."""
    return os.path.splitext(name)[1].lower() in PICTURES


def folder(root: Path) -> Iterator[Photo]:
    """Walk a folder in order; a photo's id is its path from here, its label its folder's name."""
    for path in picture_paths(root):
        relative = path.relative_to(root)
        # File names are bytes: what is not UTF-8 cannot be stored as text.
        name = os.fsencode(relative.as_posix()).decode("utf-8", "replace")
        label = {"label": relative.parent.name} if relative.parent.name else {}
        yield Photo(short_id(name), str(path), label)


def picture_paths(root: Path) -> Iterator[Path]:
    """Yield the pictures of a folder tree in order, hidden ones left out."""
    for parent, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if is_picture(name) and not name.startswith("."):
                yield Path(parent) / name
