"""`/api/search`: photos by phrases, pictures, photos, vectors and any mixture of them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api.collections import photo_json
from api.endpoint import Call, Endpoint
from api.errors import Refused
from api.filters import FILTERS, filter_of
from api.schema import Schema
from explorer.fetching import fetch_picture
from explorer.pictures import picture_from, picture_from_text
from explorer.query import Query
from explorer.ranking import rank
from vecdb import Scope

PAGE = 25
_aside = ThreadPoolExecutor(8, thread_name_prefix="count")
_WORDS: Schema = {"type": "string", "minLength": 1, "maxLength": 2000}
_PICTURE: Schema = {"type": "string", "minLength": 1, "maxLength": 20 * 2**20}
SIMPLE: dict[str, Schema] = {
    "collection": {"type": "string", "maxLength": 63, "description": "default: the first"},
    "text": {**_WORDS, "description": "a phrase"},
    "minus": {
        "type": "array",
        "maxItems": 20,
        "items": _WORDS,
        "description": "phrases that the photos should not be like",
    },
    "photo_ids": {
        "type": "array",
        "maxItems": 100,
        "items": {"type": "string", "minLength": 1, "maxLength": 1000},
        "description": "photos of the collection to find more like",
    },
    "image_url": {
        "type": "string",
        "maxLength": 2000,
        "description": "address of a picture; refused unless the server is set to fetch",
    },
    "k": {"type": "integer", "minimum": 1, "maximum": 1000, "default": PAGE},
    "offset": {"type": "integer", "minimum": 0, "maximum": 100_000, "default": 0},
    "threshold": {
        "type": "number",
        "minimum": -1,
        "maximum": 1,
        "description": "least similarity (cosine)",
    },
    "fold": {"type": "boolean", "default": False, "description": "fold near-duplicates"},
    "exclude_concept": {
        "type": "string",
        "maxLength": 64,
        "description": "leave out the photos judged in this concept",
    },
    **FILTERS,
}
RICH: dict[str, Schema] = {
    "phrases": {
        "type": "array",
        "maxItems": 20,
        "items": {
            "type": "object",
            "required": ["text"],
            "properties": {
                "text": _WORDS,
                "weight": {"type": "number", "minimum": -10, "maximum": 10, "default": 1},
            },
            "additionalProperties": False,
        },
        "description": "weighted phrases",
    },
    "images": {
        "type": "array",
        "maxItems": 16,
        "items": _PICTURE,
        "description": "pictures in base64",
    },
    "vector": {
        "type": "array",
        "minItems": 1,
        "maxItems": 4096,
        "items": {"type": "number"},
        "description": "a vector of the collection's encoder, of any length but zero",
    },
}


def query_of(values: dict[str, Any]) -> Query:
    """Gather everything that a request looks for.

    Raises:
        Refused: 400, nothing was given or a picture cannot be read.
    """
    phrases = [(values["text"], 1.0)] if values.get("text") else []
    phrases += [(phrase["text"], phrase["weight"]) for phrase in values.get("phrases", ())]
    phrases += [(text, -1.0) for text in values.get("minus", ())]
    pictures = [picture_from_text(text) for text in values.get("images", ())]
    if values.get("image_url"):
        pictures.append(picture_from(fetch_picture(values["image_url"])))
    vectors = [values["vector"]] if values.get("vector") else []
    query = Query(phrases, pictures, values.get("photo_ids", ()), vectors)
    if not query:
        raise Refused(
            400, "Say what to look for: text, phrases, images, image_url, photo_ids or vector."
        )
    return query


def search(call: Call) -> dict[str, Any]:
    """Answer with the photos of ranks offset to offset + k."""
    values = call.values
    collection = call.explorer.collection(values.get("collection"))
    query, where = query_of(values), filter_of(values)
    encoder = call.explorer.encoder_of(collection) if query.needs_encoder else None
    count = _aside.submit(collection.count, Scope(where=where))
    found = rank(
        collection,
        query.vector(collection, encoder, centred=False),
        values["k"],
        offset=values["offset"],
        where=where,
        exclude_concept=values.get("exclude_concept"),
        threshold=values.get("threshold"),
        fold=values["fold"],
    )
    return {
        "collection": collection.name,
        "encoder": collection.encoder,
        "count": count.result(),
        "hits": [
            {
                "similarity": round(similarity, 6),
                "alike": alike,
                **photo_json(collection, found.photos[photo], call.base),
            }
            for photo, similarity, alike in zip(
                found.ids, found.similarities, found.alike, strict=True
            )
            if photo in found.photos
        ],
    }


_SUMMARY = "Search a collection by phrases, pictures, photos, a vector, or all of them together."
ENDPOINTS = [
    Endpoint(
        method,
        "/api/search",
        search,
        _SUMMARY,
        takes={"type": "object", "properties": properties, "additionalProperties": False},
    )
    for method, properties in {"GET": SIMPLE, "POST": {**SIMPLE, **RICH}}.items()
]
