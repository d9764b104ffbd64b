"""`python -m tests.browser.map`: how quickly a map opens, and how many frames a second it moves at.

Builds a collection with thumbnails and a finished map in a temporary folder, opens it in a headless
Chromium without a graphics card, and drags it for some seconds. Its vectors are short: a map that
is finished reads none of them.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tests.browser.harness import browser, environment, running_app
from tests.browser.latency import picture
from vecdb import Store, connect
from vecdb.maps import Placed

TABLE = "mapped"
GROUPS = 30
DIM = 4
PAGE = 50_000
OPENED = 3  # times
SECONDS = 4.0
PAN = """seconds => new Promise(done => {
  const stage = document.querySelector('.vdm-stage');
  const box = stage.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const send = (type, right, down) => stage.dispatchEvent(new PointerEvent(type, {
    bubbles: true, button: 0, clientX: x + right, clientY: y + down, isPrimary: true, pointerId: 1,
  }));
  stage.setPointerCapture = () => {};
  send('pointerdown', 0, 0);
  const begun = performance.now();
  const frames = [];
  const step = (now) => {
    frames.push(now);
    const turn = (now - begun) / 300;
    send('pointermove', 160 * Math.sin(turn), 90 * Math.cos(turn));
    if (performance.now() - begun < 1000 * seconds) return requestAnimationFrame(step);
    send('pointerup', 0, 0);
    done(frames);
  };
  requestAnimationFrame(step);
})"""
CARD = """() => {
  const gl = document.createElement('canvas').getContext('webgl');
  const known = gl && gl.getExtension('WEBGL_debug_renderer_info');
  return known ? gl.getParameter(known.UNMASKED_RENDERER_WEBGL) : 'no WebGL';
}"""


def build(data: Path, rows: int) -> None:
    """Store `rows` photos, the first with thumbnails, and a map of groups around 30 middles."""
    env, rng = environment(data, TABLE), np.random.default_rng(0)
    pictures = [picture(rng) for _ in range(200)]
    centres = rng.random((GROUPS, 2))
    with connect(env["VECDB_DSN"]) as database:
        collection = database.create_collection(TABLE, "by hand", DIM)
        for start in range(0, rows, PAGE):
            ids = [f"photo-{at:07d}" for at in range(start, min(rows, start + PAGE))]
            vectors = np.eye(DIM, dtype=np.float32)[rng.integers(0, DIM, len(ids))]
            collection.insert(
                pa.table({"id": ids, "url": [""] * len(ids), "vector": list(vectors)})
            )
            if not start:
                shown = [(photo, str(at % 200), pictures[at % 200]) for at, photo in enumerate(ids)]
                Store(env["VECDB_STORE"]).put_thumbnails(TABLE, shown)
        version = database.maps.begin()
        for found in database.maps.unplaced(collection, version, PAGE):
            groups = rng.integers(0, GROUPS, len(found.ids)).astype(np.uint16)
            spread = centres[groups] + rng.normal(scale=0.04, size=(len(groups), 2))
            placed = Placed(found.ids, np.clip(spread, 0, 1).astype(np.float32), groups)
            database.maps.add(TABLE, version, found, placed, anchors=False)
        names = [f"group {at}" for at in range(GROUPS)]
        database.maps.finish(TABLE, version, names, centres)


def open_map(page: Any, address: str) -> float:
    """Load the page of the map; return milliseconds from the start until its points are drawn."""
    page.goto("about:blank")
    page.goto(f"{address}/search?view=map&collection={TABLE}", wait_until="commit")
    page.wait_for_function("performance.getEntriesByName('map:drawn').length", timeout=120_000)
    return float(page.evaluate("performance.getEntriesByName('map:drawn')[0].startTime"))


def measure(data: Path) -> dict[str, Any]:
    """Open the map some times, then drag it; the first opening reads it from the database."""
    with running_app(environment(data, TABLE)) as address, browser() as page:
        opened = [open_map(page, address) for _ in range(OPENED)]
        page.wait_for_load_state("networkidle")
        drawn = int(page.locator(".vdm").get_attribute("data-drawn"))
        frames = np.diff(page.evaluate(PAN, SECONDS))
        return {
            "first_open_ms": round(opened[0]),
            "open_ms": round(statistics.median(opened[1:])),
            "drawn": drawn,
            "frames_per_second": round(1000 / float(frames.mean()), 1),
            "frame_p95_ms": round(float(np.percentile(frames, 95)), 1),
            "webgl": page.evaluate(CARD),
        }


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.map", description=__doc__)
    parser.add_argument("--rows", type=int, default=25_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), options.rows)
        found = {"rows": options.rows, **measure(Path(folder))}
    if options.json:
        print(json.dumps(found))
        return
    print(
        f"{options.rows} photos, {found['drawn']} drawn: opens in {found['first_open_ms']} ms at "
        f"first, {found['open_ms']} ms again; {found['frames_per_second']} frames a second while "
        f"it is dragged, 95 % within {found['frame_p95_ms']} ms ({found['webgl']})"
    )


if __name__ == "__main__":
    main()
