"""`/api/concepts/{id}/new`: the matches that were ingested since somebody last looked."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from api.access import allow_change
from api.concepts import ConceptPath, Match, concept_of, matches_json
from api.errors import Refused
from api.fields import Asked, Sent, Text, Within
from api.routing import Base, Explorer_, make_router
from explorer.people import Role

_reading = make_router()
_changing = make_router(allow_change(Role.LABEL), json=False)
ROUTERS = [_reading, _changing]
LATEST = 2**63


class NewMatches(BaseModel):
    """The matches stored since then that nobody has judged, best first."""

    concept: str
    collection: str
    since: Annotated[str, Field(description="ISO 8601, UTC")]
    until: Annotated[str, Field(description="what to send to mark all of them as looked at")]
    count: Annotated[int, Field(description="all of them, not of this page alone")]
    hits: list[Match]


class Listed(Asked):
    """Which of them."""

    limit: Annotated[int, Within(1, 10_000)] = 100
    offset: Annotated[int, Within(0, 10_000_000)] = 0


class Looked(Sent):
    """Until when the new matches have been looked at."""

    until: Annotated[Text, Field(max_length=20, description="as it was answered")]


class Left(BaseModel):
    """How many new matches are left."""

    concept: str
    count: int


@_reading.get(
    "/api/concepts/{concept_id}/new", response_model=NewMatches, response_model_exclude_unset=True
)
def new_matches(
    concept_id: ConceptPath, asked: Annotated[Listed, Query()], explorer: Explorer_, base: Base
) -> dict[str, Any]:
    """The photos ingested since somebody last looked that pass the concept's threshold."""
    concept = concept_of(explorer, concept_id)
    news = explorer.new_matches(concept.id, limit=asked.limit, offset=asked.offset)
    collection = explorer.database.collection(concept.collection)
    return {
        "concept": concept.id,
        "collection": collection.name,
        "since": news.since.isoformat(),
        "until": str(news.until),
        "count": news.count,
        "hits": matches_json(collection, news.matches, base),
    }


@_changing.post("/api/concepts/{concept_id}/new", response_model=Left)
def mark_seen(concept_id: ConceptPath, looked: Looked, explorer: Explorer_) -> dict[str, Any]:
    """Mark the new matches until then as looked at."""
    concept = concept_of(explorer, concept_id)
    if not looked.until.isdecimal() or not 0 <= int(looked.until) < LATEST:
        raise Refused(400, "until must be the number that GET answered.")
    explorer.mark_seen(concept.id, int(looked.until))
    return {"concept": concept.id, "count": explorer.new_matches(concept.id, limit=1).count}
