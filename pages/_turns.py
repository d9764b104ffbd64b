"""`POST /mine/{concept}`: a page's answers in, the next page out, straight from the grid.

The script of the Mine page runs once afterwards and takes the same page over, so that the browser
need not wait for it.
"""

import threading
import time
import uuid
from collections import OrderedDict
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from api.access import check_signed, signature, token
from api.endpoint import Call, Endpoint, mounted
from api.errors import Refused
from pages._mining import Tile
from pages._page_data import page_data
from pages._rounds import Page, shared_rounds

KEPT = 100
_pages: OrderedDict[str, Page] = OrderedDict()
_lock = threading.Lock()


def turns_url(concept_id: str) -> str:
    """Return the address, on this server, that takes the turns of a concept."""
    signed = f"?key={signature('turns', concept_id)}" if token() else ""
    return f"/mine/{concept_id}{signed}"


def taken(ticket: str) -> Page | None:
    """Return the page that an answer with this ticket brought, once; None when it is long ago."""
    with _lock:
        return _pages.pop(ticket, None)


def turn(call: Call) -> dict[str, Any]:
    """Store, undo or redo a round; answer with the page to show next and its ticket."""
    begun = time.perf_counter()
    page = _turned(call.path["concept"], call.values)
    if page is None:
        raise Refused(409, f"There is nothing to {call.values['turn']}.")
    ticket = uuid.uuid4().hex
    with _lock:
        _pages[ticket] = page
        while len(_pages) > KEPT:
            _pages.popitem(last=False)
    collection = shared_rounds().memory.collection(page.concept.collection)
    data = page_data(collection, page, turns_url(page.concept.id))
    data["timing"]["server"] = time.perf_counter() - begun
    return {**data, "ticket": ticket}


def _turned(concept_id: str, values: dict[str, Any]) -> Page | None:
    rounds = shared_rounds()
    if values["turn"] == "undo":
        return rounds.undo(concept_id)
    if values["turn"] == "redo":
        return rounds.redo(concept_id)
    marks = {**dict.fromkeys(values["no"], -1), **dict.fromkeys(values["yes"], 1)}
    tiles = [Tile(shown["id"], shown["reason"]) for shown in values["shown"]]
    return rounds.submit(concept_id, tiles, marks, unmarked=values["unmarked"])


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
_TURN = Endpoint(
    "POST",
    "/mine/{concept}",
    turn,
    "What was done with a page of mining.",
    takes={
        "type": "object",
        "properties": {
            "turn": {"type": "string", "enum": ["finish", "undo", "redo"]},
            "shown": _SHOWN,
            "yes": _IDS,
            "no": _IDS,
            "unmarked": {"type": "string", "enum": ["skip", "negative"], "default": "skip"},
        },
        "required": ["turn"],
    },
    guard=_check,
    counted=False,
)


def page_routes() -> list[BaseRoute]:
    """Return the routes that only the pages use, for `st.App(routes=...)`."""
    return [*mounted([_TURN])]
