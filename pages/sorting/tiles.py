"""The photos of a set as the grid wants them."""

import base64
import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

from explorer.photo_sets import PhotoSet
from pages.grid.contract import GridTile
from pages.grid.tiles import grid_tiles


def set_tiles(found: PhotoSet, ids: Sequence[str], **shown: Any) -> list[GridTile]:
    """Return what the grid needs to show some photos of a set, in a collection or not."""
    if found.collection is not None:
        return grid_tiles(found.collection, ids, **shown)
    scores, reasons = shown.get("scores"), shown.get("reasons")
    return [
        {
            "id": photo,
            "src": found.small[photo],
            "aspect": _aspect_of(found.small[photo]),
            "rank": at + 1,
            "score": f"{scores[at]:.2f}" if scores else None,
            "reason": reasons[at] if reasons else "",
            "caption": photo,
            "meta": [("Name", photo)],
        }
        for at, photo in enumerate(ids)
    ]


def _aspect_of(address: str) -> float:
    """Return width over height of the picture in a data address; only its header is read."""
    with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as picture:
        return picture.width / picture.height
