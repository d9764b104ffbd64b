"""The routes below a path, as behind a proxy that serves the app under `server.baseUrlPath`."""

import requests
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_path_security_middleware import PathSecurityMiddleware

from api import routes
from api.prefix import UNSAFE, BelowPrefix
from explorer import Explorer
from tests.api.conftest import serving


def test_routes_answer_below_the_prefix_and_beside_it(explorer: Explorer) -> None:
    own = routes(explorer)
    app = Starlette(routes=own, middleware=[Middleware(BelowPrefix, "vde", own)])
    with serving(app) as address:
        for place, status in {"": 200, "/vde": 200, "/other": 404, "/vdeo": 404}.items():
            answer = requests.get(f"{address}{place}/api/healthz", timeout=60)
            assert answer.status_code == status, place


def test_addresses_that_streamlit_refuses_are_refused_in_a_sentence(explorer: Explorer) -> None:
    own = routes(explorer)
    inner = [Middleware(BelowPrefix, "vde", own), Middleware(PathSecurityMiddleware)]
    with serving(Starlette(routes=own, middleware=inner)) as address:
        for place in ("", "/vde"):
            for path in ("concepts/%00", "concepts/..%2F..", "thumb/a/b%00c", "nothing/%00"):
                answer = requests.get(f"{address}{place}/api/{path}", timeout=60)
                assert (answer.status_code, answer.json()) == (400, {"error": UNSAFE})
