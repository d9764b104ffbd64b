"""`python -m tests.browser.latency`: from Next round to the new page painted, in a real browser.

Builds a collection of clustered unit vectors with thumbnails in a temporary folder, with its index
where it is large, mines it with simulated clicks, and prints the median and 95th percentile of the
rounds with what they are made of, and what the first page of a new prompt took. `other` is the
server's share outside the named parts, `script` the page's own run, which follows the painting and
is no part of the total. Opening is what a process does once for a collection: the first that ever
opens it, and one after it. Of several sizes each has its line.
"""

import argparse
import contextlib
import io
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from explorer.memory import Memory
from tests.browser.harness import browser, environment, running_app
from vecdb import Store, connect
from vecdb.index import INDEX_ABOVE

DIM = 512
CLUSTERS = 50
MARKED = 12
PARTS = ("read", "fit", "mine", "store", "tiles", "other", "transport", "paint")


def build(data: Path, rows: int) -> str:
    """Store `rows` photos: vectors (rows, 512) around 50 centres, one of 200 thumbnails each.

    Returns the id of one of them.
    """
    env = environment(data, "latency")
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(CLUSTERS, DIM)).astype(np.float32)
    cluster = rng.integers(0, CLUSTERS, rows)
    vectors = 0.8 * centres[cluster] + rng.normal(size=(rows, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"c{c:02d}-{at:06d}" for at, c in enumerate(cluster)]
    pictures = [picture(rng) for _ in range(200)]
    Store(env["VECDB_STORE"]).put_thumbnails(
        "latency", ((photo, f"{at % 200}", pictures[at % 200]) for at, photo in enumerate(ids))
    )
    with connect(env["VECDB_DSN"]) as database:
        collection = database.create_collection("latency", "offline", DIM)
        for start in range(0, rows, 10_000):
            part = slice(start, start + 10_000)
            table = {"id": ids[part], "url": [""] * len(ids[part]), "vector": list(vectors[part])}
            collection.insert(pa.table(table), more=True)
        if rows > INDEX_ABOVE:
            collection.index.build()
    return ids[0]


@contextlib.contextmanager
def built(rows: int, kept: Path | None) -> Iterator[tuple[Path, str, float]]:
    """Yield a folder with so many photos, the id of one, and the seconds it took to build.

    Args:
        kept: where a large collection stays for another benchmark; a temporary folder by default.
    """
    if kept is None:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            example = build(Path(folder), rows)
            yield Path(folder), example, time.perf_counter() - begun
        return
    data = kept / f"rows-{rows}"
    done = data / "built.json"
    if not done.exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        begun = time.perf_counter()
        example = build(data, rows)
        took = time.perf_counter() - begun
        done.write_text(json.dumps({"example": example, "seconds": took}))
    found = json.loads(done.read_text())
    yield data, found["example"], found["seconds"]


def open_collection(data: Path) -> dict[str, int]:
    """Open the collection as a process does once, twice; return the milliseconds of each."""
    took = {}
    for name in ("first_ms", "again_ms"):
        with connect(environment(data, "latency")["VECDB_DSN"]) as database:
            begun = time.perf_counter()
            Memory(database, data / "samples").known("latency")
            took[name] = round(1000 * (time.perf_counter() - begun))
    return took


def picture(rng: np.random.Generator) -> bytes:
    """Return a JPEG of soft random colours."""
    noise = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize((384, 288), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    return buffer.getvalue()


def measure(data: Path, example: str, rounds: int) -> tuple[float, list[dict[str, float]]]:
    """Mine `rounds` rounds in the browser; return milliseconds of the first page, and by part."""
    results = []
    with running_app(environment(data, "latency")) as address, browser() as page:
        page.goto(address)
        page.get_by_role("button", name="Refine").click()
        page.get_by_label("Ids of example photos").fill(example)
        page.keyboard.press("Control+Enter")
        page.evaluate("performance.clearMarks()")
        page.evaluate(
            "addEventListener('click', () => performance.mark('vde:start'), {once: true})"
        )
        page.get_by_role("button", name="Start with these").click()
        page.wait_for_selector('[data-round="1"]', timeout=60_000)
        page.wait_for_function(FIRST, timeout=60_000)
        first = page.evaluate(FIRST)
        page.keyboard.press("Escape")
        for number in range(1, rounds + 1):
            page.evaluate(CLICK, MARKED)
            page.wait_for_timeout(400)
            page.evaluate("performance.clearMarks()")
            page.get_by_role("button", name="Next round").click()
            page.wait_for_selector(f'[data-round="{number + 1}"]')
            # The script runs afterwards; the next round waits, so that runs do not overlap.
            page.wait_for_function("performance.getEntriesByName('vde:received').length > 1")
            results.append(page.evaluate(READ))
        first = first_page(page, "a red bus")
    return first, results


def first_page(page: Any, prompt: str) -> float:
    """Type a prompt, the encoder loaded; return milliseconds from Enter to its page painted."""
    box = page.get_by_placeholder("What are you looking for?")
    box.fill(prompt)
    page.evaluate("performance.clearMarks()")
    page.evaluate("addEventListener('keydown', () => performance.mark('vde:start'), {once: true})")
    box.press("Enter")
    page.wait_for_function(FIRST, timeout=60_000)
    return float(page.evaluate(FIRST))


FIRST = """() => {
  const [start] = performance.getEntriesByName('vde:start');
  const painted = performance.getEntriesByName('vde:painted')
    .find(mark => mark.detail.key.endsWith(':1'));
  return painted ? painted.startTime - start.startTime : 0;
}"""
CLICK = """count => {
  const tiles = [...document.querySelectorAll('button[data-photo-id]')].slice(0, count);
  const wanted = tiles[0].dataset.photoId.slice(0, 3);
  for (const tile of tiles) {
    tile.click();
    if (!tile.dataset.photoId.startsWith(wanted)) tile.click();
  }
}"""
READ = """() => {
  const [next] = performance.getEntriesByName('vde:next');
  const [got, settled] = performance.getEntriesByName('vde:received');
  const [painted] = performance.getEntriesByName('vde:painted');
  const { server, ...parts } = painted.detail.timing;
  const known = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const seconds = Object.entries({ ...parts, other: server - known });
  return { ...Object.fromEntries(seconds.map(([name, value]) => [name, 1000 * value])),
           total: painted.startTime - next.startTime, paint: painted.startTime - got.startTime,
           transport: got.startTime - next.startTime - 1000 * server,
           script: settled.startTime - painted.startTime };
}"""


def measure_size(rows: int, rounds: int, kept: Path | None = None) -> dict[str, Any]:
    """Build and measure one size; return its figures."""
    with built(rows, kept) as (data, example, seconds):
        opening = open_collection(data)
        first, results = measure(data, example, rounds)
    summary = {
        name: {
            "p50_ms": round(float(np.percentile([r[name] for r in results], 50)), 1),
            "p95_ms": round(float(np.percentile([r[name] for r in results], 95)), 1),
        }
        for name in ("total", *PARTS, "script")
    }
    sizes = {"rows": rows, "rounds": rounds, "built_s": round(seconds), "opening": opening}
    return {**sizes, "first_page_ms": round(first), **summary}


def describe(found: dict[str, Any]) -> str:
    """Write the figures of one size for people."""
    opening = found["opening"]
    lines = [
        f"{found['rows']} photos, opened in {opening['first_ms']} ms, again in "
        f"{opening['again_ms']} ms, first page {found['first_page_ms']} ms; {found['rounds']} "
        "rounds, milliseconds"
    ]
    for name in ("total", *PARTS, "script"):
        figures = found[name]
        lines.append(f"{name:>10}  p50 {figures['p50_ms']:7.1f}  p95 {figures['p95_ms']:7.1f}")
    return "\n".join(lines)


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.latency", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[25_000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--data", type=Path, help="keep what is built here, and use it again")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for rows in options.rows:
        found = measure_size(rows, options.rounds, options.data)
        print(json.dumps(found) if options.json else describe(found), flush=True)


if __name__ == "__main__":
    main()
