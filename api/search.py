"""`/api/search`: photos by phrases, pictures, photos, vectors and any mixture of them."""

import asyncio
from typing import Annotated, Any

from fastapi import Query as FromQuery
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.errors import Refused
from api.fields import (
    Address,
    ConceptId,
    Name,
    Numbers,
    PhotoId,
    Picture,
    Sent,
    Within,
    Words,
)
from api.filters import Filters
from api.photos import Photo, photo_json
from api.routing import Base, Explorer_, make_router
from explorer import Explorer
from explorer.fetching import fetch_picture
from explorer.pictures import picture_from, picture_from_text
from explorer.query import Query
from explorer.ranking import Ranked, rank
from vecdb import Collection, Filter, Scope

PAGE = 25
router = make_router()


class Simple(Filters):
    """What a query string can ask for."""

    collection: Annotated[Name | None, Field(description="default: the first")] = None
    text: Annotated[Words | None, Field(description="a phrase")] = None
    minus: list[Words] = Field(
        [], max_length=20, description="phrases that the photos should not be like"
    )
    photo_ids: list[PhotoId] = Field(
        [], max_length=100, description="photos of the collection to find more like"
    )
    image_url: Annotated[
        Address | None,
        Field(description="address of a picture; refused unless the server is set to fetch"),
    ] = None
    k: Annotated[int, Within(1, 1000)] = PAGE
    offset: Annotated[int, Within(0, 100_000)] = 0
    threshold: Annotated[
        Annotated[float, Within(-1, 1)] | None, Field(description="least similarity (cosine)")
    ] = None
    fold: Annotated[bool, Field(description="fold near-duplicates")] = False
    exclude_concept: Annotated[
        ConceptId | None, Field(description="leave out the photos judged in this concept")
    ] = None

    def query(self) -> Query:
        """Gather everything that is looked for.

        Raises:
            BadInput, NotAllowed: a picture cannot be read or had.
        """
        phrases = [(self.text, 1.0)] if self.text else []
        phrases += [(text, -1.0) for text in self.minus]
        pictures = [picture_from(fetch_picture(self.image_url))] if self.image_url else []
        return Query(phrases, pictures, self.photo_ids)


class SimpleSearch(Simple):
    """A search by a query string; lists are given by repeating their name."""


class Phrase(Sent):
    """Words, and how much they count."""

    text: Words
    weight: Annotated[float, Within(-10, 10)] = 1


class RichSearch(Simple):
    """A search by a JSON body, which can also hold weights, pictures and a vector."""

    model_config = ConfigDict(strict=True)

    phrases: list[Phrase] = Field([], max_length=20, description="weighted phrases")
    images: list[Picture] = Field([], max_length=16)
    vector: Annotated[
        Annotated[Numbers, Field(min_length=1)] | None,
        Field(description="a vector of the collection's encoder, of any length but zero"),
    ] = None

    def query(self) -> Query:
        """Gather everything that is looked for.

        Raises:
            BadInput, NotAllowed: a picture cannot be read or had.
        """
        asked = super().query()
        phrases = [*asked.phrases, *((phrase.text, phrase.weight) for phrase in self.phrases)]
        pictures = [*map(picture_from_text, self.images), *asked.pictures]
        return Query(phrases, pictures, asked.photo_ids, [self.vector] if self.vector else [])


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


async def _search(asked: Simple, explorer: Explorer, base: str) -> dict[str, Any]:
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
    asked: Simple, where: Filter | None, explorer: Explorer, collection: Collection
) -> Ranked:
    query = asked.query()
    if not query:
        raise Refused(
            400, "Say what to look for: text, phrases, images, image_url, photo_ids or vector."
        )
    encoder = explorer.encoder_of(collection) if query.needs_encoder else None
    return rank(
        collection,
        query.vector(collection, encoder, centred=False),
        asked.k,
        offset=asked.offset,
        where=where,
        exclude_concept=asked.exclude_concept,
        threshold=asked.threshold,
        fold=asked.fold,
    )
