"""clip-retrieval's own back end as a process, for `tests.api.speed`."""

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import requests

from tests.browser.harness import free_port

SERVER = Path(__file__).with_name("rival_server.py")
SECONDS = 300


class LeftOut(Exception):
    """The back end cannot be measured here, and why."""


@contextlib.contextmanager
def running_rival(python: str | None, vectors: np.ndarray) -> Iterator[str]:
    """Start the back end on vectors (n, 512), yield its address, stop it.

    Raises:
        LeftOut: no Python was named, or the back end does not come up in it.
    """
    if python is None:
        raise LeftOut("name a Python that has it with --rival")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        np.save(Path(folder) / "vectors.npy", vectors)
        port = free_port()
        try:
            process = subprocess.Popen(
                [python, SERVER, folder, str(port)], stdout=log, stderr=subprocess.STDOUT
            )
        except OSError as error:
            raise LeftOut(str(error)) from error
        try:
            if not _came_up(f"http://127.0.0.1:{port}", process):
                log.seek(0)
                said = log.read().decode(errors="replace").strip().splitlines()
                raise LeftOut(said[-1] if said else "it ended without a word")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def _came_up(address: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{address}/indices-list", timeout=5).ok:
                return True
        time.sleep(0.5)
    return False
