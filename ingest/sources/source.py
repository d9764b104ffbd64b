"""Find out what a source is, and read its photos as a stream."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import SourceError
from ingest.photo import Photo
from ingest.sources.folders import folder, is_picture, picture_paths
from ingest.sources.shards import list_files
from ingest.sources.tables import PARQUET, Table, addresses
from ingest.sources.text import GZIP, ZIP, is_table, magic, text_lines
from ingest.sources.webdataset import tar


class Source:
    """The photos of a file or a folder, read as a stream again at each iteration.

    Args:
        path: CSV, TSV or Parquet (shards of one table: the first is enough), a text file of
            addresses, a webdataset tar, or a folder of pictures or of such files.
        table: how tables are read.

    Raises:
        SourceError: it is missing, or of no known kind.
    """

    def __init__(self, path: str | Path, table: Table | None = None) -> None:
        self._path = Path(path)
        self._table = table or Table()
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
            yield from folder(self._path)
        for file in self._files:
            yield from self._read(file)

    def _read(self, path: Path) -> Iterator[Photo]:
        start = magic(path)
        if start.startswith(PARQUET):
            yield from self._table.parquet(path)
        elif _is_tar(path):
            yield from tar(path)
        elif is_table(path.name):
            yield from self._table.delimited(path)
        elif is_picture(path.name):
            yield Photo(path.name, str(path))
        elif path.suffix.lower() in {".txt", ".list", ".lst"}:
            with text_lines(path) as lines:
                yield from addresses(lines)
        elif start.startswith((GZIP, ZIP)) or _is_text(start):
            yield from self._table.delimited(path)
        else:
            raise SourceError(
                f"{path} is of no known kind: give a TSV, CSV, Parquet or tar file, a text file of "
                "addresses, or a folder of pictures."
            )

    def total(self) -> int | None:
        """Estimate how many photos there are; None where only reading would tell."""
        if not self._files:
            return sum(1 for _ in picture_paths(self._path))
        counts = [_count(path) for path in self._files]
        return None if None in counts else sum(count or 0 for count in counts)


def _is_tar(path: Path) -> bool:
    if not {".tar", ".tgz"} & {suffix.lower() for suffix in path.suffixes}:
        return False
    return path.stat().st_size == 0 or tarfile.is_tarfile(path)


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
    if start.startswith((GZIP, ZIP)) or _is_tar(path):
        return None
    if is_picture(path.name):
        return 1
    header = 0 if path.suffix.lower() in {".txt", ".list", ".lst"} else 1
    with path.open("rb") as file:
        return max(
            0, sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - header
        )
