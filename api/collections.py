"""The collections and photos that answers speak of."""

import os
from datetime import datetime
from typing import Any

from api import resources
from api.errors import Refused
from api.thumbnails import thumbnail_url
from encoder import Encoder
from vecdb import Collection
from vecdb.errors import UnknownCollection

ENCODER_SECONDS = 120.0


def collection_names() -> list[str]:
    """Return the collections that hold photos, the one that VECDB_TABLE names first."""
    preferred = os.environ.get("VECDB_TABLE", "unsplash_25k")
    names = [info.name for info in resources.database().collections() if info.count]
    return sorted(names, key=lambda name: (name != preferred, name))


def collection_of(name: str | None) -> Collection:
    """Return a collection by name, or the first.

    Raises:
        Refused: 404, there is none yet.
        UnknownCollection: there is none of that name.
    """
    database = resources.database()
    if name:
        return database.collection(name)
    try:
        # Known without a query, unlike the list.
        return database.collection(os.environ.get("VECDB_TABLE", "unsplash_25k"))
    except UnknownCollection:
        names = collection_names()
    if not names:
        raise Refused(404, "There are no photos yet: run `python -m ingest` first.")
    return database.collection(names[0])


def encoder_of(collection: Collection) -> Encoder:
    """Return the collection's encoder, waiting while it loads.

    Raises:
        Refused: 503, it is still loading.
        EncoderError: it cannot be loaded.
    """
    try:
        return resources.encoder(collection.encoder).result(ENCODER_SECONDS)
    except TimeoutError as error:
        raise Refused(503, f"The encoder {collection.encoder} is still loading.") from error


def photo_json(collection: Collection, row: dict[str, Any], base: str) -> dict[str, Any]:
    """Return what is known of a photo as JSON holds it.

    The path of a file on this machine stays here: `url` is empty then, `thumbnail` never is.
    """
    known = {key: _plain(value) for key, value in row.items() if key != "vector"}
    web = str(row["url"]).startswith(("http://", "https://"))
    return {
        **known,
        "url": row["url"] if web else "",
        "thumbnail": base + thumbnail_url(collection.name, row["id"]),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
