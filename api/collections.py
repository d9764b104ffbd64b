"""The collections and photos that answers speak of."""

from datetime import datetime
from typing import Any

from explorer.addresses import thumbnail_url
from vecdb import Collection


def photo_json(collection: Collection, row: dict[str, Any], base: str) -> dict[str, Any]:
    """Return what is known of a photo as JSON holds it.

    The path of a file on this machine stays here: `url` is empty then, `thumbnail` never is.
    """
    known = {key: _plain(value) for key, value in row.items() if key != "vector"}
    web = str(row["url"]).startswith(("http://", "https://"))
    return {
        **known,
        "url": row["url"] if web else "",
        "thumbnail": f"{base}/{thumbnail_url(collection.name, row['id'])}",
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value
