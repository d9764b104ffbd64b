"""`python -m vecdb.benchmark`: search, load and index cost beside other vector stores, in one run.

Every store gets the same clustered unit vectors and the same queries, one thread of Python, and
all cores inside. FAISS, usearch and LanceDB are in requirements-bench.txt; what is not installed is
left out and named.
"""

import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from commandline import Parser, at_least, positive, run_program
from vecdb.benchmark import rivals
from vecdb.collection import Collection
from vecdb.database import connect
from vecdb.search import Scope

DIM = 512
CLUSTERS = 500
# The mining query of a labelling session: a page deep behind what has been judged.
EXCLUDED = 500
BEHIND = (0, 100, 500, 1000)
TOP = 200
FEWEST = BEHIND[-1] + TOP
CALLERS = 16
SEARCHES_EACH = 200


def draw_clustered(rows: int, start: int = 0) -> np.ndarray:
    """Return (rows, 512) float32 unit vectors around 500 centres, the same for the same rows."""
    centres = np.random.default_rng(0).normal(size=(CLUSTERS, DIM)).astype(np.float32)
    draw = np.random.default_rng(start + 1)
    vectors = draw.standard_normal((rows, DIM), dtype=np.float32)
    vectors += 0.8 * centres[draw.integers(0, CLUSTERS, rows)]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def batches(rows: int, size: int = 25_000) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the benchmark's vectors piece by piece, so that a million never lie in memory."""
    for start in range(0, rows, size):
        yield start, draw_clustered(min(size, rows - start), start)


def table(start: int, vectors: np.ndarray) -> pa.Table:
    """Return photos as `Collection.insert` takes them."""
    flat = pa.array(vectors.ravel())
    return pa.table(
        {
            "id": [f"p{at:09}" for at in range(start, start + len(vectors))],
            "url": [""] * len(vectors),
            "vector": pa.FixedSizeListArray.from_arrays(flat, DIM),
        }
    )


def queries(n: int) -> np.ndarray:
    """Return (n, 512) unit vectors of the same clusters, none of them stored."""
    return draw_clustered(n, start=987_654_321)


def truth(rows: int, asked: np.ndarray, k: int) -> list[list[int]]:
    """Return the k best row numbers for each query, by plain arithmetic."""
    best = np.full((len(asked), k), -2.0, np.float32)
    at = np.zeros((len(asked), k), np.int64)
    for start, vectors in batches(rows):
        scores = np.concatenate([best, asked @ vectors.T], axis=1)
        numbers = np.concatenate(
            [
                at,
                np.broadcast_to(np.arange(start, start + len(vectors)), (len(asked), len(vectors))),
            ],
            axis=1,
        )
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best, at = np.take_along_axis(scores, order, 1), np.take_along_axis(numbers, order, 1)
    return at.tolist()


def time_searches(
    search: Callable[[np.ndarray, int], list[int]],
    asked: np.ndarray,
    k: int,
    expected: list[list[int]],
) -> dict[str, float]:
    """Search for every query; return p50 and p95 in ms and recall."""
    for query in asked[:5]:
        search(query, k)
    took, right = [], 0
    for query, best in zip(asked, expected, strict=True):
        begun = time.perf_counter()
        found = search(query, k)
        took.append(1000 * (time.perf_counter() - begun))
        right += len(set(found) & set(best[:k]))
    p50, p95 = (round(float(np.quantile(took, q)), 2) for q in (0.5, 0.95))
    return {"p50_ms": p50, "p95_ms": p95, "recall": round(right / len(asked) / k, 4)}


def numbers(ids: list[str]) -> list[int]:
    """Return the row numbers that ids stand for."""
    return [int(photo[1:]) for photo in ids]


def measure(directory: Path, rows: int, n_queries: int) -> dict[str, Any]:
    """Load, search, index and search again; return the figures of one size."""
    asked = queries(n_queries)
    expected = truth(rows, asked, 100)
    result: dict[str, Any] = {"rows": rows}
    with connect(f"chdb://{directory}") as database:
        collection = database.create_collection(f"bench_{rows}", "clustered", DIM)
        collection.index.above = None
        begun, inserting = time.perf_counter(), 0.0
        for start, vectors in batches(rows):
            photos = table(start, vectors)
            begin = time.perf_counter()
            collection.insert(photos)
            inserting += time.perf_counter() - begin
        result["inserts_per_s"] = round(rows / inserting)
        result["load_s"] = round(time.perf_counter() - begun, 1)
        result["load_peak_rss_mib"] = peak_rss_mib()
        for k in (25, 100):
            result[f"exact_{k}"] = time_searches(exactly(collection), asked, k, expected)
        result["mining_500_excluded"] = time_mining(collection, asked)
        begun = time.perf_counter()
        status = collection.index.build()
        result["build_s"] = round(time.perf_counter() - begun, 1)
        result["indexed_share"] = round(status.indexed / status.rows, 4)
        for k in (25, 100):
            result[f"indexed_{k}"] = time_searches(search_index(collection), asked, k, expected)
        result["top_200_behind"] = {n: time_top(collection, asked, n) for n in BEHIND}
        result["callers_16"] = together(collection, asked)
        result["index_mib"] = round(status.bytes / 2**20, 1)
    size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
    result["disk_mib"] = round(size / 2**20)
    result["peak_rss_mib"] = peak_rss_mib()
    return result


