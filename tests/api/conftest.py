"""The routes behind a real HTTP server, on a store of their own."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from api import resources, routes
from tests.browser.harness import free_port


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve `routes()` on a free port; yield the address."""
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("VECDB_DSN", f"chdb://{tmp_path}/chdb")
    resources.close()
    port = free_port()
    config = uvicorn.Config(Starlette(routes=routes()), port=port, log_level="warning")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(10)
    resources.close()
