"""What an ingest has done so far, and in the end."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ingest.photo import clean

# Counts of the summary alone.
NOT_SHOWN = {"failed_before", "doubled", "renamed", "removed", "returned", "added"}
EXAMPLES = 3  # failed photos named for each reason


@dataclass(frozen=True)
class Progress:
    """A running ingest, as a progress bar shows it.

    Attributes:
        total: photos in the source, where that could be told; an estimate for tables.
        seen: photos the source has named so far.
        downloaded: pictures fetched.
        encoded: pictures turned into vectors.
        inserted: photos stored.
        updated: photos that were stored and are not as they were: file, address or row.
        skipped: photos that were already stored, or had failed for good before.
        failed: photos that could not be ingested.
        reasons: how many failed, by reason.
        cached: vectors taken from the store instead of the encoder.
        duplicates: inserted photos noted as near-duplicates.
        seconds: since the start.
    """

    total: int | None = None
    seen: int = 0
    downloaded: int = 0
    encoded: int = 0
    inserted: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    cached: int = 0
    duplicates: int = 0
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """How many photos have an outcome."""
        return self.inserted + self.updated + self.skipped + self.failed

    @property
    def work(self) -> float:
        """How many photos' work is done: each third of it counts once fetched, encoded, stored.

        Photos are stored in batches, so their outcomes alone would stand still for long.
        """
        settled = 3 * (self.skipped + self.failed) + self.inserted + self.updated
        # Rows and vectors that a source holds already are neither fetched nor encoded.
        done = max(self.done, (settled + self.downloaded + self.encoded + self.cached) / 3)
        return done if self.total is None else min(float(self.total), done)

    @property
    def fraction(self) -> float | None:
        """How much of the source's work is done, 0 to 1; None where its size is not known."""
        return self.work / self.total if self.total else None


@dataclass(frozen=True)
class Summary:
    """A finished ingest.

    Attributes:
        seen: photos with an outcome: inserted, updated, skipped or failed.
        updated: photos that were stored and are not as they were: file, address or row.
        doubled: those of `skipped` that a row before had named already.
        doubles: ids of some of these.
        removed: photos taken out because they are gone.
        images_per_second: photos inserted a second.
        reasons: how many failed, by reason.
        examples: addresses of some that failed, by reason.
        left_out: files of folders and tars that are no pictures, or not meant, by kind.
        failed_before: those of `skipped` that an earlier run had found to fail for good.
        interrupted: it was stopped; the next run continues.
        error: why it ended early, in one sentence, or None.
        busy: by stage, the share of the time that its workers worked.
        renamed: new photos that go by their source's name before their id, which another one has.
        renames: ids of some of these.
        returned: new photos that have the ids again that they were taken out under with answers.
        added: rows of further tables of the source that added something to a photo.
    """

    seen: int
    inserted: int
    updated: int
    skipped: int
    failed: int
    seconds: float
    images_per_second: float
    reasons: dict[str, int]
    examples: dict[str, list[str]]
    left_out: dict[str, int]
    failed_before: int
    cached: int
    duplicates: int
    doubled: int
    doubles: list[str]
    removed: int
    interrupted: bool
    error: str | None
    busy: dict[str, float]
    renamed: int = 0
    renames: list[str] = field(default_factory=list)
    returned: int = 0
    added: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        rounded = {
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.images_per_second, 2),
            "busy": {stage: round(share, 3) for stage, share in self.busy.items()},
        }
        return {**self.__dict__, **rounded}


class Tally:
    """Counts from many threads, and the time each stage was at work."""

    def __init__(self, total: int | None = None) -> None:
        self._guard = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}
        self._doubles: list[str] = []
        self._renames: list[str] = []
        self._left_out: Counter[str] = Counter()
        self._busy: Counter[str] = Counter()
        self._workers: dict[str, int] = {}
        self._started = time.monotonic()
        self.total = total

    def add(self, name: str, n: int = 1) -> None:
        """Count something of `Progress`, or of the summary alone."""
        with self._guard:
            self._counts[name] += n

    def tell_again(self, n: int) -> None:
        """Take off rows of photos of which another source told before: they are no further ones."""
        with self._guard:
            self._counts["seen"] -= n
            if self.total is not None:
                self.total = max(self.total - n, self._counts["seen"])

    def fail(self, reason: str, name: str = "") -> None:
        """Count a photo that failed; the first few names of each reason are kept."""
        with self._guard:
            self._counts["failed"] += 1
            self._reasons[reason] += 1
            examples = self._examples.setdefault(reason, [])
            if name and len(examples) < EXAMPLES:
                examples.append(name)

    def double(self, photo_id: str) -> None:
        """Count a row of a photo that another row named before."""
        with self._guard:
            self._counts["doubled"] += 1
            if len(self._doubles) < EXAMPLES:
                self._doubles.append(photo_id)

    def rename(self, photo_id: str) -> None:
        """Count a new photo whose id was another photo's; it has this one."""
        with self._guard:
            self._counts["renamed"] += 1
            if len(self._renames) < EXAMPLES:
                self._renames.append(photo_id)

    def leave_out(self, kind: str) -> None:
        """Count a file that the source leaves out."""
        with self._guard:
            self._left_out[clean(kind)] += 1

    def staff(self, stage: str, workers: int) -> None:
        """Say how many threads a stage has."""
        self._workers[stage] = workers

    @contextmanager
    def busy(self, stage: str) -> Iterator[None]:
        """Count the time inside the block as work of the stage."""
        started = time.monotonic()
        try:
            yield
        finally:
            with self._guard:
                self._busy[stage] += time.monotonic() - started  # type: ignore[assignment]

    def progress(self) -> Progress:
        """Return the counts so far."""
        with self._guard:
            counts = {k: v for k, v in self._counts.items() if k not in NOT_SHOWN}
            reasons = dict(self._reasons.most_common())
        seconds = time.monotonic() - self._started
        return Progress(self.total, **counts, reasons=reasons, seconds=seconds)

    def summary(self, *, interrupted: bool, error: str | None) -> Summary:
        """Return the counts of a finished run."""
        done = self.progress()
        return Summary(
            seen=done.done,
            inserted=done.inserted,
            updated=done.updated,
            skipped=done.skipped,
            failed=done.failed,
            seconds=done.seconds,
            images_per_second=done.inserted / done.seconds if done.seconds else 0.0,
            reasons=done.reasons,
            examples={reason: list(names) for reason, names in self._examples.items() if names},
            left_out=dict(self._left_out.most_common()),
            failed_before=self._counts["failed_before"],
            cached=done.cached,
            duplicates=done.duplicates,
            doubled=self._counts["doubled"],
            doubles=list(self._doubles),
            removed=self._counts["removed"],
            interrupted=interrupted,
            error=error and clean(error),
            busy={
                stage: self._busy[stage] / (done.seconds * workers) if done.seconds else 0.0
                for stage, workers in self._workers.items()
            },
            renamed=self._counts["renamed"],
            renames=list(self._renames),
            returned=self._counts["returned"],
            added=self._counts["added"],
        )


ProgressCallback = Callable[[Progress], None]
