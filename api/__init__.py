"""The HTTP API, mounted beside the pages."""

from starlette.routing import BaseRoute

from api import clip_retrieval, concepts, openapi, photos, search, state, thumbnails
from api.endpoint import Endpoint, mounted
from api.turns import Describe, turns
from explorer import Explorer

ENDPOINTS: list[Endpoint] = [
    *search.ENDPOINTS,
    *photos.ENDPOINTS,
    *thumbnails.ENDPOINTS,
    *concepts.ENDPOINTS,
    *clip_retrieval.ENDPOINTS,
    *state.ENDPOINTS,
]


def routes(explorer: Explorer, describe: Describe | None = None) -> list[BaseRoute]:
    """Return every route of the application, for `st.App(routes=...)`.

    Args:
        explorer: what answers.
        describe: how the grid's pages are answered; without it there is no route for turns.
    """
    own = turns(describe) if describe else []
    return [*mounted([*ENDPOINTS, openapi.served(ENDPOINTS), *state.MISSING, *own], explorer)]
