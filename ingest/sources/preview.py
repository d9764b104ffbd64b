"""What a source would be read as, before anything starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingest.photo import Photo
from ingest.sources.source import Source
from ingest.sources.tables import Table

SHOWN = 5


@dataclass(frozen=True)
class Preview:
    """What was chosen of a source, in one line, and its first photos.

    Attributes:
        choices: which column means what, and what was guessed of the file; empty for a folder.
        columns: of the table, to choose others from; empty for a folder.
        photos: the first five.
    """

    choices: str
    columns: list[str]
    photos: list[Photo]


def preview(
    source: str | Path, table: Table | None = None, *, exclude: Sequence[str] = ()
) -> Preview:
    """Read the start of a source; nothing is fetched, encoded or stored.

    Raises:
        SourceError: it is missing, of no known kind, or lacks a needed column.
        DamagedSource: it breaks off before its fifth photo.
    """
    found = Source(source, table, exclude=exclude)
    choices, columns = found.choices()
    return Preview(choices, columns, list(islice(found, SHOWN)))
