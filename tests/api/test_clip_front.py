"""The React front that clip-retrieval ships, unchanged, with this server as its back end."""

import importlib.metadata
import json
import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from starlette.applications import Starlette

from api import routes
from tests.api.conftest import serving
from tests.browser.harness import fresh_page, wait_until

pytestmark = pytest.mark.browser
FIGURES = "document.querySelector('clip-front').shadowRoot.querySelectorAll('img.pic')"
ASKED = """back => performance.getEntriesByName(`${back}/indices-list`).length > 0"""


@pytest.fixture
def front(tmp_path):
    """Serve the built front as it lies in the installed package, with a config.json for a server.

    Yields a function from that server's address to the front's, and the front's origin.
    """
    package = importlib.metadata.distribution("clip-retrieval")
    build = Path(str(package.locate_file("front/build")))
    config: dict[str, str] = {}

    class Front(SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path.split("?")[0] == "/config.json":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(config).encode())
            else:
                super().do_GET()

        def log_message(self, *args):
            pass

    handler = partial(Front, directory=os.fspath(build))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        yield origin, config
        server.shutdown()


def test_a_search_typed_in_the_front_shows_our_photos(front, served, running_chromium, monkeypatch):
    origin, config = front
    monkeypatch.setenv("API_CORS_ORIGINS", origin)
    with (
        serving(Starlette(routes=routes(served.explorer))) as back,
        fresh_page(running_chromium) as page,
    ):
        config.update(defaultBackend=back, defaultIndex="colours", urlColumn="url")
        # The front asks for the indices when it has read its configuration: then it can search.
        page.goto(origin)
        wait_until(page, ASKED, arg=back)
        page.locator("clip-front #searchBar").fill("a red thing")
        page.keyboard.press("Enter")
        wait_until(page, f"{FIGURES}.length > 0")
        wait_until(page, f"[...{FIGURES}].some(img => img.naturalWidth > 0)")
        captions = page.evaluate(f"[...{FIGURES}].map(img => img.alt)")
        assert set(captions) <= {hit["description"] for hit in everything(served)}
        first = page.evaluate(f"{FIGURES}[0].alt")
        page.locator("clip-front .subImageSearch").first.dispatch_event("click")
        wait_until(page, f"text => {FIGURES}.length && {FIGURES}[0].alt === text", arg=first)


def everything(served):
    return served.get("/api/search", text="x", k=100).json()["hits"]
