"""`captions`: pictures and their captions into a Lance data set."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from tqdm import tqdm

from commandline import positive
from commandline.outputs import output_path
from commandline.words import count_things
from ingest.errors import IngestError
from ingest.options import Options
from ingest.photo import Photo
from ingest.sources import Source
from ingest.sources.place import exists, find_place
from ingest.sources.where import condition
from tuning.captions.reading import read_captioned, read_collection, thumbnail_of
from tuning.captions.writing import Written, write_captions
from tuning.errors import TuningError
from vecdb import Collection, Store, VecdbError, connect
from vecdb.dsn import parse_dsn


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add = command.add_argument
    add("source", help="anything that python -m ingest reads, or the name of a collection")
    add("--out", type=output_path, required=True, metavar="DATA.lance", help="the data set to make")
    add("--caption-column", metavar="NAME", help="the only column that holds captions")
    add("--url-column", metavar="NAME", help="column of the addresses or paths")
    add("--label-column", metavar="NAME", help="column of the labels")
    add("--template", type=_template, help="'a photo of a {}' makes a caption of a label")
    add("--where", action="append", default=[], metavar="COLUMN>=VALUE", help="only such rows")
    add("--limit", type=positive, metavar="N", help="take only N rows of the source")
    add("--dsn", help="the database of a collection; without it VECDB_DSN, else ./data/chdb")
    add("--json", action="store_true", help="answer in JSON on stdout")


def make_data_set(options: argparse.Namespace) -> None:
    """Put pictures with their captions into a Lance data set, split by picture."""
    began = time.perf_counter()
    skipped: Counter[str] = Counter()
    try:
        with _photos(options) as (photos, collection):
            pictures = read_captioned(
                islice(photos, options.limit),
                template=options.template,
                skip=lambda reason: skipped.update([reason]),
                instead=thumbnail_of(collection, Store()) if collection else lambda photo: None,
            )
            with tqdm(unit="picture", disable=None) as bar:
                written = write_captions(pictures, options.out, lambda n: _advance(bar, n), skipped)
    except IngestError as error:
        raise TuningError(str(error)) from error
    _tell(written, options, time.perf_counter() - began)


def _advance(bar: Any, n: int) -> None:
    bar.update(n - bar.n)


@contextmanager
def _photos(
    options: argparse.Namespace,
) -> Iterator[tuple[Iterator[Photo], Collection | None]]:
    place = find_place(options.source)
    if _names_collection(options, place):
        if options.url_column or options.caption_column or options.label_column:
            raise TuningError(
                f"--url-column, --caption-column and --label-column are for tables, and "
                f"{options.source} is a collection: leave them out."
            )
        where = tuple(condition(text) for text in options.where)
        with connect(options.dsn) as database:
            collection = database.collection(options.source)
            yield read_collection(collection, where), collection
        return
    reading = Options(
        where=tuple(options.where),
        url_column=options.url_column,
        caption_column=options.caption_column,
        label_column=options.label_column,
    )
    yield iter(Source(place if options.source != "-" else "-", reading.table())), None


def _names_collection(options: argparse.Namespace, place: Path) -> bool:
    """Tell whether the source is a collection; of a file and a collection, --dsn chooses."""
    name = options.source
    if not name.isidentifier():
        return False
    if not exists(place):
        return True
    if not _is_held(name, options.dsn):
        return False
    if options.dsn:
        told = f"{name} is read as the collection; ./{name} reads the file or folder."
    else:
        told = f"{name} is read as the file or folder; --dsn reads the collection of that name."
    print(told, file=sys.stderr)
    return bool(options.dsn)


def _is_held(name: str, dsn: str | None) -> bool:
    try:
        folder = parse_dsn(dsn).directory
        if folder is not None and not folder.exists():
            return False  # connecting would make it
        with connect(dsn) as database:
            return any(info.name == name for info in database.collections())
    except VecdbError:
        if dsn:
            raise
        return False  # a file is read without the database


def _tell(written: Written, options: argparse.Namespace, seconds: float) -> None:
    told = {
        "pictures": written.pictures,
        "captions": written.captions,
        "skipped": dict(written.skipped),
        "train": written.parts["train"],
        "val": written.parts["val"],
        "test": written.parts["test"],
        "left_out": written.left_out,
        "seconds": round(seconds, 1),
    }
    if options.json:
        print(json.dumps(told))
        return
    print(
        f"{options.out}: {count_things(written.pictures, 'picture')} with "
        f"{count_things(written.captions, 'caption')}, "
        f"{told['train']:,} to learn from, {told['val']:,} to choose by, {told['test']:,} to "
        "measure"
    )
    for word, count in written.left_out.items():
        print(f"left out: {count:,} (split {word} is not train, val or test)", file=sys.stderr)
    for reason, count in written.skipped.most_common():
        print(f"skipped: {count:,} ({reason})", file=sys.stderr)


def _template(text: str) -> str:
    if text.count("{}") != 1:
        raise argparse.ArgumentTypeError(f"{text!r} needs one {{}}, where the label goes")
    return text
