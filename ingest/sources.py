"""Find out what a source is, and read its photos as a stream."""

import random
import re
import tarfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from ingest.errors import SourceError
from ingest.folders import folder, is_picture, picture_paths, tar
from ingest.photo import Photo
from ingest.tables import PARQUET, Table, addresses
from ingest.text import GZIP, ZIP, is_table, magic, text_lines

SHARD = re.compile(r"(.+\.[ct]sv)(\d{3})(\.gz|\.zip)?", re.IGNORECASE)
SHUFFLED = 50_000  # photos shuffled at once; of those that carry their own bytes fewer
SHUFFLED_BYTES = 256 << 20


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
        self._files = _files(self._path)

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


def shuffled(photos: Iterable[Photo], seed: int = 0) -> Iterator[Photo]:
    """Shuffle a stream in memory that stays bounded: 50,000 photos, or 256 MiB, at a time."""
    chance = random.Random(seed)
    held: list[Photo] = []
    size = 0
    for photo in photos:
        held.append(photo)
        size += len(photo.payload or b"")
        if len(held) >= SHUFFLED or size > SHUFFLED_BYTES:
            at = chance.randrange(len(held))
            held[at], held[-1] = held[-1], held[at]
            chosen = held.pop()
            size -= len(chosen.payload or b"")
            yield chosen
    chance.shuffle(held)
    yield from held


def first(photos: Iterable[Photo], limit: int | None) -> Iterator[Photo]:
    """Yield the first photos of a stream, or all of them."""
    return islice(photos, limit)


def _files(path: Path) -> list[Path]:
    """Return the files of a source; none where it is a folder of pictures."""
    if path.is_dir():
        found = sorted(
            p
            for p in path.iterdir()
            if p.suffix.lower() in {".parquet", ".tar"} or is_table(p.name)
        )
        shards = [p for p in found if SHARD.fullmatch(p.name)]
        return [] if next(picture_paths(path), None) else _photos_only(shards) or found
    shard = SHARD.fullmatch(path.name)
    if shard and shard[2] == "000":
        same = re.compile(re.escape(shard[1]) + r"\d{3}" + re.escape(shard[3] or ""))
        return sorted(p for p in path.parent.iterdir() if same.fullmatch(p.name))
    return [path]


def _photos_only(shards: list[Path]) -> list[Path]:
    # Unsplash's folder also holds keywords, colors, collections and conversions.
    return [path for path in shards if path.name.lower().startswith("photos.")] or shards


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
