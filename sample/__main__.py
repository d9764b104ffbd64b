"""`python -m sample`: put the sample collection into the database, once."""

import csv
import sys
from pathlib import Path

from commandline import run_program
from encoder import EncoderError
from encoder.choice import choose
from ingest import IngestError, run
from ingest.tell import Bars, describe_summary
from vecdb import VecdbError, connect

SOURCES = Path(__file__).with_name("SOURCES.csv")
TABLE = "sample"


def main() -> int:
    """Ingest what is missing; a second run finds nothing to do and loads no model."""
    with SOURCES.open(encoding="utf-8", newline="") as file:
        wanted = sum(1 for _ in csv.DictReader(file))
    try:
        with connect() as database:
            known = {info.name: info for info in database.collections()}.get(TABLE)
        if known and known.count >= wanted:
            print(f"The sample collection is there: {known.count} pictures, {known.encoder}.")
            return 0
        encoder = known.encoder if known else _chosen()
        bars = Bars(quiet=False)
        try:
            summary = run(SOURCES, table=TABLE, encoder=encoder, progress=bars.show, warn=bars.say)
        finally:
            bars.close()
    except (VecdbError, EncoderError, IngestError) as error:
        print(error, file=sys.stderr)
        return 1
    print(describe_summary(summary, TABLE), f"Encoder: {encoder}.", sep="\n")
    return 1 if summary.error else 0


def _chosen() -> str:
    name, reason = choose()
    if reason:
        print(reason, file=sys.stderr)
    return name


if __name__ == "__main__":
    sys.exit(run_program(lambda arguments: main()))
