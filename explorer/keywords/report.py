"""What became of the sidecars that keywords were written to, and of those they were taken from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from commandline.words import count_things
from explorer.keywords.packet import Keyword

NAMED = 100
SHOWN = 3


@dataclass
class Refusals:
    """Sidecars that were left as they are: how many, and the first of them with why."""

    refused: int = 0
    first: list[str] = field(default_factory=list)

    def refuse(self, path: Path, reason: str) -> None:
        """Count a sidecar that was left as it is."""
        self.refused += 1
        if len(self.first) < NAMED:
            self.first.append(f"{path}: {reason}".encode(errors="replace").decode())


@dataclass
class Written(Refusals):
    """What became of the photos that are a yes.

    Attributes:
        keyword: what was written.
        photos: how many are a yes.
        written, already: how many sidecars got the keyword, or had it.
        elsewhere: photos that are no files of this machine.
    """

    keyword: Keyword = field(default_factory=lambda: Keyword("", ""))
    photos: int = 0
    written: int = 0
    already: int = 0
    elsewhere: int = 0


@dataclass
class Undone(Refusals):
    """What was taken back.

    Attributes:
        restored: sidecars that are as they were before.
        edited: sidecars that were changed since, and lost the keyword alone.
        gone: sidecars that are not there any more.
    """

    restored: int = 0
    edited: int = 0
    gone: int = 0


def describe_written(done: Written) -> Iterator[str]:
    """Yield what became of the photos, a line each."""
    yield (
        f"{done.keyword.word!r} was written beside {done.written:,} of "
        f"{count_things(done.photos, 'photo')}; {done.already:,} had it already."
    )
    if done.elsewhere:
        no_files = count_things(done.elsewhere, "photo is no file", "photos are no files")
        yield f"{no_files} of this machine."
    yield from _describe_refused(done)


def describe_undone(done: Undone) -> Iterator[str]:
    """Yield what was taken back, a line each."""
    restored = count_things(done.restored, "sidecar is as it was", "sidecars are as they were")
    edited = count_things(done.edited, "that was", "that were")
    gone = count_things(done.gone, "is gone", "are gone")
    yield f"{restored} before; from {edited} changed since, the keyword alone was taken; {gone}."
    yield from _describe_refused(done)


def _describe_refused(done: Refusals) -> Iterator[str]:
    if done.refused:
        more = " and others" if done.refused > SHOWN else ""
        named = ", ".join(done.first[:SHOWN]) + more
        refused = count_things(
            done.refused, "sidecar was left as it is", "sidecars were left as they are"
        )
        yield f"{refused}: {named}."
