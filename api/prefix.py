"""Our routes below a path too: a proxy may serve the app under `server.baseUrlPath`."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send


class BelowPrefix:
    """Let a request below the prefix reach our routes, as it reaches Streamlit's own.

    The prefix becomes the request's root path, so addresses in answers have it too.
    """

    def __init__(self, app: ASGIApp, prefix: str, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._prefix = "/" + prefix.strip("/")
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["path"].startswith(self._prefix + "/"):
            below = {**scope, "root_path": self._prefix}
            if any(route.matches(below)[0] is not Match.NONE for route in self._routes):
                scope = below
        await self._app(scope, receive, send)
