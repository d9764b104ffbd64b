"""Our routes below a path too: a proxy may serve the app under `server.baseUrlPath`."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Refused
from api.routing import refuse
from explorer.addresses import DOTS

UNSAFE = "The address holds `..` or a character that is not text: write it without."


class BelowPrefix:
    """Let a request below the prefix reach our routes, as it reaches Streamlit's own.

    The prefix becomes the request's root path, so addresses in answers have it too. What Streamlit
    would refuse of our addresses in two words is refused as our routes refuse.
    """

    def __init__(self, app: ASGIApp, prefix: str, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._prefix = "/" + prefix.strip("/")
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path.startswith(self._prefix + "/"):
            below = {**scope, "root_path": self._prefix}
            if self._is_ours(below):
                scope = below
        if ("\0" in path or DOTS.search(path)) and self._is_ours(scope):
            await refuse(Refused(400, UNSAFE))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is not Match.NONE for route in self._routes)
