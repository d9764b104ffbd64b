"""`python -m tests.api.speed`: what a search over HTTP takes, alone and with eight callers.

CLIP ViT-B/32's architecture with random weights, photos of random vectors: speed does not depend
on what either has learnt. With --rival PYTHON, clip-retrieval's own back end, installed in that
Python, answers the same requests on the same vectors, in turns with ours.
"""

import argparse
import itertools
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import requests
import torch
from transformers import CLIPConfig, CLIPModel

from tests.api.rival import LeftOut, running_rival
from tests.browser.harness import environment, running_app
from tests.encoder.tiny_clip import save_tiny_clip
from vecdb import connect

TURNS = 4
Answers = list[tuple[float, bool]]
Asking = Callable[[int, int], tuple[Answers, float]]
number = itertools.count()


def save_model(folder: Path) -> str:
    """Save a randomly initialised ViT-B/32 with a byte-level vocabulary; return its name."""
    save_tiny_clip(folder, dim=512, side=224)
    tiny = CLIPConfig.from_pretrained(folder).text_config
    config = CLIPConfig()
    for name in ("vocab_size", "bos_token_id", "eos_token_id"):
        setattr(config.text_config, name, getattr(tiny, name))
    torch.manual_seed(0)
    CLIPModel(config).save_pretrained(folder)
    return str(folder)


def build(env: dict[str, str], model: str, rows: int) -> np.ndarray:
    """Store photos with random unit vectors; return them, (rows, 512) float32."""
    vectors = np.random.default_rng(0).normal(size=(rows, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with connect(env["VECDB_DSN"]) as database:
        collection = database.create_collection("speed", model, 512)
        for start in range(0, rows, 10_000):
            part = list(vectors[start : start + 10_000])
            ids = [f"p{start + at:07d}" for at in range(len(part))]
            urls = [f"https://example.org/{photo}.jpg" for photo in ids]
            collection.insert(pa.table({"id": ids, "url": urls, "vector": part}))
    return vectors


def ask(address: str, body: dict[str, Any], count: int, callers: int) -> tuple[Answers, float]:
    """Ask `count` times, never for the same text; return milliseconds and success, and seconds."""
    session = requests.Session()

    def once(_: int) -> tuple[float, bool]:
        text = {"text": f"{body['text']} {next(number)}"} if "text" in body else {}
        start = time.perf_counter()
        try:
            answer = session.post(address, data=json.dumps({**body, **text}), timeout=120)
            good = answer.ok and len(answer.json()) > 0
        except requests.RequestException:
            good = False
        return 1000 * (time.perf_counter() - start), good

    start = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        answers = list(pool.map(once, range(count)))
    return answers, time.perf_counter() - start


def found(address: str, body: dict[str, Any]) -> tuple[str, ...]:
    """Return the addresses of the photos that a knn-service finds, best first."""
    answer = requests.post(f"{address}/knn-service", data=json.dumps(body), timeout=120)
    return tuple(hit["url"] for hit in answer.json())


def summary(turns: list[tuple[Answers, float]]) -> dict[str, Any]:
    """Return p50, p95 and the longest in ms, requests a second and errors, of all turns."""
    answers = [answer for turn, _ in turns for answer in turn]
    took = [milliseconds for milliseconds, _ in answers]
    return {
        "p50_ms": round(float(np.percentile(took, 50)), 1),
        "p95_ms": round(float(np.percentile(took, 95)), 1),
        "max_ms": round(max(took), 1),
        "per_second": round(len(answers) / sum(seconds for _, seconds in turns), 1),
        "errors": sum(not good for _, good in answers),
    }


def compare(cases: Mapping[str, Asking], count: int) -> None:
    """Let every case have its turn, some times over, so that other load meets all alike."""
    for callers in (1, 8):
        turns: dict[str, list[tuple[Answers, float]]] = {name: [] for name in cases}
        for _ in range(TURNS):
            for name, asking in cases.items():
                turns[name].append(asking(max(1, count // TURNS), callers))
        for name in cases:
            print(
                json.dumps({"case": name, "callers": callers, **summary(turns[name])}), flush=True
            )


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.api.speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=25_000)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--rival", help="a Python that clip-retrieval's back end runs in")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        env = environment(folder, "speed")
        vectors = build(env, save_model(folder / "clip"), options.rows)
        ours = stack.enter_context(running_app({**os.environ, **env}))
        vector = vectors[0].tolist()
        service = {"modality": "image", "num_images": 40, "num_result_ids": 40}
        service |= {"indice_name": "speed", "deduplicate": True}
        bodies = {
            "text": {**service, "text": "a red bus"},
            "vector": {**service, "embedding_input": vector},
        }
        asked = {
            "/api/search text": (f"{ours}/api/search", {"text": "a red bus", "k": 25}),
            "/api/search vector": (f"{ours}/api/search", {"vector": vector, "k": 25}),
        }
        asked |= {f"/knn-service {n}": (f"{ours}/knn-service", b) for n, b in bodies.items()}
        try:
            rival = stack.enter_context(running_rival(options.rival, vectors))
            asked |= {f"clip-retrieval {n}": (f"{rival}/knn-service", b) for n, b in bodies.items()}
            same = len({found(address, bodies["vector"]) for address in (ours, rival)}) == 1
            print(json.dumps({"same_photos_found": same}))
        except LeftOut as why:
            print(json.dumps({"left_out": "clip-retrieval's back end", "why": str(why)}))
        cases = {name: partial(ask, *at) for name, at in asked.items()}
        for asking in cases.values():
            asking(5, 1)
        compare(cases, options.count)


if __name__ == "__main__":
    main()
