"""What became of a file of labels, in numbers and in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from commandline.words import count_things, name_some

NAMED = 1_000  # rows of a kind that are listed; all are counted
SHOWN = 5  # rows of a kind that are named in a sentence


@dataclass
class Listed:
    """Rows of one kind: how many, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count a row, and name it while there are few."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(name)


@dataclass
class Imported:
    """What became of a file of labels.

    Attributes:
        rows: how many there were.
        concepts: for each concept its id, name, and how many yes, no and cleared it took in.
        unmatched: rows that name no photo of the collection.
        ambiguous: rows whose file name several photos have.
        contradictions: photos that one person is said to call two things; neither is taken in.
        unreadable: rows whose answer is neither yes nor no.
        notes: sentences on how the file was read.
    """

    rows: int = 0
    concepts: list[dict[str, Any]] = field(default_factory=list)
    unmatched: Listed = field(default_factory=Listed)
    ambiguous: Listed = field(default_factory=Listed)
    contradictions: Listed = field(default_factory=Listed)
    unreadable: Listed = field(default_factory=Listed)
    notes: list[str] = field(default_factory=list)


def describe_import(done: Imported, *, ids: bool = True) -> Iterator[str]:
    """Yield what became of a file of labels, a line each.

    Args:
        ids: name concepts by their ids, too, as commands take them.
    """
    for concept in done.concepts:
        new = ", a new concept" if concept["new"] else ""
        which = f" ({concept['id']}{new})" if ids else ""
        yield f"{concept['name']}{which}: {concept['yes']} yes, " + (
            f"{concept['no']} no, {concept['cleared']} cleared."
        )
    yield from done.notes
    yield from describe_left_out(done)


def describe_left_out(done: Imported) -> Iterator[str]:
    """Yield what could not be taken in, a sentence for each kind."""
    for listed, one, several, words in (
        (done.unmatched, "row names", "rows name", "no photo of the collection"),
        (done.ambiguous, "row names", "rows name", "several photos"),
        (done.contradictions, "photo is", "photos are", "said to be both, and left out"),
        (done.unreadable, "row holds", "rows hold", "neither yes nor no"),
    ):
        if listed.count:
            some = name_some(listed.first, SHOWN)
            yield f"{count_things(listed.count, one, several)} {words}: {some}."
