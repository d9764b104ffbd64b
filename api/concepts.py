"""`/api/concepts` and `/api/concepts/{id}/apply`: what was taught, put to work."""

from typing import Annotated, Any

import numpy as np
from fastapi import Path, Query
from pydantic import BaseModel, Field

from api.errors import Refused
from api.fields import Asked, Name, Numbers, PhotoId, Picture, Sent, Within
from api.photos import Photo, photo_json
from api.routing import Base, Explorer_, make_router
from classifier import Head
from explorer import Explorer
from explorer.history import read_history
from explorer.limits import check_there
from explorer.pictures import picture_from_text
from vecdb import Collection, Concept, Scored

router = make_router()
ConceptPath = Annotated[str, Path(min_length=1, max_length=1000)]
_Threshold = Annotated[
    Annotated[float, Within(0, 1)] | None,
    Field(description="least probability; default: the concept's own"),
]


class ConceptInfo(BaseModel):
    """A concept without its settings, which are the pages' business."""

    id: str
    name: str
    collection: str
    encoder: str
    prompt: str
    round: int
    threshold: float
    bias: float
    created: str
    updated: str


class FullConcept(ConceptInfo):
    """A concept with its weights, and how many photos were judged how."""

    weights: Annotated[list[float], Field(description="empty before the first fit")]
    yes: int
    no: int


class Match(Photo):
    """A photo with the concept's probability."""

    probability: float


class Matches(BaseModel):
    """The photos of a collection at or above a probability, best first."""

    concept: str
    collection: str
    threshold: float
    count: Annotated[int, Field(description="all of them, not of this page alone")]
    hits: list[Match]


class Verdict(BaseModel):
    """What a concept makes of one thing that was sent."""

    probability: float
    match: bool


class Verdicts(BaseModel):
    """A verdict for each thing that was sent, in order."""

    concept: str
    threshold: float
    results: list[Verdict]


class Listed(Asked):
    """Which concepts."""

    collection: Name | None = None


class Applied(Asked):
    """Which matches."""

    threshold: _Threshold = None
    limit: Annotated[int, Within(1, 10_000)] = 100
    offset: Annotated[int, Within(0, 10_000_000)] = 0


class Given(Sent):
    """What to judge: one of images, vectors and photo_ids."""

    threshold: _Threshold = None
    images: list[Picture] = Field([], max_length=16)
    vectors: list[Numbers] = Field([], max_length=256)
    photo_ids: list[PhotoId] = Field([], max_length=1000)


def concept_json(concept: Concept) -> dict[str, Any]:
    """Return a concept as `ConceptInfo` has it."""
    known = {name: getattr(concept, name) for name in ConceptInfo.model_fields}
    times = {name: known[name].isoformat() for name in ("created", "updated")}
    return {**known, **times}


@router.get("/api/concepts", response_model=list[ConceptInfo])
def concepts(asked: Annotated[Listed, Query()], explorer: Explorer_) -> list[dict[str, Any]]:
    """The concepts, the latest changed first."""
    return [concept_json(concept) for concept in explorer.concepts.list(asked.collection)]


@router.get("/api/concepts/{concept_id}", response_model=FullConcept)
def concept(concept_id: ConceptPath, explorer: Explorer_) -> dict[str, Any]:
    """A concept with its weights, and how many photos were judged how."""
    found = concept_of(explorer, concept_id)
    history = read_history(explorer.concepts, found)
    return {
        **concept_json(found),
        "weights": [float(x) for x in found.weights],
        "yes": history.yes,
        "no": history.no,
    }


@router.get(
    "/api/concepts/{concept_id}/apply", response_model=Matches, response_model_exclude_unset=True
)
def apply_to_collection(
    concept_id: ConceptPath, asked: Annotated[Applied, Query()], explorer: Explorer_, base: Base
) -> dict[str, Any]:
    """The photos of the concept's collection at or above a probability, best first."""
    found, collection, head = _ready(explorer, concept_id)
    threshold = found.threshold if asked.threshold is None else asked.threshold
    matches = collection.scores.above(head, threshold, limit=asked.limit, offset=asked.offset)
    return {
        "concept": found.id,
        "collection": collection.name,
        "threshold": threshold,
        "count": collection.scores.count_above(head, threshold),
        "hits": matches_json(collection, matches, base),
    }


@router.post("/api/concepts/{concept_id}/apply", response_model=Verdicts)
def apply_to_given(concept_id: ConceptPath, given: Given, explorer: Explorer_) -> dict[str, Any]:
    """The probability of each picture, vector or photo that is sent."""
    found, collection, head = _ready(explorer, concept_id)
    threshold = found.threshold if given.threshold is None else given.threshold
    return {
        "concept": found.id,
        "threshold": threshold,
        "results": [
            {"probability": round(float(p), 6), "match": bool(p >= threshold)}
            for p in head.probabilities(_vectors(given, explorer, collection))
        ],
    }


def matches_json(collection: Collection, matches: Scored, base: str) -> list[dict[str, Any]]:
    """Return those of some matches that exist, in order, as `Match` has them."""
    rows = {row["id"]: row for row in collection.photos(matches.ids)}
    return [
        {**photo_json(collection, rows[photo], base), "probability": round(float(score), 6)}
        for photo, score in zip(matches.ids, matches.scores, strict=True)
        if photo in rows
    ]


def concept_of(explorer: Explorer, concept_id: str) -> Concept:
    """Return a concept.

    Raises:
        UnknownConcept: there is none of this id.
        NothingThere: it was deleted.
    """
    return check_there(explorer.concepts.get(concept_id))


def _vectors(given: Given, explorer: Explorer, collection: Collection) -> np.ndarray:
    if sum(map(bool, (given.images, given.vectors, given.photo_ids))) != 1:
        raise Refused(400, "Send one of images, vectors and photo_ids.")
    if given.photo_ids:
        return collection.vectors(given.photo_ids)
    if given.images:
        pictures = [picture_from_text(text) for text in given.images]
        return explorer.encoder_of(collection).encode_images(pictures)
    if any(len(vector) != collection.dim for vector in given.vectors):
        raise Refused(400, f"Every vector needs {collection.dim} numbers.")
    vectors = np.asarray(given.vectors, np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (lengths > 0).all():
        raise Refused(400, "A vector has no length.")
    return vectors / lengths


def _ready(explorer: Explorer, concept_id: str) -> tuple[Concept, Collection, Head]:
    found = concept_of(explorer, concept_id)
    if not len(found.weights):
        raise Refused(409, "This concept has not been fitted yet: finish a round of it first.")
    collection = explorer.database.collection(found.collection)
    return found, collection, Head(found.weights, found.bias, found.threshold)
