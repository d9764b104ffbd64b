"""Streamlit's own addresses of what is told of photos and people: for those alone who may look."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import Identify
from api.errors import Refused
from api.routing import refuse
from explorer.people import Role

SHUT = "Log in on this app's pages first: this is for who may look at the photos."


class GuardMedia:
    """Let nobody have a file that pages offer, or counts of sessions, where people log in."""

    def __init__(self, app: ASGIApp, prefix: str, identify: Identify) -> None:
        self._app = app
        base = f"/{prefix.strip('/')}".rstrip("/")
        self._below = (f"{base}/media/", f"{base}/_stcore/metrics")
        self._identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        path = scope.get("path", "")
        # The one picture is the app's icon, which the page of the login has too.
        if scope["type"] == "http" and path.startswith(self._below) and not path.endswith(".png"):
            person = self._identify(Request(scope))
            if person is not None and person.role < Role.LOOK:
                await refuse(Refused(401, SHUT))(scope, receive, send)
                return
        await self._app(scope, receive, send)
