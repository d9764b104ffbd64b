"""How an ingest goes about it."""

from dataclasses import dataclass, field
from pathlib import Path

from ingest.fetch import Patience
from ingest.manners import Manners
from ingest.sources import Table
from ingest.sources.where import condition

WORKERS = 32


@dataclass(frozen=True)
class Options:
    """How an ingest goes about it; everything has a good default.

    Attributes:
        limit: take only so many photos of the source.
        shuffle: take them in random order.
        where: conditions on the source's columns, such as "photo_width>=1000".
        id_column, url_column, caption_column, label_column: of a table; guessed by default.
        vector_column: which one holds vectors that exist already; guessed by default, "none" where
            the pictures are to be read.
        header: whether a table's first row names its columns; guessed by default.
        delimiter, encoding: of a table of text; guessed by default.
        exclude: patterns of names and paths that are left out of folders and tars.
        below: folders of this machine, the only ones that pictures are read from; links are
            followed before it is looked. None takes every file that a source names.
        failures: a file to write every failure into, CSV or JSON lines by its ending.
        megapixels: of a picture at most, JPEGs excepted that can be decoded smaller; by default
            PICTURE_MEGAPIXELS of the environment, or 200.
        prune: take out the photos whose files are gone from the folder.
        retry_failed: try again what failed for good.
        default_encoder: where none is named; a collection of pictures takes no vectors on its word.
        device: of the encoder; the best the machine has by default.
        batch_size: pictures encoded at once; what suits the device by default.
        workers: downloads at once.
        patience: timeouts, attempts and limits of downloads.
        manners: what downloads call themselves and respect.
    """

    limit: int | None = None
    shuffle: bool = False
    where: tuple[str, ...] = ()
    id_column: str | None = None
    url_column: str | None = None
    caption_column: str | None = None
    label_column: str | None = None
    vector_column: str | None = None
    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None
    exclude: tuple[str, ...] = ()
    below: tuple[Path, ...] | None = None
    failures: Path | None = None
    megapixels: float | None = None
    prune: bool = False
    retry_failed: bool = False
    default_encoder: str | None = None
    device: str | None = None
    batch_size: int | None = None
    workers: int = WORKERS
    patience: Patience = field(default_factory=Patience)
    manners: Manners = field(default_factory=Manners)

    @property
    def is_whole(self) -> bool:
        """Whether all of the source is taken."""
        return self.limit is None and not self.where

    def table(self) -> Table:
        """Return how tables are read.

        Raises:
            SourceError: a condition is not understood.
        """
        return Table(
            id_column=self.id_column,
            url_column=self.url_column,
            caption_column=self.caption_column,
            label_column=self.label_column,
            header=self.header,
            delimiter=self.delimiter,
            encoding=self.encoding,
            where=tuple(condition(text) for text in self.where),
        )
