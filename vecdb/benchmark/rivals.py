"""Other vector stores behind one call, for the benchmark only."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

Search = Callable[[np.ndarray, int], list[int]]


def faiss_flat(vectors: np.ndarray, _: Path) -> Search:
    """FAISS, reading every vector."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return lambda query, k: index.search(query[None], k)[1][0].tolist()


def faiss_hnsw(vectors: np.ndarray, _: Path) -> Search:
    """FAISS HNSW with the same degree and building effort as our index."""
    import faiss

    index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 128
    index.hnsw.efSearch = 256
    index.add(vectors)
    return lambda query, k: index.search(query[None], k)[1][0].tolist()


def usearch_hnsw(vectors: np.ndarray, _: Path) -> Search:
    """usearch, the library inside ClickHouse's index, with the same parameters."""
    from usearch.index import Index

    index = Index(
        ndim=vectors.shape[1],
        metric="cos",
        dtype="bf16",
        connectivity=32,
        expansion_add=128,
        expansion_search=256,
    )
    index.add(np.arange(len(vectors)), vectors)
    return lambda query, k: index.search(query, k).keys.tolist()


def lancedb_exact(vectors: np.ndarray, folder: Path) -> Search:
    """LanceDB, reading every vector."""
    import lancedb
    import pyarrow as pa

    flat = pa.array(vectors.ravel())
    rows = {
        "row": np.arange(len(vectors)),
        "vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
    }
    table = lancedb.connect(str(folder)).create_table("photos", pa.table(rows))

    def search(query: np.ndarray, k: int) -> list[int]:
        found = (
            table.search(query)
            .distance_type("cosine")
            .select(["row", "_distance"])
            .limit(k)
            .to_arrow()
        )
        numbers: list[int] = found.column("row").to_pylist()
        return numbers

    return search


STORES: dict[str, Callable[[np.ndarray, Path], Search]] = {
    "faiss_flat": faiss_flat,
    "faiss_hnsw": faiss_hnsw,
    "usearch_hnsw": usearch_hnsw,
    "lancedb_exact": lancedb_exact,
}
