"""The HTTP API, mounted beside the pages."""

from starlette.routing import BaseRoute

from api import clip_retrieval, concepts, openapi, photos, search, state, thumbnails
from api.endpoint import Endpoint, mounted

ENDPOINTS: list[Endpoint] = [
    *search.ENDPOINTS,
    *photos.ENDPOINTS,
    *thumbnails.ENDPOINTS,
    *concepts.ENDPOINTS,
    *clip_retrieval.ENDPOINTS,
    *state.ENDPOINTS,
]


def routes() -> list[BaseRoute]:
    """Every route of the application, for `st.App(routes=...)`."""
    return [*mounted([*ENDPOINTS, openapi.served(ENDPOINTS), *state.MISSING])]
