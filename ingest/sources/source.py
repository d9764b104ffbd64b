"""Find out what a source is, and read its photos as a stream."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.errors import SourceError
from ingest.photo import Photo, address_of, id_of_path
from ingest.sources.folders import PictureFolder, count_pictures
from ingest.sources.kinds import begins_as_picture, has_picture_ending, is_tar
from ingest.sources.left_out import Exclusion, LeaveOut, keep_silent
from ingest.sources.shards import list_files
from ingest.sources.stream import each
from ingest.sources.tables import PARQUET, Table, addresses
from ingest.sources.text import GZIP, ZIP, is_table, magic, text_lines
from ingest.sources.webdataset import Shard


class Source:
    """The photos of a file or a folder, read as a stream again at each iteration.

    Args:
        path: CSV, TSV or Parquet (shards of one table: the first is enough), a text file of
            addresses, a webdataset tar, or a folder of pictures or of such files.
        table: how tables are read.
        exclude: patterns of names and paths that are left out of folders and tars.
        leave_out: takes the kind of each file in them that is left out.

    Raises:
        SourceError: it is missing, or of no known kind.
    """

    def __init__(
        self,
        path: str | Path,
        table: Table | None = None,
        *,
        exclude: Sequence[str] = (),
        leave_out: LeaveOut = keep_silent,
    ) -> None:
        self._path = Path(path)
        self._table = table or Table()
        self._exclude = exclude
        self._leave_out = leave_out
        if not self._path.exists():
            raise SourceError(
                f"{self._path} does not exist: give a TSV, CSV, Parquet or tar file, a text file "
                "of addresses, or a folder of pictures."
            )
        self._files = list_files(self._path)

    def __iter__(self) -> Iterator[Photo]:
        """Yield the photos in the source's order.

        Raises:
            SourceError: a file is of no known kind, or lacks a needed column.
            DamagedSource: a file breaks off.
        """
        if not self._files:
            yield from PictureFolder(self._path, self._exclude, self._leave_out)
        yield from each(self._read(file) for file in self._files)

    def _read(self, path: Path) -> Iterator[Photo]:
        start = magic(path)
        if start.startswith(PARQUET):
            yield from self._table.parquet(path)
        elif is_tar(path.name):
            yield from Shard(path, Exclusion(self._exclude), self._leave_out)
        elif is_table(path.name):
            yield from self._table.delimited(path)
        elif has_picture_ending(path.name):
            yield _picture(path)
        elif path.suffix.lower() in {".txt", ".list", ".lst"}:
            with text_lines(path) as lines:
                yield from addresses(lines)
        elif start.startswith((GZIP, ZIP)) or _is_text(start):
            yield from self._table.delimited(path)
        elif begins_as_picture(start):
            yield _picture(path)
        else:
            raise SourceError(
                f"{path} is of no known kind: give a TSV, CSV, Parquet or tar file, a text file of "
                "addresses, or a folder of pictures."
            )

    def total(self) -> int | None:
        """Estimate how many photos there are; None where only reading would tell."""
        if not self._files:
            return count_pictures(self._path, self._exclude)
        counts = [_count(path) for path in self._files]
        return None if None in counts else sum(count or 0 for count in counts)


def _picture(path: Path) -> Photo:
    within = str(path.parent.absolute())
    return Photo(id_of_path(path.name), address_of(path), within=within)


def _is_text(start: bytes) -> bool:
    return bool(start) and not any(byte < 9 or 13 < byte < 32 for byte in start)


def _count(path: Path) -> int | None:
    start = magic(path)
    if start.startswith(PARQUET):
        import pyarrow.parquet as pq

        try:
            return int(pq.read_metadata(path).num_rows)
        except (OSError, ValueError):
            return None
    if start.startswith((GZIP, ZIP)) or is_tar(path.name):
        return None
    if has_picture_ending(path.name):
        return 1
    header = 0 if path.suffix.lower() in {".txt", ".list", ".lst"} else 1
    with path.open("rb") as file:
        return max(
            0, sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - header
        )
