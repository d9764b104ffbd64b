"""How often the audit's intervals hold the truth: `python -m classifier.coverage_benchmark`."""

import argparse
import sys
from collections.abc import Sequence

from .coverage import FIGURES, RUNS, coverage, synthetic_collection

COLLECTIONS = [(n, r, h) for n in (2_000, 25_000) for r in (2.0, 4.0) for h in (0.5, 1.0, 2.0)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a collection: its size, rarity and honesty, and the share of intervals right."""
    options = argparse.ArgumentParser(prog="python -m classifier.coverage_benchmark")
    options.add_argument("--runs", type=int, default=RUNS, help="audits of each collection")
    runs = options.parse_args(arguments).runs
    print("photos  rarity  honesty  asked  " + "  ".join(f"{name:>9}" for name in FIGURES))
    for photos, rarity, honesty in COLLECTIONS:
        held = coverage(*synthetic_collection(photos, rarity, honesty), runs=runs)
        shares = "  ".join(f"{held[name]:9.3f}" for name in FIGURES)
        print(f"{photos:6d}  {rarity:6.1f}  {honesty:7.1f}  {held['questions']:5.0f}  {shares}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
