"""The HTTP API as one FastAPI application, with its description and its page of documentation."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from api import (
    clip_retrieval,
    concepts,
    downloads,
    labels,
    maps,
    mining,
    news,
    photos,
    pictures,
    search,
    state,
)
from api.access import Identify, Rate, check_settings, read_origins
from api.errors import Refused
from api.proxies import check_proxies, read_prefix
from api.routing import refuse
from api.turns import Describe, turns
from explorer import Explorer
from explorer.metrics import count_request

ROUTERS = [
    search.router,
    photos.router,
    *pictures.ROUTERS,
    concepts.router,
    downloads.router,
    *labels.ROUTERS,
    maps.router,
    *mining.ROUTERS,
    *news.ROUTERS,
    clip_retrieval.router,
    *state.ROUTERS,
]
# Addresses outside /api that are ours beside those of the pages.
ELSEWHERE = ["/knn-service", "/metadata", "/indices-list", "/metrics-summary", "/metrics"]
NOTHING = "There is nothing at this address; /api/docs lists what there is."


def make_api(
    explorer: Explorer, describe: Describe | None = None, identify: Identify | None = None
) -> FastAPI:
    """Return the application; its addresses are whole, from the root.

    Args:
        explorer: what answers.
        describe: how the grid's pages are answered; without it there is no route for turns.
        identify: who is logged in on the pages; without it nobody can be.

    Raises:
        ValueError: TRUSTED_PROXIES, the tokens or another setting cannot be read.
    """
    check_proxies()
    check_settings()
    app = FastAPIOffline(
        title="Visual Dataset Explorer",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        redoc_url=None,
        static_url="/api/docs-files",
        redirect_slashes=False,
    )
    app.state.explorer = explorer
    app.state.rate = Rate()
    app.state.identify = identify or (lambda request: None)
    routers = [*ROUTERS, *([turns(describe)] if describe else [])]
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(HTTPException, _not_found(routers))
    app.openapi = lambda: _description(app)  # type: ignore[method-assign]
    if origins := read_origins():
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
    return app


class Served:
    """The application as the routes of a server that serves other things, too."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def routes(self) -> list[Route]:
        """Return a route for every address of ours; the pages' own 404 would answer 200."""
        paths = [*ELSEWHERE, "/mine/{concept}", "/api", "/api/{rest:path}"]
        return [Route(path, self) for path in paths]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer and count; HEAD as GET, whose body the server leaves out."""
        method, status = scope["method"], 0
        prefix = scope.get("root_path") or read_prefix(Request(scope))
        inner = {**scope, "root_path": prefix, "method": "GET" if method == "HEAD" else method}

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(inner, receive, send_on)
        route = getattr(inner.get("route"), "path", "unknown")
        count_request(method if method in {"GET", "HEAD", "POST"} else "other", route, status)


def _not_found(routers: list[APIRouter]) -> Any:
    async def answer(request: Request, error: Exception) -> JSONResponse:
        if getattr(error, "status_code", 404) != 405:
            return refuse(Refused(404, NOTHING))
        routes = [r for router in routers for r in router.routes if isinstance(r, Route)]
        fit = [route for route in routes if route.matches(request.scope)[0] != Match.NONE]
        allowed = ", ".join(sorted({name for route in fit for name in route.methods or ()}))
        sentence = f"This address takes {allowed}, not {request.method[:20]!a}."
        return refuse(Refused(405, sentence, {"Allow": allowed}))

    return answer


def _description(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document: errors are one sentence here, never FastAPI's 422."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        document["security"] = [{}, {"token": []}]
        parts = document["components"]
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for name in ("HTTPValidationError", "ValidationError"):
            parts["schemas"].pop(name, None)
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
        app.openapi_schema = document
    return app.openapi_schema
