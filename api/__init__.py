"""HTTP routes mounted beside the pages."""

from starlette.routing import BaseRoute, Route

from api.thumbnails import thumbnail


def routes() -> list[BaseRoute]:
    """Every route of the application, for `st.App(routes=...)`."""
    return [Route("/api/thumb/{collection}/{photo_id:path}", thumbnail, methods=["GET"])]
