"""`POST /mine/{concept}`: a page's answers in, the next page out, straight from the grid.

The script of the training page runs once afterwards and takes the same page over, so that the
browser need not wait for it.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from starlette.requests import Request

from api.access import check_signed
from api.endpoint import Call, Endpoint
from api.errors import Refused
from explorer import Explorer, Page, Tile

# Describes a page of a collection as the browser takes it.
Describe = Callable[[Explorer, Page], Mapping[str, object]]


def turns(describe: Describe) -> list[Endpoint]:
    """Return the route of the turns; pages are answered as `describe` has them."""

    def turn(call: Call) -> dict[str, Any]:
        begun = time.perf_counter()
        page = _turned(call)
        data = dict(describe(call.explorer, page))
        cast(dict[str, float], data["timing"])["server"] = time.perf_counter() - begun
        return {**data, "ticket": call.explorer.tickets.keep(page)}

    return [
        Endpoint(
            "POST",
            "/mine/{concept}",
            turn,
            "What was done with a page of mining.",
            takes=_TURN,
            guard=_check,
            counted=False,
        )
    ]


def _turned(call: Call) -> Page:
    concept_id, values = call.path["concept"], call.values
    if values["turn"] == "undo":
        return call.explorer.undo(concept_id)
    if values["turn"] == "redo":
        return call.explorer.redo(concept_id)
    marks = {**dict.fromkeys(values["no"], -1), **dict.fromkeys(values["yes"], 1)}
    tiles = [Tile(shown["id"], shown["reason"]) for shown in values["shown"]]
    return call.explorer.rounds.submit(concept_id, tiles, marks, unmarked=values["unmarked"])


def _check(request: Request) -> None:
    """Refuse what another site's form could send in the user's name, and callers without a key."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused(415, "A turn must be sent as application/json.")
    check_signed(request, "turns", request.path_params["concept"])


_IDS = {"type": "array", "items": {"type": "string"}, "maxItems": 10_000, "default": []}
_SHOWN = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"id": {"type": "string"}, "reason": {"type": "string", "maxLength": 20}},
        "required": ["id", "reason"],
    },
    "maxItems": 10_000,
    "default": [],
}
_TURN = {
    "type": "object",
    "properties": {
        "turn": {"type": "string", "enum": ["finish", "undo", "redo"]},
        "shown": _SHOWN,
        "yes": _IDS,
        "no": _IDS,
        "unmarked": {"type": "string", "enum": ["skip", "negative"], "default": "skip"},
    },
    "required": ["turn"],
}
