"""What every route shares: guards before the body is read, one sentence for every error.

A new route: a file with `router = make_router(...)`, a handler that takes `Explorer_` and `Base`
where it needs them and returns what its response model holds, and a line in `api.server`.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from typing import Annotated, Any, get_origin

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import Message, Receive

from api.access import Guard, allow, check_rate
from api.errors import Refused, describe_error
from api.proxies import read_base
from explorer import Explorer
from explorer.people import Person, Role

LARGEST_BODY = 24 * 2**20
PATIENCE = 30.0  # seconds that any body may take
SLOWEST = 16 * 2**10  # bytes a second, at which a larger one has to come
JSON = (b"content-type", b"application/json")


class Refusal(BaseModel):
    """Why a request is not answered as asked."""

    error: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": words}
    for status, words in {
        400: "Malformed; the sentence says what.",
        401: "A token or a login is asked for.",
        403: "Not allowed: beyond the role, or switched off, such as fetching an address.",
        404: "Unknown collection, photo or concept.",
        408: "The body did not come in time.",
        409: "Not possible as things stand, such as a concept without a fit.",
        413: "Too large.",
        415: "What changes something must be sent as application/json.",
        429: "Too many calls; Retry-After says when to come back.",
        503: "The database or the encoder cannot be used now.",
    }.items()
}


def bytes_of(kind: str) -> dict[int | str, dict[str, Any]]:
    """Describe the answer of a route that sends bytes of a media type."""
    return {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}


async def _explorer(request: Request) -> Explorer:
    found: Explorer = request.app.state.explorer
    return found


async def _base(request: Request) -> str:
    return read_base(request)


async def _person(request: Request) -> Person:
    found: Person = request.state.person
    return found


Explorer_ = Annotated[Explorer, Depends(_explorer)]
Base = Annotated[str, Depends(_base)]
Person_ = Annotated[Person, Depends(_person)]


def make_router(
    guard: Guard | None = None, *, counted: bool = True, json: bool = True
) -> APIRouter:
    """Return a router whose every route is guarded alike.

    Args:
        guard: who may call; by default who may look.
        counted: whether calls count against the client's rate.
        json: take a body for JSON whatever its Content-Type says: clip-retrieval's clients name
            none, or text/plain.
    """

    check = guard or allow(Role.LOOK)

    class Guarded(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            handle = super().get_route_handler()
            return _guard(handle, check, counted, json, _find_lists(self))

    return APIRouter(route_class=Guarded, responses=REFUSALS)


def _guard(
    handle: Callable[[Request], Awaitable[Response]],
    guard: Guard,
    counted: bool,
    json: bool,
    lists: Collection[str] | None,
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            if counted:  # first, for a wrong token is a call, too
                check_rate(request)
            guard(request)
            if lists is not None:
                _check_repeated(request, lists)
            return await handle(_bound(request, json and request.method == "POST"))
        except Exception as error:
            return refuse(error)

    return answer


def _find_lists(route: APIRoute) -> set[str] | None:
    """Return what a query string may name several times; None where a route reads no query."""
    models: list[Any] = [query.field_info.annotation for query in route.dependant.query_params]
    fields = [field for model in models for field in model.model_fields.items()]
    lists = {name for name, field in fields if get_origin(field.annotation) is list}
    return lists if models else None


def _check_repeated(request: Request, lists: Collection[str]) -> None:
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counts.items():
        if count > 1 and name not in lists:
            raise Refused(400, f"{name[:60]!a} is given more than once: give it once.")


def refuse(error: Exception) -> JSONResponse:
    """Return the answer that tells of an error."""
    refused = describe_error(error)
    return JSONResponse({"error": str(refused)}, refused.status_code, refused.headers)


def _bound(request: Request, json: bool) -> Request:
    """Return the request with a body that may be neither too large nor too slow, read as JSON."""
    headers = request.scope["headers"]
    if json:
        headers = [entry for entry in headers if entry[0] != JSON[0]] + [JSON]
    return Request({**request.scope, "headers": headers}, _watch_body(request.receive))


def _watch_body(receive: Receive) -> Receive:
    began, size, more = time.monotonic(), 0, True

    async def watch_body() -> Message:
        nonlocal size, more
        if not more:  # what is waited for now is that the client goes away
            return await receive()
        left = began + PATIENCE + size / SLOWEST - time.monotonic()
        try:
            message = await asyncio.wait_for(receive(), max(left, 0))
        except asyncio.TimeoutError:
            raise _close(408, "The request's body did not come in time: send it again.") from None
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
        if size > LARGEST_BODY:
            raise _close(413, f"The request is larger than {LARGEST_BODY // 2**20} MiB.")
        return message

    return watch_body


def _close(status: int, sentence: str) -> Refused:
    """Refuse and hang up, because a client that still sends does not listen."""
    return Refused(status, sentence, {"Connection": "close"})
