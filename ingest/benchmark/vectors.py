"""Vectors that exist already, imported by the command: how long, and how much memory it takes."""

import resource
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.benchmark.commands import command

DIM = 512
PART = 100_000
FEW = 20_000  # one batch: what the engine, Python and the libraries take anyway


def write_layout(folder: Path, n: int, dim: int = DIM) -> Path:
    """Write random vectors in clip-retrieval's layout, with five columns of metadata."""
    generator = np.random.default_rng(0)
    for name in ("img_emb", "metadata"):
        (folder / name).mkdir(parents=True)
    for part, start in enumerate(range(0, n, PART)):
        count = min(PART, n - start)
        numbers = generator.standard_normal((count, dim), np.float32)
        np.save(folder / "img_emb" / f"img_emb_{part}.npy", numbers)
        told = {
            "image_path": [f"https://a.example/{start + at:09d}.jpg" for at in range(count)],
            "caption": [f"picture {start + at} of something in the rain" for at in range(count)],
            "width": np.full(count, 640),
            "height": np.full(count, 480),
            "similarity": generator.random(count),
        }
        pq.write_table(pa.table(told), folder / "metadata" / f"metadata_{part}.parquet")
    return folder


def import_vectors(scratch: Path, n: int) -> dict[str, float]:
    """Time the import of n vectors into a new database, and measure its peak memory.

    Returns:
        seconds; processor_seconds of all cores together, which hold still where others work, too;
        peak_mib of the process; above_mib: more than an import of 20,000 takes.

    Raises:
        RuntimeError: an import failed.
    """
    layout = write_layout(scratch / "vectors", n)
    few = command(layout, scratch / "few", "random", "--limit", str(FEW))[1]
    before = _used()
    seconds, peak = command(layout, scratch / "all", "random")
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(_used() - before, 1),
        "peak_mib": peak,
        "above_mib": peak - few,
    }


def _used() -> float:
    """Return the processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
