"""`/api/healthz` and `/metrics`: how the server does."""

from typing import Literal

from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from api.access import allow_all
from api.routing import Explorer_, make_router
from explorer.metrics import exposition

_health = make_router(allow_all, counted=False)
_metrics = make_router()
ROUTERS = [_health, _metrics]


class Health(BaseModel):
    """It works."""

    status: Literal["ok"] = "ok"


class PrometheusText(PlainTextResponse):
    """Prometheus's text format."""

    media_type = "text/plain; version=0.0.4"


@_health.get("/api/healthz")
def healthz(explorer: Explorer_) -> Health:
    """Whether the database answers."""
    explorer.database.collections()
    return Health()


@_metrics.get("/metrics", response_class=PrometheusText)
def metrics() -> str:
    """Counts and latencies for Prometheus."""
    return exposition()
