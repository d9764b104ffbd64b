"""`python -m tests.browser.clothing`: the main job on 2,000 real pictures, end to end.

Serves the pictures over local HTTP with a photos.tsv000 in Unsplash's form, ingests them with the
command a user runs, mines one concept in a real browser with truthful clicks, and prints how many
of the concept's pictures the top 100 then hold and how long a round took.
"""

import argparse
import contextlib
import csv
import functools
import http.server
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.browser.harness import ROOT, browser, environment, running_app
from tests.browser.latency import READ
from tests.warm import python
from vecdb import connect

CLOTHING = ROOT.parent / "shared" / "data" / "clothing"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, without a line in the terminal for each."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def write_tsv(path: Path, address: str) -> dict[str, str]:
    """Write a photos.tsv000; return the label of each photo id."""
    with (CLOTHING / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    labels = {Path(row["file"]).stem: row["label"] for row in rows}
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["photo_id", "photo_url", "photo_image_url", "photo_description"])
        for row in rows:
            name = Path(row["file"]).stem
            writer.writerow([name, f"{address}/{name}", f"{address}/{row['file']}", ""])
    return labels


def mine(address: str, prompt: str, wanted: set[str], rounds: int) -> list[dict[str, float]]:
    """Click truthfully for some rounds; return the timings of each."""
    timings = []
    with browser() as page:
        page.goto(address)
        page.get_by_placeholder("What are you looking for?").fill(prompt)
        page.keyboard.press("Enter")
        for number in range(1, rounds + 1):
            page.wait_for_selector(f'[data-round="{number}"]', timeout=120_000)
            for tile in page.locator("button[data-photo-id]").all():
                tile.click()
                if tile.get_attribute("data-photo-id") not in wanted:
                    tile.click()
            page.wait_for_timeout(400)
            page.evaluate("performance.clearMarks()")
            page.get_by_role("button", name="Next round").click()
            page.wait_for_selector(f'[data-round="{number + 1}"]')
            page.wait_for_function("performance.getEntriesByName('vde:painted').length > 0")
            timings.append(page.evaluate(READ))
    return timings


def main() -> None:
    """Serve, ingest, mine, count."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.clothing", description=__doc__)
    parser.add_argument("--label", default="hat")
    parser.add_argument("--prompt", default="a hat")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--encoder", default="offline")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(CLOTHING) as pictures:
        env = environment(Path(folder), "clothing")
        source = Path(folder) / "photos.tsv000"
        labels = write_tsv(source, pictures)
        wanted = {photo for photo, label in labels.items() if label == options.label}
        command = [*python(), "-m", "ingest", str(source), "--table", "clothing"]
        command += ["--encoder", options.encoder, "--json", "--quiet"]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **env}, check=True, stdout=subprocess.PIPE
        )
        summary = json.loads(done.stdout.splitlines()[-1])
        with running_app(env) as address:
            timings = mine(address, options.prompt, wanted, options.rounds)
        with connect(env["VECDB_DSN"]) as database:
            [concept] = database.concepts.list()
            top = database.collection("clothing").nearest(concept.weights, 100).ids
    totals = [timing["total"] for timing in timings]
    print(
        json.dumps(
            {
                "ingest": summary,
                "label": options.label,
                "photos_of_the_label": len(wanted),
                "rounds": options.rounds,
                "in_the_top_100": len(wanted & set(top)),
                "round_ms_p50": round(float(np.median(totals)), 1),
                "round_ms_max": round(max(totals), 1),
            }
        )
    )


if __name__ == "__main__":
    main()
