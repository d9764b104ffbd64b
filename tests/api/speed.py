"""`python -m tests.api.speed`: what a search over HTTP takes, alone and with eight callers.

CLIP ViT-B/32's architecture with random weights, photos of random vectors: speed does not depend
on what either has learnt.
"""

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import requests
import torch
from transformers import CLIPConfig, CLIPModel

from tests.browser.harness import environment, running_app
from tests.encoder.tiny_clip import save_tiny_clip
from vecdb import connect


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


def build(env: dict[str, str], model: str, rows: int) -> list[float]:
    """Store photos with random unit vectors (rows, 512); return one vector."""
    rng = np.random.default_rng(0)
    with connect(env["VECDB_DSN"]) as database:
        collection = database.create_collection("speed", model, 512)
        for start in range(0, rows, 10_000):
            vectors = rng.normal(size=(min(10_000, rows - start), 512)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            ids = [f"p{start + at:07d}" for at in range(len(vectors))]
            urls = [f"https://example.org/{photo}.jpg" for photo in ids]
            collection.insert(pa.table({"id": ids, "url": urls, "vector": list(vectors)}))
    return [float(x) for x in vectors[0]]


def timed(address: str, body: dict[str, Any], count: int, callers: int = 1) -> dict[str, Any]:
    """Ask `count` times; return p50 and p95 in ms, requests a second, and errors."""
    session = requests.Session()

    def ask(at: int) -> tuple[float, bool]:
        asked = {**body, **({"text": f"{body['text']} {at}"} if body.get("text") else {})}
        start = time.perf_counter()
        answer = session.post(address, data=json.dumps(asked), timeout=120)
        return 1000 * (time.perf_counter() - start), answer.ok

    start = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        results = list(pool.map(ask, range(count)))
    seconds = time.perf_counter() - start
    took = [milliseconds for milliseconds, _ in results]
    return {
        "p50_ms": round(float(np.percentile(took, 50)), 1),
        "p95_ms": round(float(np.percentile(took, 95)), 1),
        "per_second": round(count / seconds, 1),
        "errors": sum(not good for _, good in results),
    }


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.api.speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=25_000)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder), "speed")
        vector = build(env, save_model(Path(folder) / "clip"), options.rows)
        with running_app({**os.environ, **env}) as address:
            knn = {"modality": "image", "num_images": 40, "indice_name": "speed"}
            cases = {
                "/api/search text": ("/api/search", {"text": "a red bus", "k": 25}),
                "/api/search vector": ("/api/search", {"vector": vector, "k": 25}),
                "/knn-service text": ("/knn-service", {**knn, "text": "a red bus"}),
            }
            timed(address + "/api/search", {"text": "warm", "k": 25}, 5)
            for name, (path, body) in cases.items():
                for callers in (1, 8):
                    result = timed(address + path, body, options.count, callers)
                    print(json.dumps({"case": name, "callers": callers, **result}), flush=True)


if __name__ == "__main__":
    main()
