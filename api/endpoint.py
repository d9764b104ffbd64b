"""One kind of route for the whole API: checks, a handler in a thread, JSON or one sentence out."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.access import Rate, check_rate, check_token
from api.errors import Refused, described
from api.schema import Schema, checked, parsed
from explorer import Explorer
from explorer.metrics import count_request

LARGEST_BODY = 24 * 2**20
NOTHING: Schema = {"type": "object", "properties": {}, "additionalProperties": False}


@dataclass(frozen=True)
class Call:
    """A checked request: its values, the variables of its path, and how this server was called.

    `explorer` is what answers.
    """

    values: dict[str, Any]
    path: Mapping[str, str]
    base: str
    explorer: Explorer


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Endpoint:
    """One address and method: what it takes (an object's schema), what it answers, in words.

    `handler` runs in a thread and returns what JSON holds, or a Response of another kind.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    takes: Schema = field(default_factory=lambda: NOTHING)
    answers: str = "application/json"
    guard: Callable[[Request], None] = check_token
    counted: bool = True


def mounted(endpoints: list[Endpoint], explorer: Explorer) -> list[Route]:
    """Make the routes: one a path, with CORS where API_CORS_ORIGINS names origins."""
    rate = Rate()
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    origins = [name.strip() for name in os.environ.get("API_CORS_ORIGINS", "").split(",")]
    origins = [name for name in origins if name]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
    )
    return [
        Route(path, Served(path, methods, explorer, rate), middleware=[cors] if origins else None)
        for path, methods in by_path.items()
    ]


class Served:
    """The ASGI side of the endpoints of one path."""

    def __init__(
        self, path: str, methods: dict[str, Endpoint], explorer: Explorer, rate: Rate
    ) -> None:
        self._path = path
        self._methods = methods
        self._explorer = explorer
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every error is a status and one sentence."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        except Exception as error:
            refused = described(error)
            answer = as_json({"error": str(refused)}, refused.status, refused.headers)
        method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
        count_request(method, self._path, answer.status_code)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = self._methods.get(method)
        if endpoint is None:
            allowed = ", ".join(self._methods)
            raise Refused(
                405, f"This address takes {allowed}, not {method[:20]!a}.", {"Allow": allowed}
            )
        endpoint.guard(request)
        if endpoint.counted:
            check_rate(request, self._rate)
        values: Any = parsed(endpoint.takes, request.query_params.multi_items())
        if method == "POST":
            values = _read(await _body(request))
        for name, text in request.path_params.items():
            checked({"type": "string", "maxLength": 1000}, text, name)
        call = Call(
            checked(endpoint.takes, values, "The request"),
            request.path_params,
            str(request.base_url).rstrip("/"),
            self._explorer,
        )
        result = await run_in_threadpool(endpoint.handler, call)
        return result if isinstance(result, Response) else as_json(result)


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Write JSON in ASCII: also text that is no Unicode, such as half a surrogate pair, passes."""
    body = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Response(body, status, headers, media_type="application/json")


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            # Closed, because a client that still sends does not listen.
            sentence = f"The request is larger than {LARGEST_BODY // 2**20} MiB."
            raise Refused(413, sentence, {"Connection": "close"})
        parts.append(part)
    return b"".join(parts)


def _read(body: bytes) -> Any:
    # Whatever Content-Type says: clip-retrieval's clients name none, or text/plain.
    try:
        value = json.loads(body, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The request's body is not JSON.") from error
    if not isinstance(value, dict):
        raise Refused(400, "The request's body must be a JSON object.")
    return value


def _not_json(name: str) -> Any:
    raise ValueError(name)
