"""Photos from a folder tree and from webdataset tars."""

import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ingest.columns import Columns
from ingest.errors import DamagedSource
from ingest.photo import LONGEST_TEXT, Photo, short_id

PICTURES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    *(".avif", ".heic", ".heif", ".ppm", ".pgm"),
}
LARGEST_TEXT = 1 << 20


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


def tar(path: Path) -> Iterator[Photo]:
    """Read a webdataset: files of one key are one photo, .txt its caption, .json its columns.

    Raises:
        DamagedSource: the tar breaks off.
    """
    key: str | None = None
    parts: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                if not member.isfile():
                    continue
                name = PurePosixPath(member.name)
                stem, _, ending = name.name.partition(".")
                if str(name.parent / stem) != key:
                    yield from _sample(key, parts)
                    key, parts = str(name.parent / stem), {}
                file = archive.extractfile(member)
                if file and (is_picture(name.name) or member.size <= LARGEST_TEXT):
                    parts["." + ending.lower()] = file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        yield from _sample(key, parts)
        raise DamagedSource(
            f"{path} breaks off or is damaged ({error}): what came before is ingested; fetch the "
            "file again for the rest."
        ) from error
    yield from _sample(key, parts)


def _sample(key: str | None, parts: dict[str, bytes]) -> Iterator[Photo]:
    payload = next((parts[ending] for ending in parts if ending in PICTURES), None)
    if key is None or payload is None:
        return
    row = _columns_of(parts.get(".json", b""))
    caption = parts.get(".txt", b"").decode("utf-8", "replace").strip()
    if caption:
        row["caption"] = caption
    # Whatever address the json holds, the picture itself is here.
    described = Columns([*row, "url"]).photo({**row, "url": row.get("url", "")})
    label = parts.get(".cls", b"").decode("utf-8", "replace").strip()[:LONGEST_TEXT]
    metadata = {**described.metadata, **({"label": label} if label else {})}
    yield Photo(short_id(key), described.address, metadata, described.extra, payload)


def _columns_of(text: bytes) -> dict[str, str]:
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(value) for name, value in found.items() if value is not None}
