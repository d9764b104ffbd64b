"""What a collection of so many photos needs, from costs that were measured on smaller ones.

`python -m vecdb.benchmark.plan --photos 10000000 100000000 1000000000 [--json]` prints shards,
memory, disk, hours and latency; `--check` holds the same sums against what was measured
(docs/measurements/database.md: 512 numbers a vector, two cores).
"""

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from commandline import Parser, number, positive, run_program

GIB = 1 << 30
# Of one photo, measured at 25,000 to 1,000,000 photos.
DISK_BYTES = 5_050  # row, vector and graph on disk
INSERT_SECONDS = 1 / 37_300
# Building one photo into a graph of n: core milliseconds, a + b ln n.
BUILD_BASE, BUILD_GROWTH = -3.39, 0.406
# A search through a graph: milliseconds, of which six are the engine's for any such statement.
SEARCH_FIXED, SEARCH_GROWTH = 6.0, 0.21
# Reading a vector: core microseconds.
SCAN_CORE_US = 0.5
# What each further shard adds to a search: its k rows come over the network and are sorted.
SHARD_MS = 0.5
# A graph in memory: numbers of 16 bits, and 64 neighbours of 4 bytes with what goes with them.
NUMBER_BYTES, LINKS_BYTES = 2, 300
# Photos a second from stored bytes to vectors, ViT-B/32, one H100.
GPU_RATE = 8_000


@dataclass(frozen=True)
class Machine:
    """One shard's machine: memory in GiB, of which graphs take a share, and cores."""

    memory: float = 64.0
    cores: int = 16
    graph_share: float = 0.6


@dataclass(frozen=True)
class Needs:
    """What so many photos need. Times are for all shards working at once."""

    photos: int
    shards: int
    graph_memory_gib: float
    disk_gib: float
    insert_hours: float
    build_hours: float
    top_ms: float
    exact_ms: float
    embed_hours_1_gpu: float
    embed_hours_8_gpus: float


def build_core_seconds(photos: int) -> float:
    """Return the core seconds of building one graph of so many photos."""
    return photos * max(0.1, BUILD_BASE + BUILD_GROWTH * math.log(max(photos, 2))) / 1000


def search_ms(photos: int) -> float:
    """Return the milliseconds of a search for 25 in one graph of so many photos."""
    return SEARCH_FIXED + SEARCH_GROWTH * math.log(max(photos, 2))


def scan_ms(photos: int, cores: int) -> float:
    """Return the milliseconds of reading every vector."""
    return photos * SCAN_CORE_US / cores / 1000


def find_needs(photos: int, dim: int, machine: Machine, gpu_rate: float = GPU_RATE) -> Needs:
    """Work out what a collection needs.

    Args:
        photos: how many.
        dim: numbers in a vector.
        machine: what each shard runs on.
        gpu_rate: photos a second that one GPU embeds.
    """
    graph = dim * NUMBER_BYTES + LINKS_BYTES
    room = machine.memory * machine.graph_share * GIB
    shards = max(1, math.ceil(photos * graph / room))
    own = math.ceil(photos / shards)
    wide = dim / 512
    embed = photos / gpu_rate / 3600
    return Needs(
        photos=photos,
        shards=shards,
        graph_memory_gib=round(photos * graph / GIB, 1),
        disk_gib=round(photos * DISK_BYTES * (0.2 + 0.8 * wide) / GIB, 1),
        insert_hours=round(own * INSERT_SECONDS * wide / 3600, 2),
        build_hours=round(build_core_seconds(own) * wide / machine.cores / 3600, 2),
        top_ms=round(search_ms(own) + SHARD_MS * (shards - 1), 1),
        exact_ms=round(scan_ms(own, machine.cores) * wide, 1),
        embed_hours_1_gpu=round(embed, 2),
        embed_hours_8_gpus=round(embed / 8, 2),
    )


# Photos; seconds to build, ms of the index for 25, ms of reading all, MiB on disk; two cores.
MEASURED = (
    (25_000, 9.0, 7.2, 18.0, 104.0),
    (200_000, 121.0, 7.2, 60.0, 1331.0),
    (1_000_000, 1109.0, 9.2, 233.0, 4813.0),
)
SIZE = number("between .001 and 1,000,000,000", lambda given: 0.001 <= given <= 1e9)
NAMES = ("build_s", "index_25_ms", "exact_25_ms", "disk_mib")


def check_costs() -> list[dict[str, float]]:
    """Return for each measured size what was measured, and what the sums here give."""
    rows = []
    for photos, *measured in MEASURED:
        planned = (
            build_core_seconds(photos) / 2,
            search_ms(photos),
            # A statement itself takes as long as the engine's part of a search.
            SEARCH_FIXED + scan_ms(photos, 2),
            photos * DISK_BYTES / (1 << 20),
        )
        row: dict[str, float] = {"photos": photos}
        for name, was, sums in zip(NAMES, measured, planned, strict=True):
            row |= {name: was, f"{name}_planned": round(sums, 1)}
        rows.append(row)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a size, or the check; JSON with --json."""
    options = Parser("python -m vecdb.benchmark.plan", description=__doc__)
    options.add_argument("--photos", type=positive, nargs="+", default=[10**7, 10**8, 10**9])
    options.add_argument("--dim", type=positive, default=512, help="numbers in a vector")
    options.add_argument("--memory", type=SIZE, default=64.0, help="GiB of a shard's machine")
    options.add_argument("--cores", type=positive, default=16, help="of a shard's machine")
    options.add_argument("--gpu-rate", type=SIZE, default=GPU_RATE, help="photos a second a GPU")
    options.add_argument("--check", action="store_true", help="against what was measured")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args(arguments)
    machine = Machine(asked.memory, asked.cores)
    rows = (
        check_costs()
        if asked.check
        else [
            asdict(find_needs(photos, asked.dim, machine, asked.gpu_rate))
            for photos in asked.photos
        ]
    )
    if asked.json:
        print(json.dumps(rows))
        return 0
    for name in rows[0]:
        print(f"{name:20}" + "".join(f"{row[name]:>16,}" for row in rows))
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main))
