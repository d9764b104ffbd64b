"""Pictures to classify: of a collection, of a folder on this machine, or uploaded."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from encoder import Encoder
from explorer.zeroshot import Photos, read
from ingest.decode import decode
from ingest.errors import Rejected
from vecdb import Collection

MOST_PICTURES = 1000
ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"}


@dataclass(frozen=True)
class PhotoSet:
    """Photos with vectors and, where they are in no collection, small pictures to show."""

    photos: Photos
    key: str
    collection: Collection | None = None
    small: dict[str, str] = field(default_factory=dict)


def of_collection(collection: Collection, prefix: str) -> PhotoSet:
    """Read a collection's photos whose ids start with a prefix; of a large one a sample."""
    return PhotoSet(read(collection, prefix), f"{collection.name}/{prefix}", collection)


def of_folder(folder: str, encoder: Encoder) -> PhotoSet:
    """Encode the pictures of a folder; the folder each lies in is taken as its label.

    Raises:
        OSError: there is no such folder, or it holds no picture.
    """
    root = Path(folder).expanduser()
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in ENDINGS)
    if not paths:
        raise OSError(f"There is no folder {folder} with pictures in it.")
    paths = paths[:MOST_PICTURES]
    labels = [path.parent.name if path.parent != root else "" for path in paths]
    files = (
        (path.relative_to(root).as_posix(), label, path.read_bytes())
        for path, label in zip(paths, labels, strict=True)
    )
    return _encoded(files, encoder)


def of_uploads(files: Sequence[Any], encoder: Encoder) -> PhotoSet:
    """Encode uploaded pictures; nothing is known of their classes."""
    given = enumerate(files[:MOST_PICTURES], 1)
    return _encoded(((f"{at} {file.name}", "", file.getvalue()) for at, file in given), encoder)


def _encoded(files: Iterable[tuple[str, str, bytes]], encoder: Encoder) -> PhotoSet:
    """Encode pictures given as (name, label, bytes)."""
    names, labels, pixels = [], [], []
    small: dict[str, str] = {}
    digests = hashlib.sha256()
    for name, label, data in files:
        try:
            picture = decode(data)
        except Rejected:
            continue  # a file that is no picture is left out, and the count says so
        names.append(name)
        labels.append(label)
        pixels.append(encoder.prepare(picture.image))
        small[name] = "data:image/jpeg;base64," + base64.b64encode(picture.thumbnail).decode()
        digests.update(picture.digest.encode())
    if not names:
        raise OSError("None of these files is a picture that can be read.")
    photos = Photos(names, encoder.encode_prepared(np.stack(pixels)), labels)
    return PhotoSet(photos, digests.hexdigest()[:16], None, small)
