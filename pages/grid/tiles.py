"""Photos as the grid wants them: addresses, words and numbers, nothing that is HTML."""

from collections.abc import Sequence
from typing import Any

from explorer.addresses import thumbnail_url
from vecdb import Collection

SHOWN = (
    ("description", "Description"),
    ("photographer", "Photographer"),
    ("label", "Label"),
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
) -> list[dict[str, Any]]:
    """Return one tile a photo, in order; a photo that is gone keeps its place.

    Args:
        rows: what `Collection.photos` says of them, where it has been asked already.
    """
    found = {row["id"]: row for row in (collection.photos(ids) if rows is None else rows)}
    return [
        {
            "id": photo,
            "src": thumbnail_url(collection.name, photo),
            "rank": first_rank + at,
            "score": None if scores is None or scores[at] is None else f"{scores[at]:.2f}",
            "reason": reasons[at] if reasons is not None else "",
            **_words(photo, found.get(photo)),
        }
        for at, photo in enumerate(ids)
    ]


def _words(photo: str, row: dict[str, Any] | None) -> dict[str, Any]:
    if row is None:
        return {"caption": photo, "meta": [["Id", photo], ["State", "no longer in the collection"]]}
    address = row["url"] if row["url"].startswith(("http://", "https://")) else ""
    meta = [["Id", photo]]
    meta += [[name, str(row[key])] for key, name in SHOWN if row.get(key)]
    if row.get("width") and row.get("height"):
        meta.append(["Size", f"{row['width']} × {row['height']}"])
    return {
        "caption": row["description"] or photo,
        "fallback": rendition(address, 448),
        "full": rendition(address, 1600),
        "link": address,
        "meta": meta,
    }


def rendition(address: str, width: int) -> str:
    """Ask an Unsplash address for a smaller picture; other addresses stay as they are."""
    if address.startswith("https://images.unsplash.com/") and "?" not in address:
        return f"{address}?w={width}&q=75&fm=jpg&fit=max"
    return address
