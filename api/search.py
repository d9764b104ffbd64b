"""`/api/search`: photos by phrases, pictures, photos, vectors and any mixture of them."""

import asyncio
from typing import Annotated, Any

from fastapi import Query as FromQuery
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from api.concepts import concept_of
from api.errors import Refused
from api.fields import ConceptId, Within
from api.filters import Filters
from api.photos import Photo, photo_json
from api.queries import RichQuery, SimpleQuery
from api.routing import Base, Explorer_, make_router
from explorer import Explorer
from explorer.ranking import Ranked, rank
from vecdb import Collection, Filter, Scope

PAGE = 25
router = make_router()


class Search(Filters):
    """Which of the photos that are found."""

    k: Annotated[int, Within(1, 1000)] = PAGE
    offset: Annotated[int, Within(0, 100_000)] = 0
    threshold: Annotated[
        Annotated[float, Within(-1, 1)] | None, Field(description="least similarity (cosine)")
    ] = None
    fold: Annotated[bool, Field(description="fold near-duplicates")] = False
    exclude_concept: Annotated[
        ConceptId | None, Field(description="leave out the photos judged in this concept")
    ] = None


class SimpleSearch(SimpleQuery, Search):
    """A search by a query string; lists are given by repeating their name."""


class RichSearch(RichQuery, Search):
    """A search by a JSON body, which can also hold weights, pictures and a vector."""


class Hit(Photo):
    """A photo that was found."""

    similarity: Annotated[float, Field(description="cosine of its vector and the query's")]
    alike: Annotated[list[str], Field(description="near-duplicates folded into it")]


class Found(BaseModel):
    """The photos of ranks offset to offset + k, best first."""

    collection: str
    encoder: str
    count: Annotated[int, Field(description="photos that satisfy the filters")]
    hits: list[Hit]


@router.get("/api/search", response_model=Found, response_model_exclude_unset=True)
async def search(
    asked: Annotated[SimpleSearch, FromQuery()], explorer: Explorer_, base: Base
) -> dict[str, Any]:
    """Search a collection by phrases, photos or a picture's address."""
    return await _search(asked, explorer, base)


@router.post("/api/search", response_model=Found, response_model_exclude_unset=True)
async def search_richly(asked: RichSearch, explorer: Explorer_, base: Base) -> dict[str, Any]:
    """Search a collection by phrases, pictures, photos, a vector, or all of them together."""
    return await _search(asked, explorer, base)


async def _search(
    asked: SimpleSearch | RichSearch, explorer: Explorer, base: str
) -> dict[str, Any]:
    collection = await run_in_threadpool(explorer.collection, asked.collection)
    where = await run_in_threadpool(asked.filter, collection)
    found, count = await asyncio.gather(
        run_in_threadpool(_find, asked, where, explorer, collection),
        run_in_threadpool(collection.count, Scope(where=where)),
    )
    return {
        "collection": collection.name,
        "encoder": collection.encoder,
        "count": count,
        "hits": [
            {
                **photo_json(collection, found.photos[photo], base),
                "similarity": round(similarity, 6),
                "alike": alike,
            }
            for photo, similarity, alike in zip(
                found.ids, found.similarities, found.alike, strict=True
            )
            if photo in found.photos
        ],
    }


def _find(
    asked: SimpleSearch | RichSearch,
    where: Filter | None,
    explorer: Explorer,
    collection: Collection,
) -> Ranked:
    query = asked.query()
    if not query:
        raise Refused(
            400, "Say what to look for: text, phrases, images, image_url, photo_ids or vector."
        )
    if asked.exclude_concept is not None:
        concept_of(explorer, asked.exclude_concept)
    encoder = explorer.encoder_of(collection) if query.needs_encoder else None
    return rank(
        collection,
        query.vector(collection, encoder, centred=False, mean=explorer.mean_of(collection)),
        asked.k,
        offset=asked.offset,
        where=where,
        exclude_concept=asked.exclude_concept,
        threshold=asked.threshold,
        fold=asked.fold,
    )
