"""The real app in a process of its own, and a real Chromium to drive it."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from tests.warm import python

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0  # seconds until a page has failed: three processes run tests, on a slow machine too
# The shell without windows is a quarter quicker than the whole browser.
CHROMIUM = (
    shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A camera that shows a moving test picture, and nobody to ask whether it may be used.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


def have_chromium() -> bool:
    """Tell whether a browser is there to drive."""
    return Path(CHROMIUM).exists()


def environment(data: Path, table: str) -> dict[str, str]:
    """Return the settings of an app whose every file lies under `data`."""
    return {
        "VECDB_DSN": f"chdb://{data}/chdb",
        "VECDB_STORE": str(data / "store"),
        "VECDB_TABLE": table,
    }


def free_port() -> int:
    """Return a TCP port that nobody has; below those that systems give to outgoing connections.

    One of these could be taken before the app has it, or between two of its starts.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def running_app(env: Mapping[str, str], port: int = 0) -> Iterator[str]:
    """Start `streamlit run app.py`, wait until it answers, yield its address, stop it."""
    port = port or free_port()
    address = f"http://localhost:{port}/{env.get('STREAMLIT_SERVER_BASE_URL_PATH', '')}"
    command = [*python(), "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **env}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_up(address.rstrip("/"), process)
            yield address.rstrip("/")
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-4000:])


def _wait_until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{address}/_stcore/health", timeout=5).ok:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the app did not come up within {2 * PATIENCE:.0f} s")


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Yield a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@contextlib.contextmanager
def fresh_page(running: Any, **options: Any) -> Iterator[Any]:
    """Yield a page of a fresh profile in a running Chromium."""
    context = running.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    yield page
    context.close()


@contextlib.contextmanager
def kept_page(profile: Any, address: str) -> Iterator[Any]:
    """Yield the page of a profile that knows our scripts; what an app left in it is forgotten.

    Scripts are compiled for each fresh profile anew and prepared for each fresh page, which takes
    two thirds of what a page takes.
    """
    from playwright.sync_api import Error

    page = profile.pages[0] if profile.pages else profile.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    size = page.viewport_size
    try:
        yield page
    finally:
        for other in profile.pages:
            if other != page:
                other.close()
        try:
            page.unroute_all()
            page.goto("about:blank")
            page.mouse.move(0, 0)
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="light")
            profile.clear_cookies()
            session = profile.new_cdp_session(page)
            forgotten = {"origin": address, "storageTypes": "local_storage"}
            session.send("Storage.clearDataForOrigin", forgotten)
            session.detach()
        except Error:  # what failed in it may have stopped it
            page.close()


@contextlib.contextmanager
def no_script_error(page: Any) -> Iterator[None]:
    """Fail at the end of the block where the browser reported a script error in it."""
    errors: list[str] = []

    def note(error: object) -> None:
        errors.append(str(error))

    page.on("pageerror", note)
    yield
    page.remove_listener("pageerror", note)
    assert not errors


@contextlib.contextmanager
def browser(**options: Any) -> Iterator[Any]:
    """Yield a page of a fresh profile in a Chromium of its own."""
    with chromium() as running, fresh_page(running, **options) as page:
        yield page


CLICKS = """(tiles, yes) => tiles.forEach(tile => {
  tile.click();
  if (!yes.includes(tile.dataset.photoId)) tile.click();
})"""


def click_answers(page: Any, is_match: Callable[[str], bool]) -> dict[str, int]:
    """Click every photo that has no mark: once for yes, twice for no; return the answers.

    Without the pointer, whose every move is painted; test_marks is about that.
    """
    tiles = page.locator("button[data-photo-id][data-label='']")
    shown = tiles.evaluate_all("tiles => tiles.map(tile => tile.dataset.photoId)")
    given = {photo: 1 if is_match(photo) else -1 for photo in shown}
    tiles.evaluate_all(CLICKS, [photo for photo, answer in given.items() if answer == 1])
    return given


IDLE = """document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-stale=true]')"""
COUNT_RUNS = """
  const app = document.querySelector('[data-testid=stApp]');
  window.runs = 0;
  new MutationObserver(() => {
    if (app.dataset.testScriptState === 'notRunning') window.runs += 1;
  }).observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
"""


# Nothing fades or grows any more; what turns for ever does not count.
STILL = """document.getAnimations().every(one =>
  one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""


def wait_until(page: Any, expression: str, **options: Any) -> None:
    """Wait until an expression holds, looked at every 50 ms.

    By itself Playwright looks at every frame, which makes the page draw sixty a second.
    """
    page.wait_for_function(expression, polling=50, **options)


def wait_for(page: Any, is_so: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something holds outside the page, such as a request that it has made."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so within {seconds:.0f} s")
        page.wait_for_timeout(50)


def wait_idle(page: Any) -> None:
    """Wait until the page's script has run and all that it drew is there."""
    wait_until(page, IDLE)


def wait_still(page: Any) -> None:
    """Wait until the page is idle and nothing of it moves."""
    wait_idle(page)
    wait_until(page, STILL)


@contextlib.contextmanager
def script_run(page: Any) -> Iterator[None]:
    """Wait at the end of the block for a run of the script that the block set off.

    Where its start and its end were drawn as one, nothing told of it: five seconds are enough.
    """
    from playwright.sync_api import TimeoutError as SeenNothing

    page.evaluate(COUNT_RUNS)
    yield
    with contextlib.suppress(SeenNothing):
        wait_until(page, "window.runs > 0", timeout=5_000)
    wait_idle(page)
