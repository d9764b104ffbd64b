"""Photos as the grid wants them: addresses, words and numbers, nothing that is HTML."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from explorer.addresses import original_url, thumbnail_url
from explorer.exports.rows import given_address
from pages.grid.contract import GridTile
from vecdb import Collection
from vecdb.addresses import local_path

SHOWN = (
    ("description", "Description"),
    ("photographer", "Photographer"),
    ("camera", "Camera"),
    ("city", "City"),
    ("country", "Country"),
    ("views", "Views"),
    ("downloads", "Downloads"),
    ("duplicate_of", "Near-duplicate of"),
)


def grid_tiles(
    collection: Collection,
    ids: Sequence[str],
    *,
    scores: Sequence[float | None] | None = None,
    reasons: Sequence[str] | None = None,
    first_rank: int = 1,
    rows: Sequence[dict[str, Any]] | None = None,
) -> list[GridTile]:
    """Return one tile a photo, in order; a photo that is gone keeps its place.

    Args:
        rows: what `Records.shown` says of them, with more keys or fewer, where it is known already.
    """
    found = {row["id"]: row for row in (collection.records.shown(ids) if rows is None else rows)}
    tiles = []
    for at, photo in enumerate(ids):
        score = None if scores is None else scores[at]
        tile: GridTile = {
            "id": photo,
            "src": thumbnail_url(collection.name, photo),
            "rank": first_rank + at,
            "score": None if score is None else f"{score:.2f}",
            "reason": reasons[at] if reasons is not None else "",
            "caption": photo,
            "meta": [("Id", photo)],
        }
        _describe(tile, collection, found.get(photo))
        tiles.append(tile)
    return tiles


def largest_tiles(collection: Collection, sampled: int, shown: int) -> list[GridTile]:
    """Return the largest pictures of a random sample: icons and drawings say less of a collection.

    Args:
        sampled: photos to choose from.
        shown: how many come back at most.
    """
    rows = collection.records.shown(collection.sample(sampled, seed=0).ids)
    rows.sort(key=lambda row: min(row["width"] or 0, row["height"] or 0), reverse=True)
    return grid_tiles(collection, [row["id"] for row in rows[:shown]], rows=rows[:shown])


def _describe(tile: GridTile, collection: Collection, row: dict[str, Any] | None) -> None:
    if row is None:
        tile["meta"].append(("State", "no longer in the collection"))
        return
    tile["caption"] = row.get("description") or tile["id"]
    tile["meta"] += [(name, str(row[key])) for key, name in SHOWN if row.get(key)]
    if row.get("label"):
        folders = PurePosixPath(local_path(row["url"]) or row["id"]).parts[:-1]
        tile["meta"].append(("Folder" if row["label"] in folders else "Class", row["label"]))
    if row.get("width") and row.get("height"):
        tile["aspect"] = round(row["width"] / row["height"], 4)
        tile["meta"].append(("Size", f"{row['width']} × {row['height']}"))
    address = row["url"]
    path = local_path(address)
    if path is not None:
        tile["meta"].append(("File", given_address(address)))
        tile["full"] = tile["link"] = original_url(collection.name, tile["id"])
    elif address.startswith(("http://", "https://")):
        tile["fallback"] = rendition(address, 448)
        tile["full"] = rendition(address, 1600)
        tile["link"] = address


def rendition(address: str, width: int) -> str:
    """Ask an Unsplash address for a smaller picture; other addresses stay as they are."""
    if address.startswith("https://images.unsplash.com/") and "?" not in address:
        return f"{address}?w={width}&q=75&fm=jpg&fit=max"
    return address