def peak_rss_mib() -> int:
    """Return the most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def exactly(collection: Collection) -> Callable[[np.ndarray, int], list[int]]:
    """Return a search that reads every vector."""
    return lambda query, k: numbers(collection.nearest(query, k, exact=True).ids)


def search_index(collection: Collection) -> Callable[[np.ndarray, int], list[int]]:
    """Return a search through the index."""
    return lambda query, k: numbers(collection.nearest(query, k, exact=False).ids)


def time_top(collection: Collection, asked: np.ndarray, excluded: int) -> dict[str, float]:
    """Time a round's 200 candidates behind so many judged photos; return p50 and recall."""
    took, right = [], 0
    for query in asked[:20]:
        best = collection.nearest(query, excluded + TOP, exact=True).ids
        begun = time.perf_counter()
        found = collection.nearest(query, TOP, Scope(best[:excluded]), with_vectors=True)
        took.append(1000 * (time.perf_counter() - begun))
        right += len(set(found.ids) & set(best[excluded:]))
    p50 = round(float(np.quantile(took, 0.5)), 2)
    return {"p50_ms": p50, "recall": round(right / len(took) / TOP, 4)}


def time_mining(collection: Collection, asked: np.ndarray) -> dict[str, float]:
    """Time the page of 25 behind 500 judged photos."""
    took = []
    for query in asked[:50]:
        judged = collection.nearest(query, EXCLUDED, exact=True).ids
        begun = time.perf_counter()
        page = collection.nearest(query, 25, Scope(judged))
        took.append(1000 * (time.perf_counter() - begun))
        assert len(page) == 25
    p50, p95 = (round(float(np.quantile(took, q)), 2) for q in (0.5, 0.95))
    return {"p50_ms": p50, "p95_ms": p95}


def together(collection: Collection, asked: np.ndarray) -> dict[str, float]:
    """Search from 16 threads at once while photos are being inserted."""
    took: list[float] = []
    done = threading.Event()
    inserted = 0

    def call(number: int) -> None:
        for at in range(SEARCHES_EACH):
            begun = time.perf_counter()
            collection.nearest(asked[(number * 20 + at) % len(asked)], 25, exact=False)
            took.append(1000 * (time.perf_counter() - begun))

    def insert() -> None:
        nonlocal inserted
        while not done.wait(0.1):
            inserted += collection.insert(
                table(10**8 + inserted, draw_clustered(10, 10**8 + inserted))
            )

    threads = [threading.Thread(target=call, args=(number,)) for number in range(CALLERS)]
    writer = threading.Thread(target=insert)
    begun = time.perf_counter()
    for thread in [*threads, writer]:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(took) / (time.perf_counter() - begun)
    done.set()
    writer.join()
    p50, p99 = (round(float(np.quantile(took, q)), 1) for q in (0.5, 0.99))
    failed = CALLERS * SEARCHES_EACH - len(took)
    return {
        "searches": len(took), "failed": failed, "inserted": inserted,
        "per_s": round(rate, 1), "p50_ms": p50, "p99_ms": p99,
    }  # fmt: skip


def compare_stores(rows: int, n_queries: int, scratch: Path) -> dict[str, Any]:
    """Measure the other stores on the same vectors."""
    asked = queries(n_queries)
    expected = truth(rows, asked, 100)
    vectors = np.concatenate([part for _, part in batches(rows)])
    result: dict[str, Any] = {}
    for name, make in rivals.STORES.items():
        try:
            begun = time.perf_counter()
            search = make(vectors, scratch / name)
            built = time.perf_counter() - begun
        except ImportError as error:
            result[name] = {"left_out": str(error)}
            continue
        result[name] = {"build_s": round(built, 1), **time_searches(search, asked, 25, expected)}
    return result


def said(result: dict[str, Any]) -> str:
    """Return the figures of one size as lines of text."""
    return "\n".join(f"  {name:22} {value}" for name, value in result.items())


def main() -> int:
    """Measure the sizes asked for; the last line on stdout is JSON with --json."""
    parser = Parser("python -m vecdb.benchmark", description=__doc__)
    # Fewer photos fill no page behind those that are left out.
    parser.add_argument("--rows", type=at_least(FEWEST), nargs="+", default=[25_000, 200_000])
    parser.add_argument("--queries", type=positive, default=100)
    parser.add_argument("--rivals-up-to", type=int, default=200_000, help="larger sizes go alone")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = []
    for rows in options.rows:
        with tempfile.TemporaryDirectory(prefix="vecdb_bench_") as folder:
            found = measure(Path(folder) / "db", rows, options.queries)
            if rows <= options.rivals_up_to:
                found["rivals"] = compare_stores(rows, options.queries, Path(folder))
        results.append(found)
        print(said(found), file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps({"dim": DIM, "results": results}))
    return 0


if __name__ == "__main__":
    sys.exit(run_program(lambda arguments: main()))
