"""The HTTP API, mounted beside the pages."""

from starlette.routing import BaseRoute

from api.access import Identify
from api.server import Served, make_api
from api.turns import Describe
from explorer import Explorer


def routes(
    explorer: Explorer, describe: Describe | None = None, identify: Identify | None = None
) -> list[BaseRoute]:
    """Return every route of the application, for `st.App(routes=...)`.

    Args:
        explorer: what answers.
        describe: how the grid's pages are answered; without it there is no route for turns.
        identify: who is logged in on the pages; without it nobody can be.
    """
    return [*Served(make_api(explorer, describe, identify)).routes()]
