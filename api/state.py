"""`/api/healthz`, `/metrics` and what answers every other address under /api."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.endpoint import Call, Endpoint
from api.errors import Refused
from explorer.metrics import exposition


def healthz(call: Call) -> dict[str, str]:
    """Answer ok once the database answers."""
    call.explorer.database.collections()
    return {"status": "ok"}


def metrics(call: Call) -> Response:
    """Answer in Prometheus's text format."""
    return PlainTextResponse(exposition(), media_type="text/plain; version=0.0.4")


def missing(call: Call) -> None:
    """Refuse an address that means nothing here; the pages' own 404 would answer 200."""
    raise Refused(404, "There is nothing at this address; /api/openapi.json lists what there is.")


def anybody(request: Request) -> None:
    """Ask for no token: says nothing about anybody's photos."""


_ANYTHING = {"type": "object"}
ENDPOINTS = [
    Endpoint("GET", "/api/healthz", healthz, "Whether it works.", guard=anybody, counted=False),
    Endpoint(
        "GET", "/metrics", metrics, "Counts and latencies for Prometheus.", answers="text/plain"
    ),
]
MISSING = [
    Endpoint("GET", "/api/{rest:path}", missing, "", _ANYTHING),
    Endpoint("POST", "/api/{rest:path}", missing, "", _ANYTHING),
]
