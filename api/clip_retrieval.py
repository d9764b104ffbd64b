"""clip-retrieval's protocol, so that its Python client and its front end work on this server.

What clip_back.py 2.45.0 takes and answers, with three notes. Photos are numbered by
`vecdb.photo_number`, and `photo_id` tells the real id. Scores for taste, safety and violence and
the multilingual model are not offered: their parameters are taken and change nothing. There are
vectors of pictures only, so a search over "text" answers with pictures and their captions.
"""

from typing import Any
from urllib.parse import unquote

from starlette.responses import PlainTextResponse, Response

from api.collections import photo_json
from api.endpoint import Call, Endpoint
from api.errors import Refused
from api.schema import Schema
from explorer.addresses import with_dots
from explorer.fetching import fetch_picture
from explorer.metrics import summary, timed
from explorer.pictures import picture_from, picture_from_text
from explorer.query import Query
from explorer.ranking import Ranked, rank
from vecdb import Collection, photo_number

_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 10_000}
_WORDS: Schema = {"type": ["string", "null"], "maxLength": 2000}
_INDEX: Schema = {"type": ["string", "null"], "maxLength": 63, "description": "a collection"}
_ANY: Schema = {"description": "taken, without effect"}
_KNN: Schema = {
    "type": "object",
    "properties": {
        "text": _WORDS,
        "image": {"type": ["string", "null"], "maxLength": 20 * 2**20, "description": "base64"},
        "image_url": _WORDS,
        "embedding_input": {
            "type": ["array", "null"],
            "maxItems": 4096,
            "items": {"type": "number"},
        },
        "modality": {"type": "string", "enum": ["image", "text"], "default": "image"},
        "num_images": {**_COUNT, "default": 100},
        "num_result_ids": _COUNT,
        "indice_name": _INDEX,
        "deduplicate": {"type": ["boolean", "null"], "default": False},
        "use_safety_model": _ANY,
        "use_violence_detector": _ANY,
        "use_mclip": _ANY,
        "aesthetic_score": _ANY,
        "aesthetic_weight": _ANY,
    },
}
_METADATA: Schema = {
    "type": "object",
    "required": ["ids"],
    "properties": {
        "ids": {
            "type": "array",
            "maxItems": 10_000,
            "items": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        },
        "indice_name": _INDEX,
    },
}


def knn(call: Call) -> list[dict[str, Any]]:
    """Answer with the nearest photos: metadata for the first num_images, a number for the rest."""
    values = call.values
    with timed("knn"):
        collection = call.explorer.collection(values.get("indice_name"))
        query = _query(values, collection, call.base)
        encoder = call.explorer.encoder_of(collection) if query.needs_encoder else None
        shown = values["num_images"]
        k = values.get("num_result_ids", shown)
        if not k:
            return []
        vector = query.vector(collection, encoder, centred=False)
        found = rank(collection, vector, k, fold=bool(values["deduplicate"]), shown=shown)
        return _results(collection, found, call.base)


def metadata(call: Call) -> list[dict[str, Any]]:
    """Answer with what is known of photos by their numbers; unknown ones are left out."""
    numbers = call.values["ids"]
    if not numbers:
        return []
    collection = call.explorer.collection(call.values.get("indice_name"))
    known = collection.numbered(numbers)
    rows = {row["id"]: row for row in collection.photos(list(known.values()))}
    return [
        {"id": number, "metadata": _metadata(collection, rows[known[number]], call.base)}
        for number in numbers
        if number in known
    ]


def indices(call: Call) -> list[str]:
    """Answer with the names of the collections."""
    return call.explorer.collection_names()


def metrics_summary(call: Call) -> Response:
    """Answer in words with what the steps of a search cost."""
    return PlainTextResponse(summary())


def _query(values: dict[str, Any], collection: Collection, base: str) -> Query:
    # clip-retrieval's order: its front end sends an empty text along with a picture.
    if values.get("text"):
        return Query(phrases=[(values["text"], 1.0)])
    if values.get("image"):
        return Query(pictures=[picture_from_text(values["image"])])
    if values.get("image_url"):
        known = _own_photo(values["image_url"], collection, base)
        if known:
            return Query(photo_ids=[known])
        return Query(pictures=[picture_from(fetch_picture(values["image_url"]))])
    if values.get("embedding_input"):
        return Query(vectors=[values["embedding_input"]])
    raise Refused(400, "Send one of text, image, image_url and embedding_input.")


def _own_photo(address: str, collection: Collection, base: str) -> str | None:
    """Return the photo an address of ours, or of its source, stands for: nothing is fetched."""
    own = f"{base}/api/thumb/{collection.name}/"
    if address.startswith(own):
        photo = with_dots(unquote(address.removeprefix(own).partition("?")[0]))
        return photo if collection.known_ids([photo]) else None
    return collection.at_address(address)


def _results(collection: Collection, found: Ranked, base: str) -> list[dict[str, Any]]:
    results = []
    for photo, similarity in zip(found.ids, found.similarities, strict=True):
        row = found.photos.get(photo)
        result = _metadata(collection, row, base) if row else {}
        results.append({**result, "id": photo_number(photo), "similarity": similarity})
    return results


def _metadata(collection: Collection, row: dict[str, Any], base: str) -> dict[str, Any]:
    known = photo_json(collection, row, base)
    return {
        "url": known["url"] or known["thumbnail"],
        "caption": row["description"],
        "photo_id": row["id"],
        **{key: known[key] for key in ("width", "height", "photographer", "label") if known[key]},
    }


ENDPOINTS = [
    Endpoint("POST", "/knn-service", knn, "clip-retrieval: the nearest photos.", _KNN),
    Endpoint("POST", "/metadata", metadata, "clip-retrieval: metadata by number.", _METADATA),
    Endpoint("GET", "/indices-list", indices, "clip-retrieval: the collections."),
    Endpoint(
        "GET",
        "/metrics-summary",
        metrics_summary,
        "clip-retrieval: what a search costs, in words.",
        answers="text/plain",
    ),
]
