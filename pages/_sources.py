"""Pictures to classify: of a collection, of a folder on this machine, or uploaded."""

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from classifier.zeroshot import Photos, read
from encoder import Encoder
from pages._tiles import grid_tiles
from vecdb import Collection

MOST_PICTURES = 1000
BATCH = 32
SIDE = 320
ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"}


@dataclass(frozen=True)
class Source:
    """Photos with vectors and, where they are in no collection, small pictures to show."""

    photos: Photos
    key: str
    collection: Collection | None = None
    small: dict[str, str] = field(default_factory=dict)

    def tiles(self, ids: Sequence[str], **shown: Any) -> list[dict[str, Any]]:
        """Return what the grid needs to show some of the photos."""
        if self.collection is not None:
            return grid_tiles(self.collection, ids, **shown)
        scores, reasons = shown.get("scores"), shown.get("reasons")
        return [
            {
                "id": photo,
                "src": self.small[photo],
                "rank": at + 1,
                "score": f"{scores[at]:.2f}" if scores else None,
                "reason": reasons[at] if reasons else "",
                "caption": photo,
                "meta": [["Name", photo]],
            }
            for at, photo in enumerate(ids)
        ]


def of_collection(collection: Collection, prefix: str) -> Source:
    """Read a collection's photos whose ids start with a prefix; of a large one a sample."""
    return Source(read(collection, prefix), f"{collection.name}/{prefix}", collection)


def of_folder(folder: str, encoder: Encoder) -> Source:
    """Encode the pictures of a folder; the folder each lies in is taken as its label.

    Raises:
        OSError: there is no such folder, or it holds no picture.
    """
    root = Path(folder).expanduser()
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in ENDINGS)
    if not paths:
        raise OSError(f"There is no folder {folder} with pictures in it.")
    paths = paths[:MOST_PICTURES]
    names = [path.relative_to(root).as_posix() for path in paths]
    labels = [path.parent.name if path.parent != root else "" for path in paths]
    return _encoded(names, labels, [path.read_bytes() for path in paths], encoder)


def of_uploads(files: Sequence[Any], encoder: Encoder) -> Source:
    """Encode uploaded pictures; nothing is known of their classes."""
    names = [f"{at} {file.name}" for at, file in enumerate(files[:MOST_PICTURES], 1)]
    return _encoded(names, [""] * len(names), [file.getvalue() for file in files], encoder)


def _encoded(
    names: Sequence[str], labels: Sequence[str], data: Sequence[bytes], encoder: Encoder
) -> Source:
    kept, small, parts = [], {}, []
    digest = hashlib.sha256()
    for start in range(0, len(names), BATCH):
        pictures = []
        for at in range(start, min(start + BATCH, len(names))):
            try:
                picture = Image.open(io.BytesIO(data[at]))
                picture.load()
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
                continue  # a file that is no picture is left out, and the count says so
            pictures.append(picture)
            kept.append(at)
            small[names[at]] = _small(picture)
            digest.update(data[at])
        parts.append(encoder.encode_images(pictures))
    if not kept:
        raise OSError("None of these files is a picture that can be read.")
    photos = Photos([names[at] for at in kept], np.concatenate(parts), [labels[at] for at in kept])
    return Source(photos, digest.hexdigest()[:16], None, small)


def _small(picture: Image.Image) -> str:
    copy = picture.convert("RGB")
    copy.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    copy.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
