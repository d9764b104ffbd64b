"""`/api/photos/{id}`: everything known of one photo; `/api/collections`: what there is."""

from typing import Any

from api.collections import photo_json
from api.endpoint import Call, Endpoint
from api.errors import Refused
from api.schema import Schema


def photo(call: Call) -> dict[str, Any]:
    """Answer with the metadata of a photo and, on request, its vector."""
    collection = call.explorer.collection(call.values.get("collection"))
    photo_id = call.path["photo_id"]
    rows = collection.photos([photo_id])
    if not rows:
        raise Refused(404, f"The collection {collection.name} holds no photo {photo_id[:80]!a}.")
    answer = {"collection": collection.name, **photo_json(collection, rows[0], call.base)}
    if call.values["vector"]:
        answer["vector"] = collection.vectors([photo_id])[0].tolist()
    return answer


def collections(call: Call) -> list[dict[str, Any]]:
    """Answer with every collection."""
    return [
        {**vars(info), "created": info.created.isoformat()}
        for info in call.explorer.database.collections()
    ]


_PHOTO: Schema = {
    "type": "object",
    "properties": {
        "collection": {"type": "string", "maxLength": 63, "description": "default: the first"},
        "vector": {"type": "boolean", "default": False, "description": "also return the vector"},
    },
    "additionalProperties": False,
}
ENDPOINTS = [
    Endpoint("GET", "/api/photos/{photo_id:path}", photo, "What is known of a photo.", _PHOTO),
    Endpoint("GET", "/api/collections", collections, "The collections, with encoder and count."),
]
