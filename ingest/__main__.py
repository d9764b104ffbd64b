"""`python -m ingest SOURCE`: put the photos of a file or a folder into the database."""

import argparse
import json
import os
import re
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path
from types import FrameType

from commandline import DONE, INTERRUPTED, NOT_POSSIBLE, USAGE, Parser, positive, run_program
from commandline.outputs import output_name
from encoder import EncoderError
from ingest import IngestError, Options, SourceError, Summary, run
from ingest.manners_options import add_manners, given_manners
from ingest.options import WORKERS
from ingest.tell import LOG, PACKED, Bars, describe_summary, log_to
from vecdb import VecdbError, default_table

# A header, and neither an address nor a path of Windows.
REQUEST_HEADER = re.compile(r"(?!file:)[\w-]{2,}:(?!//)")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code is 0 done, 1 nothing ingested, 2 usage, 130 stopped."""
    given = sys.argv[1:] if arguments is None else arguments
    args = _parser().parse_args(_tell_headers_apart(given))
    if args.log:
        try:
            log_to(Path(args.log))
        except OSError as error:
            return _refuse(f"The log file {args.log} cannot be written: {error.strerror}.", args)
    stop = threading.Event()
    bars = Bars(args.quiet)
    _listen(stop, bars)
    table = args.table or default_table()
    LOG.info("ingest of %s into %s", args.source, table)
    try:
        with closing(bars):
            summary = run(
                args.source,
                table=table,
                encoder=args.encoder,
                dsn=args.dsn,
                options=_options(args),
                progress=bars.show,
                stop=stop,
                warn=bars.say,
                tell=bars.tell,
            )
    except SourceError as error:
        return _refuse(str(error), args)
    except (IngestError, EncoderError, VecdbError) as error:
        return _refuse(str(error), args, NOT_POSSIBLE)
    _tell_webhook(summary, table, args)
    return _tell(summary, table, args)


def _tell_webhook(summary: Summary, table: str, args: argparse.Namespace) -> None:
    if not os.environ.get("INGEST_WEBHOOK") or not summary.seen:
        return
    from explorer import Explorer
    from explorer.webhook import tell_webhook

    with Explorer(args.dsn) as explorer:
        problem = tell_webhook(explorer, table, summary)
    if problem:
        LOG.warning("%s", problem)
        print(problem, file=sys.stderr)


def _tell(summary: Summary, table: str, args: argparse.Namespace) -> int:
    text = describe_summary(summary, table)
    LOG.info("%s", text)
    if not args.quiet or summary.error:
        print(text, file=sys.stderr)
    if args.json:
        print(json.dumps(summary.as_json()))
    if summary.interrupted:
        return INTERRUPTED
    if summary.error or not summary.inserted + summary.updated + summary.skipped:
        if not summary.seen and not summary.error:
            is_hinted = bool(summary.left_out.keys() - PACKED)
            hint = ": where one of its files lists them, name that file" * is_hinted
            print(f"{args.source} holds no photos{hint}.", file=sys.stderr)
        return NOT_POSSIBLE
    return DONE


def _refuse(sentence: str, args: argparse.Namespace, code: int = USAGE) -> int:
    LOG.error("%s", sentence)
    print(sentence, file=sys.stderr)
    if args.json:
        print(json.dumps({"error": sentence}))
    return code


def _listen(stop: threading.Event, bars: Bars) -> None:
    """Stop in good order at the first Ctrl-C, at once at the second."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(INTERRUPTED)
        stop.set()
        bars.say("Stopping: finishing what is under way. Ctrl-C again stops at once.")

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)


