"""`/api/healthz` and `/metrics`: how the server does; `/api/person`: who calls it."""

from typing import Literal

from fastapi import Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from api.access import allow_all, find_person
from api.routing import Explorer_, make_router
from explorer.metrics import exposition
from explorer.people import Person, Role

_health = make_router(allow_all, counted=False)
_metrics = make_router()
ROUTERS = [_health, _metrics]


class Health(BaseModel):
    """It works."""

    status: Literal["ok"] = "ok"


class Caller(BaseModel):
    """Who calls, and what they may do."""

    name: str
    role: Literal["nothing", "look", "label", "own"]


class PrometheusText(PlainTextResponse):
    """Prometheus's text format."""

    media_type = "text/plain; version=0.0.4"


@_health.get("/api/healthz")
def healthz(explorer: Explorer_) -> Health:
    """Whether the database answers."""
    explorer.database.collections()
    return Health()


@_health.get("/api/person")
def person(request: Request) -> Caller:
    """Who calls, by token or login: a window can tell that another has logged in."""
    found = find_person(request) or Person("", Role.NOTHING)
    return Caller.model_validate({"name": found.name, "role": found.role.name.lower()})


@_metrics.get("/metrics", response_class=PrometheusText)
def metrics() -> str:
    """Counts and latencies for Prometheus."""
    return exposition()
