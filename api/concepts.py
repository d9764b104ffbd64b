"""`/api/concepts` and `/api/concepts/{id}/apply`: what was taught, put to work."""

from typing import Any

import numpy as np

from api.collections import photo_json
from api.endpoint import Call, Endpoint
from api.errors import Refused
from api.schema import Schema
from classifier import Head
from explorer.pictures import picture_from_text
from vecdb import Collection, Concept

THRESHOLD: Schema = {
    "type": "number",
    "minimum": 0,
    "maximum": 1,
    "description": "least probability; default: the concept's own",
}


def concept_json(concept: Concept) -> dict[str, Any]:
    """Return a concept without its settings, which are the pages' business."""
    return {
        "id": concept.id,
        "name": concept.name,
        "collection": concept.collection,
        "encoder": concept.encoder,
        "prompt": concept.prompt,
        "round": concept.round,
        "threshold": concept.threshold,
        "bias": concept.bias,
        "created": concept.created.isoformat(),
        "updated": concept.updated.isoformat(),
    }


def concepts(call: Call) -> list[dict[str, Any]]:
    """Answer with the concepts, the latest changed first."""
    found = call.explorer.concepts.list(call.values.get("collection"))
    return [concept_json(concept) for concept in found]


def concept(call: Call) -> dict[str, Any]:
    """Answer with a concept, its weights, and how many photos were judged how."""
    found = _concept(call)
    labels = call.explorer.concepts.labels(found.id)
    return {
        **concept_json(found),
        "weights": [float(x) for x in found.weights],
        "yes": sum(row.label == 1 for row in labels),
        "no": sum(row.label == -1 for row in labels),
    }


def apply_to_collection(call: Call) -> dict[str, Any]:
    """Answer with the photos of the concept's collection at or above a probability."""
    found, collection, head = _ready(call)
    threshold = call.values.get("threshold", found.threshold)
    limit, offset = call.values["limit"], call.values["offset"]
    matches = collection.above(head, threshold, limit=limit, offset=offset)
    rows = {row["id"]: row for row in collection.photos(matches.ids)}
    return {
        "concept": found.id,
        "collection": collection.name,
        "threshold": threshold,
        "count": collection.count_above(head, threshold),
        "hits": [
            {"probability": round(float(score), 6), **photo_json(collection, rows[id], call.base)}
            for id, score in zip(matches.ids, matches.scores, strict=True)
            if id in rows
        ],
    }


def apply_to_given(call: Call) -> dict[str, Any]:
    """Answer with the probability of each picture, vector or photo that was sent."""
    found, collection, head = _ready(call)
    vectors = _vectors(call, collection)
    threshold = call.values.get("threshold", found.threshold)
    return {
        "concept": found.id,
        "threshold": threshold,
        "results": [
            {"probability": round(float(p), 6), "match": bool(p >= threshold)}
            for p in head.probabilities(vectors)
        ],
    }


def _vectors(call: Call, collection: Collection) -> np.ndarray:
    values = call.values
    kinds = [kind for kind in ("images", "vectors", "photo_ids") if values.get(kind)]
    if len(kinds) != 1:
        raise Refused(400, "Send one of images, vectors and photo_ids.")
    given = values[kinds[0]]
    if kinds[0] == "photo_ids":
        return collection.vectors(given)
    if kinds[0] == "images":
        return call.explorer.encoder_of(collection).encode_images(
            [picture_from_text(text) for text in given]
        )
    if any(len(vector) != collection.dim for vector in given):
        raise Refused(400, f"Every vector needs {collection.dim} numbers.")
    vectors = np.asarray(given, np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (lengths > 0).all() or not np.isfinite(lengths).all():
        raise Refused(400, "A vector has no length.")
    return vectors / lengths


def _concept(call: Call) -> Concept:
    found = call.explorer.concepts.get(call.path["concept_id"])
    if found.deleted:
        raise Refused(404, "This concept was deleted; restore it on the Concepts page.")
    return found


def _ready(call: Call) -> tuple[Concept, Collection, Head]:
    found = _concept(call)
    if not len(found.weights):
        raise Refused(409, "This concept has not been fitted yet: finish a round of it first.")
    collection = call.explorer.database.collection(found.collection)
    return found, collection, Head(found.weights, found.bias, found.threshold)


_LIST: Schema = {
    "type": "object",
    "properties": {"collection": {"type": "string", "maxLength": 63}},
    "additionalProperties": False,
}
_APPLY: Schema = {
    "type": "object",
    "properties": {
        "threshold": THRESHOLD,
        "limit": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100},
        "offset": {"type": "integer", "minimum": 0, "maximum": 10_000_000, "default": 0},
    },
    "additionalProperties": False,
}
_NUMBERS: Schema = {"type": "array", "maxItems": 4096, "items": {"type": "number"}}
_PICTURE: Schema = {"type": "string", "minLength": 1, "maxLength": 20 * 2**20}
_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 1000}
_GIVEN: Schema = {
    "type": "object",
    "properties": {
        "threshold": THRESHOLD,
        "images": {"type": "array", "maxItems": 16, "items": _PICTURE, "description": "base64"},
        "vectors": {"type": "array", "maxItems": 256, "items": _NUMBERS},
        "photo_ids": {"type": "array", "maxItems": 1000, "items": _ID},
    },
    "additionalProperties": False,
}
_APPLY_PATH = "/api/concepts/{concept_id}/apply"
ENDPOINTS = [
    Endpoint("GET", "/api/concepts", concepts, "The concepts, the latest changed first.", _LIST),
    Endpoint("GET", "/api/concepts/{concept_id}", concept, "A concept with its weights."),
    Endpoint("GET", _APPLY_PATH, apply_to_collection, "A concept's matches, best first.", _APPLY),
    Endpoint("POST", _APPLY_PATH, apply_to_given, "A concept's verdict on what is sent.", _GIVEN),
]
