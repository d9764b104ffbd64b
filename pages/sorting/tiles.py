"""The photos of a set as the grid wants them."""

from collections.abc import Sequence
from typing import Any

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
            "rank": at + 1,
            "score": f"{scores[at]:.2f}" if scores else None,
            "reason": reasons[at] if reasons else "",
            "caption": photo,
            "meta": [("Name", photo)],
        }
        for at, photo in enumerate(ids)
    ]
