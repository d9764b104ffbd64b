"""`python -m ingest.embed SOURCE --out DIR --parts N`: vectors in parts, on one machine or many."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import redirect_stdout
from typing import Any

from commandline import DONE, NOT_POSSIBLE, USAGE, Parser, positive, run_program
from commandline.outputs import output_name
from commandline.words import count_things
from encoder import EncoderError, clean_name, default_encoder_name
from ingest.embed.on_ray import embed_on_ray
from ingest.embed.worker import WORKERS, embed_part, name_source
from ingest.errors import IngestError, SourceError
from ingest.manners_options import add_manners, given_manners
from ingest.progress import Summary
from ingest.tell import Bars


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code is 0 done, 1 not possible, 2 usage, 130 stopped."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if args.part is not None and not 0 <= args.part < args.parts:
        parser.error(f"--part {args.part} is not one of 0 to {args.parts - 1}")
    started = time.monotonic()
    try:
        with redirect_stdout(sys.stderr):  # Ray tells of lost workers there
            summaries = dict(_embed(args))
    except SourceError as error:
        return _refuse(str(error), args, USAGE)
    except (IngestError, EncoderError) as error:
        return _refuse(str(error), args, NOT_POSSIBLE)
    return _tell(summaries, time.monotonic() - started, args)


def _embed(args: argparse.Namespace) -> Iterable[tuple[int, Summary]]:
    parts = list(range(args.parts)) if args.part is None else [args.part]
    given: dict[str, Any] = {
        "source": name_source(args.source),
        "out": name_source(args.out),
        "parts": args.parts,
        "encoder": clean_name(args.encoder or default_encoder_name()),
        "device": args.device,
        "workers": args.workers,
        "manners": given_manners(args),
        "retry_failed": args.retry_failed,
    }
    bars = Bars(args.quiet)
    try:
        if args.ray is not None:
            yield from embed_on_ray(
                parts, given,
                address=args.ray or None, workers=args.ray_workers, show=bars.show, warn=bars.say,
            )  # fmt: skip
            return
        for part in parts:
            yield part, embed_part(part=part, progress=bars.show, **given)
    finally:
        bars.close()


def _tell(summaries: dict[int, Summary], seconds: float, args: argparse.Namespace) -> int:
    total = sum_up(summaries, args.parts, seconds)
    if not args.quiet:
        failed = "".join(f", {count:,} {reason}" for reason, count in total["reasons"].items())
        print(
            f"{count_things(total['embedded'], 'vector')} in {len(total['done']):,} of "
            f"{count_things(args.parts, 'part')}, {count_things(total['skipped'], 'photo')} known "
            f"already, {total['failed']:,} failed{failed}, in {seconds:,.1f} s "
            f"({total['images_per_second']:,.1f} photos/s).",
            file=sys.stderr,
        )
    if total["error"]:
        print(total["error"], file=sys.stderr)
    if args.json:
        print(json.dumps(total))
    return NOT_POSSIBLE if total["error"] else DONE


def sum_up(summaries: dict[int, Summary], parts: int, seconds: float) -> dict[str, Any]:
    """Return what `--json` prints: the sums over the parts of this run."""
    told = summaries.values()
    reasons: Counter[str] = Counter()
    for summary in told:
        reasons.update(summary.reasons)
    embedded = sum(summary.inserted for summary in told)
    faults: dict[str, list[int]] = {}
    for part, summary in sorted(summaries.items()):
        if summary.error:
            faults.setdefault(summary.error, []).append(part)
    errors = [
        f"{'Part' if len(found) == 1 else 'Parts'} {', '.join(map(str, found))}: {error}"
        for error, found in faults.items()
    ]
    return {
        "parts": parts,
        "done": sorted(part for part, one in summaries.items() if one.seen or not one.error),
        "seen": sum(summary.seen for summary in told),
        "embedded": embedded,
        "skipped": sum(summary.skipped for summary in told),
        "failed": sum(summary.failed for summary in told),
        "reasons": dict(reasons.most_common()),
        "seconds": round(seconds, 3),
        "images_per_second": round(embedded / seconds, 2) if seconds else 0.0,
        "error": " ".join(errors) or None,
    }


def _refuse(sentence: str, args: argparse.Namespace, code: int) -> int:
    print(sentence, file=sys.stderr)
    if args.json:
        print(json.dumps({"error": sentence}))
    return code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m ingest.embed", description=__doc__)
    add = parser.add_argument
    add("source", help="as for python -m ingest: a table, a list, tars, or a folder of pictures")
    add(
        "--out", type=output_name, required=True, metavar="DIR",
        help="folder of the parts, also s3:// and the like",
    )  # fmt: skip
    add("--parts", type=positive, required=True, metavar="N", help="into how many parts")
    add("--part", type=int, metavar="I", help="only this one, 0 to N - 1; by default each in turn")
    add("--encoder", help="a model's hub name or folder, or `offline`; by default ENCODER")
    add("--device", help="cpu, cuda or mps; by default the best there is")
    add(
        "--ray", nargs="?", const="", metavar="ADDRESS",
        help="embed on Ray: a cluster's address, or by default one started on this machine",
    )  # fmt: skip
    add(
        "--ray-workers", type=positive, metavar="N",
        help="on Ray: by default one a GPU, without GPUs one a processor but one",
    )  # fmt: skip
    add("--workers", type=positive, default=WORKERS, metavar="N", help="downloads at once")
    add_manners(parser)
    add("--retry-failed", action="store_true", help="make finished parts with failures again")
    add("--json", action="store_true", help="print the summary as JSON on the last line")
    add("--quiet", action="store_true", help="print no progress")
    return parser


if __name__ == "__main__":
    sys.exit(run_program(main))