def _options(args: argparse.Namespace) -> Options:
    return Options(
        limit=args.limit,
        shuffle=args.shuffle,
        where=tuple(args.where),
        id_column=args.id_column,
        url_column=args.url_column,
        exclude=tuple(args.exclude),
        failures=Path(args.failures) if args.failures else None,
        megapixels=args.megapixels,
        caption_column=args.caption_column,
        label_column=args.label_column,
        vector_column=args.vector_column,
        header=args.header,
        delimiter=args.delimiter,
        encoding=args.encoding,
        prune=args.prune,
        retry_failed=args.retry_failed,
        default_encoder=os.environ.get("ENCODER"),
        device=args.device,
        batch_size=args.batch_size,
        workers=args.workers,
        manners=given_manners(args),
    )


def _megapixels(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a number of megapixels")
    return number


def _tell_headers_apart(arguments: list[str]) -> list[str]:
    """Read `--header NAME:VALUE` as `--request-header`: without a value it speaks of a table."""
    told: list[str] = []
    for argument in arguments:
        if told and told[-1] == "--header" and REQUEST_HEADER.match(argument):
            told[-1] = "--request-header"
        elif argument.startswith("--header="):
            told.append("--request-header")
            argument = argument.removeprefix("--header=")
        told.append(argument)
    return told


def _delimiter(text: str) -> str:
    character = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}.get(text, text)
    if len(character) != 1 or character in '"\r\n':
        raise argparse.ArgumentTypeError(f"{text!r} is not one character, or tab")
    return character


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m ingest", description=__doc__)
    parser.add_argument(
        "source",
        help="photos.tsv000 of Unsplash (its other shards follow), any CSV, TSV, JSON, Parquet or "
        "Lance with an address or path column, a text file of addresses, a webdataset tar, a "
        "folder, or one of these at s3://, gs://, hf:// or https://; - reads addresses from "
        "standard input",
    )
    add = parser.add_argument
    add("--limit", type=positive, metavar="N", help="take only N photos of the source")
    add("--shuffle", action="store_true", help="take them in random order")
    add("--where", action="append", default=[], metavar="COLUMN>=VALUE", help="only such rows")
    add("--id-column", metavar="NAME", help="column of the ids")
    add(
        *("--url-column", "--address-column"),
        metavar="NAME",
        help="column of the addresses or paths",
    )
    add("--caption-column", metavar="NAME", help="column of the descriptions")
    add("--label-column", metavar="NAME", help="column of the labels")
    add(
        "--vector-column",
        metavar="NAME",
        help="column of vectors that exist already; none: read the pictures",
    )
    add(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="whether a table's first row names its columns; columns without names are numbers; "
        "with NAME:VALUE behind it, a header of every download",
    )
    add("--delimiter", type=_delimiter, metavar="CHARACTER", help="what parts a table's columns")
    add("--encoding", metavar="NAME", help="of a table of text, such as gb18030 or cp1252")
    add("--dsn", help="database; by default VECDB_DSN, else an embedded one in ./data")
    add("--table", help="collection; by default VECDB_TABLE, else unsplash_25k")
    add("--encoder", help="a model's hub name or folder, or `offline`; by default ENCODER")
    add("--device", help="cpu, cuda or mps; by default the best there is")
    add("--batch-size", type=positive, metavar="N", help="pictures encoded at once")
    add("--workers", type=positive, default=WORKERS, metavar="N", help="downloads at once")
    add_manners(parser, header="--request-header")
    add(
        "--exclude", action="append", default=[], metavar="PATTERN",
        help="leave out such files and folders, for example '*.png' or 'drafts/'",
    )  # fmt: skip
    add(
        "--failures", type=output_name, metavar="FILE",
        help="write each photo that failed, with the reason, to a CSV or .jsonl file",
    )  # fmt: skip
    add("--megapixels", type=_megapixels, metavar="N", help="largest picture; by default 200")
    add("--prune", action="store_true", help="take out photos whose files are gone from the folder")
    add("--retry-failed", action="store_true", help="try again what failed for good")
    add("--json", action="store_true", help="print the summary as JSON on the last line")
    add("--quiet", action="store_true", help="print no progress")
    add("--log", type=output_name, metavar="FILE", help="write what happens to a file, too")
    return parser


if __name__ == "__main__":
    sys.exit(run_program(main))
