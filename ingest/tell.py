"""Tell a person what an ingest does: bars while it runs, a summary in the end."""

import errno
import logging
import re
import sys
from pathlib import Path

from tqdm import tqdm

from commandline.outputs import holds_other
from commandline.words import count_things, name_some
from ingest.progress import Progress, Summary

LOG = logging.getLogger("ingest")
LOG.addHandler(logging.NullHandler())  # said to the user in other ways; a file only on request
LOG.propagate = False

LOGGED = re.compile(rb"\d{4}-\d\d-\d\d \d\d:")
TABLES = {".csv", ".tsv", ".json", ".jsonl", ".parquet"}  # kinds of what is left out
VECTORS = {".npy", ".npz"}
PACKED = {".zip", ".7z", ".rar"}


class Bars:
    """A progress bar on stderr, with the counts of each stage beside it."""

    def __init__(self, quiet: bool) -> None:
        self._bar = tqdm(
            unit=" photos", dynamic_ncols=True, disable=quiet, file=sys.stderr, leave=True
        )
        self._reported = Progress()

    def show(self, progress: Progress) -> None:
        """Bring the bar up to date, and log each reason of failure as it grows."""
        self._bar.total = progress.total
        self._bar.n = int(progress.work)
        self._bar.set_postfix_str(_counts(progress), refresh=False)
        self._bar.refresh()
        for reason, count in progress.reasons.items():
            if count != self._reported.reasons.get(reason):
                LOG.info("failed: %s (%d so far)", reason, count)
        self._reported = progress

    def say(self, sentence: str) -> None:
        """Print a sentence above the bar."""
        LOG.warning("%s", sentence)
        tqdm.write(sentence, file=sys.stderr)

    def tell(self, sentence: str) -> None:
        """Print a sentence that nobody must read."""
        LOG.info("%s", sentence)
        if not self._bar.disable:
            tqdm.write(sentence, file=sys.stderr)

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.close()


def _counts(progress: Progress) -> str:
    counts = {
        "downloaded": progress.downloaded,
        "encoded": progress.encoded + progress.cached,
        "inserted": progress.inserted,
        "updated": progress.updated,
        "known": progress.skipped,
    }
    text = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    failed = ", ".join(f"{count} {reason}" for reason, count in list(progress.reasons.items())[:3])
    return f"{text}; failed: {failed}" if failed else text


def describe_summary(summary: Summary, table: str, again: str = "--retry-failed tries them") -> str:
    """Write the closing summary, a line or two; `again` says how to try the failed again."""
    updated = f"{summary.updated:,} updated, " if summary.updated else ""
    lines = [
        f"{summary.inserted:,} inserted into {table}, {updated}{summary.skipped:,} skipped, "
        f"{summary.failed:,} failed, in {summary.seconds:,.1f} s "
        f"({summary.images_per_second:,.1f} photos/s)."
    ]
    if summary.cached:
        vectors = count_things(summary.cached, "vector was", "vectors were")
        lines.append(f"{vectors} known already and not encoded again.")
    if summary.doubled:
        rows = count_things(summary.doubled, "row names", "rows name")
        lines.append(
            f"{rows} an id that another row named before; the first counts"
            f"{_list_names(summary.doubles, summary.doubled)}. Where they are other pictures, "
            "--id-column takes a column that tells them apart."
        )
    if summary.renamed:
        photos = count_things(summary.renamed, "photo has", "photos have")
        lines.append(
            f"{photos} the source's name before the id, which another photo had already"
            f"{_list_names(summary.renames, summary.renamed)}."
        )
    if summary.returned:
        photos = count_things(summary.returned, "photo is", "photos are")
        lines.append(f"{photos} back that had been taken out with answers, which count again.")
    if summary.added:
        lines.append(f"Added to photos from further tables: {count_things(summary.added, 'row')}.")
    if summary.duplicates:
        lines.append(f"Near-duplicates of others, noted: {summary.duplicates:,}.")
    if summary.failed_before:
        lines.append(f"{summary.failed_before:,} had failed for good before; {again}.")
    if summary.reasons:
        failed = ", ".join(
            f"{count:,} {reason}{_list_names(summary.examples.get(reason, []), count)}"
            for reason, count in summary.reasons.items()
        )
        lines.append(f"Failed: {failed}.")
    if summary.left_out:
        left = ", ".join(f"{count:,} {kind}" for kind, count in summary.left_out.items())
        lines.append(f"Left out: {left}.")
    if TABLES & summary.left_out.keys():
        lines.append(
            "What a table says of pictures is added where it is the source: give the table's path."
        )
    if PACKED & summary.left_out.keys():
        kinds = " and ".join(sorted(PACKED & summary.left_out.keys()))
        lines.append(f"What is packed in {kinds} is not read: unpack it, and give the folder.")
    if not summary.seen and VECTORS & summary.left_out.keys():
        lines.append(
            "Vectors are read from a file that is the source, or from img_emb beside metadata: "
            "give the file's path."
        )
    if summary.interrupted:
        lines.append(
            "Stopped: what was under way is stored; the same ingest again goes on from here."
        )
    if summary.error:
        lines.append(summary.error)
    return "\n".join(lines)


def _list_names(names: list[str], count: int) -> str:
    return f" ({name_some(names, len(names), count)})" if names else ""


def log_to(path: Path) -> None:
    """Write what happens to a file, too.

    Raises:
        OSError: it cannot be written, or holds something else.
    """
    if holds_other(path, LOGGED):
        raise FileExistsError(errno.EEXIST, "it holds something else than a log: name another file")
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
