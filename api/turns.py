"""`POST /mine/{concept}`: a page's answers in, the next page out, straight from the grid.

The script of the training page runs once afterwards and takes the same page over, so that the
browser need not wait for it.
"""

import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.access import check_json, check_signed
from api.errors import Refused
from api.fields import Asked, Lenient, Text
from api.routing import Explorer_, Person_, make_router
from explorer import Explorer, Page, Tile
from explorer.people import Person, Role

CHANGED = (
    "{} has logged in to this browser meanwhile, and these are somebody else's clicks: they are "
    "kept. Reload this page."
)
# Describes a page of a collection as the browser of somebody takes it.
Describe = Callable[[Explorer, Page, Person], Mapping[str, Any]]


class Shown(Lenient):
    """A photo that was on the page, and why."""

    id: Text
    reason: Annotated[Text, Field(max_length=20)]


class Turn(Lenient):
    """What was done with a page."""

    turn: Literal["finish", "show", "undo", "redo"]
    round: int | None = None
    shown: list[Shown] = Field([], max_length=10_000)
    yes: list[Text] = Field([], max_length=10_000)
    no: list[Text] = Field([], max_length=10_000)
    unmarked: Literal["skip", "negative"] = "skip"
    threshold: float | None = Field(None, ge=0, le=1)


class Place(Asked):
    """Where the turns of a concept go: signed where a token is set, and made for one person."""

    key: Annotated[str, Query(max_length=100)] = ""
    person: Annotated[str, Query(max_length=100)] = ""


class Stand(BaseModel):
    """The round that a concept stands at."""

    round: int


class NextPage(BaseModel):
    """The page that comes next, as the grid takes it."""

    model_config = ConfigDict(extra="allow")

    ticket: Annotated[str, Field(description="names the page to the script that takes it over")]
    timing: dict[str, float]


def turns(describe: Describe) -> APIRouter:
    """Return the route of the turns; pages are answered as `describe` has them."""
    router = make_router(_check, counted=False, json=False)

    @router.post("/mine/{concept}", response_model=NextPage)
    def turn(
        concept: Annotated[str, Path(max_length=1000)],
        done: Turn,
        asked: Annotated[Place, Query()],
        explorer: Explorer_,
        person: Person_,
    ) -> Any:
        """Take what was done with a page of mining; answer with the next one."""
        begun = time.perf_counter()
        if asked.person not in ("", person.mark):
            raise Refused(403, CHANGED.format(person.name))
        page = _turn(explorer, concept, done, person.name)
        data = describe(explorer, page, person)
        timing = {**data["timing"], "server": time.perf_counter() - begun}
        return {**data, "timing": timing, "ticket": explorer.tickets.keep(page)}

    @router.get("/mine/{concept}", response_model=Stand)
    def stand(concept: Annotated[str, Path(max_length=1000)], explorer: Explorer_) -> Any:
        """Tell which round a concept stands at: another window may have answered its page."""
        return {"round": explorer.concepts.get(concept).round}

    return router


def _turn(explorer: Explorer, concept_id: str, done: Turn, by: str) -> Page:
    if done.threshold is not None:
        explorer.concepts.update(concept_id, threshold=done.threshold)
    if done.turn == "undo":
        return explorer.undo(concept_id)
    if done.turn == "redo":
        return explorer.redo(concept_id)
    # A "show" brings the page that the concept stands at; the marks of an older one go along.
    marks = {**dict.fromkeys(done.no, -1), **dict.fromkeys(done.yes, 1)}
    if done.turn == "show":
        return explorer.rounds.catch_up(concept_id, marks, by)
    tiles = [Tile(shown.id, shown.reason) for shown in done.shown]
    return explorer.rounds.submit(
        concept_id, tiles, marks, unmarked=done.unmarked, number=done.round, by=by
    )


def _check(request: Request) -> None:
    """Refuse what another site's form could send in the user's name, and callers without a key."""
    check_json(request)
    check_signed(request, "turns", request.path_params["concept"], Role.LABEL)
