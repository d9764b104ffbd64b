"""`python -m sample`: put the sample collection into the database, once, and classes for it."""

import csv
import sys
from pathlib import Path

from commandline import Parser, run_program
from encoder import EncoderError
from encoder.choice import choose
from ingest import IngestError, run
from ingest.tell import Bars, describe_summary
from vecdb import Database, VecdbError, connect

SOURCES = Path(__file__).with_name("SOURCES.csv")
TABLE = "sample"
DRAWINGS = "drawings/"
TEMPLATES = ("clip art of a {}",)


def main(arguments: list[str] | None = None) -> int:
    """Ingest what is missing; a second run finds nothing to do and loads no model."""
    Parser(prog="python -m sample", description=__doc__).parse_args(arguments)
    wanted = len(_rows())
    try:
        with connect() as database:
            known = {info.name: info for info in database.collections()}.get(TABLE)
            if known:
                _name_animals(database, known.encoder)
        if known and known.count >= wanted:
            print(f"The sample collection is there: {known.count} pictures, {known.encoder}.")
            return 0
        encoder = known.encoder if known else _choose()
        print(f"Loading the encoder {encoder} and reading {wanted} pictures.", flush=True)
        bars = Bars(quiet=False)
        try:
            summary = run(SOURCES, table=TABLE, encoder=encoder, progress=bars.show, warn=bars.say)
        finally:
            bars.close()
        with connect() as database:
            _name_animals(database, encoder)
    except (VecdbError, EncoderError, IngestError) as error:
        print(error, file=sys.stderr)
        return 1
    print(describe_summary(summary, TABLE), f"Encoder: {encoder}.", sep="\n")
    return 1 if summary.error else 0


def _rows() -> list[dict[str, str]]:
    with SOURCES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _choose() -> str:
    print("Looking for an encoder: CLIP where the model hub answers within 20 s.", flush=True)
    name, reason = choose()
    if reason:
        print(reason, file=sys.stderr)
    return name


def _name_animals(database: Database, encoder: str) -> None:
    """Keep classes for the page Classes to open with: the folders of the drawn animals."""
    store = database.class_sets
    if any(one.collection == TABLE for one in [*store.list(), *store.list(deleted=True)]):
        return
    names = sorted({row["label"] for row in _rows() if row["path"].startswith(DRAWINGS)})
    store.create("Drawn animals", TABLE, encoder, names=names, templates=TEMPLATES, prefix=DRAWINGS)


if __name__ == "__main__":
    sys.exit(run_program(main))
