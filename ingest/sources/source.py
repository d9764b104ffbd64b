"""Find out what a source is, and read its photos as a stream."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ingest.errors import NamesNoPictures, SourceError
from ingest.photo import Photo, address_of, id_of_path
from ingest.sources.arrow_rows import ARROW, PARQUET, STREAM, is_lance
from ingest.sources.far_folders import FarFolder
from ingest.sources.folders import PictureFolder, count_pictures
from ingest.sources.kinds import begins_as_picture, has_picture_ending, is_tar
from ingest.sources.left_out import Exclusion, LeaveOut, ending_kind, keep_silent
from ingest.sources.place import exists, find_place, is_far, unreadable
from ingest.sources.shards import find_pages, list_files
from ingest.sources.stream import each
from ingest.sources.tables import LISTS, Table, count_rows
from ingest.sources.text import GZIP, ZIP, is_table, is_text, magic, reason_of, refuse_others
from ingest.sources.webdataset import Shard
from ingest.sources.where import check_columns, choose

TABLES = (PARQUET, ARROW, STREAM, GZIP, ZIP, b"\xff\xfe", b"\xfe\xff")


class Source:
    """The photos of a file or a folder, read as a stream again at each iteration.

    Args:
        path: CSV, TSV, JSON, Parquet, Arrow or Lance (shards of one table: the first is enough), a
            text file of addresses, a webdataset tar, or a folder of pictures or of such files; also
            far away (see `find_place`). `-` reads a list of addresses from standard input.
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
        self._path = find_place(path)
        self._table = table or Table()
        self._exclude = exclude
        self._leave_out = leave_out
        try:
            self._files, self._excluded = self._exclude_files(self._find())
            self._pages = find_pages(self._files, self._table)
            self._files = [file for file in self._files if file not in self._pages]
        except SourceError:
            raise
        except Exception as error:  # each of fsspec's packages has its own
            if is_far(str(self._path)):
                raise unreadable(str(path), error) from error
            if not isinstance(error, OSError):
                raise
            raise SourceError(f"{path} cannot be read: {reason_of(error)}.") from error

    def _find(self) -> list[Path]:
        if _is_input(self._path):
            return [self._path]
        if not exists(self._path):
            if is_far(str(self._path)):
                raise SourceError(
                    f"{self._path} does not exist or may not be read: check the address and your "
                    "access to it."
                )
            raise SourceError(
                f"{self._path} does not exist: give a CSV, TSV, JSON, Parquet or tar file, a text "
                "file of addresses, or a folder of pictures."
            )
        return [self._path] if is_lance(self._path) else list_files(self._path, self._table)

    def _exclude_files(self, files: list[Path]) -> tuple[list[Path], list[Path]]:
        """Return the files of a folder that are read, and those that are left out."""
        exclusion = Exclusion(self._exclude)
        inside = [file for file in files if self._path in file.parents]
        excluded = [
            file
            for file in inside
            if exclusion.matches_within(os.path.relpath(str(file), str(self._path)))
        ]
        return [file for file in files if file not in excluded], excluded

    def __iter__(self) -> Iterator[Photo]:
        """Yield the photos in the source's order.

        Raises:
            SourceError: a file is of no known kind, or lacks a needed column, or an option is for
                tables, and there is none.
            DamagedSource: a file breaks off.
        """
        seen: set[str] = set()
        is_any = False
        for photo in self._photos(seen):
            is_any |= not photo.broken
            yield photo
        if seen and not is_any:
            check_columns(self._table.where, sorted(seen), is_folder=not self._files)

    def _photos(self, seen: set[str]) -> Iterator[Photo]:
        if all(is_tar(file.name) or not _is_table(file) for file in self._files):
            self._table.refuse_options(self._path)
        if not self._files:
            kind = FarFolder if is_far(str(self._path)) else PictureFolder
            folder = kind(self._path, self._exclude, self._leave_out)
            yield from choose(self._table.where, folder, seen)
        for _ in self._excluded if self._files else ():  # else counted with the folder's
            self._leave_out("excluded")
        for file in self._pages:
            self._leave_out(f"{ending_kind(file.name)} without pictures")
        refused: list[NamesNoPictures] = []
        yield from each(self._read_one(file, seen, refused) for file in self._files)
        if refused and len(refused) == len(self._files):
            raise refused[0]

    def _read_one(
        self, path: Path, seen: set[str], refused: list[NamesNoPictures]
    ) -> Iterator[Photo]:
        """Read a file; where it is a table that names no pictures, keep what is wrong with it."""
        try:
            yield from self._read(path, seen)
        except NamesNoPictures as error:
            refused.append(error)
            self._leave_out(f"{ending_kind(path.name)} without pictures")

    def _read(self, path: Path, seen: set[str]) -> Iterator[Photo]:
        if is_tar(path.name):
            shard = Shard(path, Exclusion(self._exclude), self._leave_out)
            yield from choose(self._table.where, shard, seen)
        elif _is_table(path):
            yield from self._table.photos(path, self._leave_out)
        elif has_picture_ending(path.name) or begins_as_picture(magic(path)):
            yield from choose(self._table.where, [_picture(path)], seen)
        else:
            refuse_others(path, magic(path))
            raise SourceError(
                f"{path} is of no known kind: give a CSV, TSV, JSON, Parquet or tar file, a text "
                "file of addresses, or a folder of pictures."
            )

    def choices(self) -> tuple[str, list[str]]:
        """Say in one line how a table is read, and name its columns; both are empty otherwise.

        Raises:
            SourceError: the table lacks a needed column.
        """
        path = next(iter(self._files), None)
        if path is None or _is_input(path) or is_tar(path.name) or not _is_table(path):
            return "", []
        for file in self._files:
            with suppress(NamesNoPictures):
                return ("", []) if is_tar(file.name) else self._table.choices(file)
        return self._table.choices(path)

    def total(self) -> int | None:
        """Estimate how many photos there are; None where only reading would tell."""
        if not self._files and is_far(str(self._path)):
            return None
        if not self._files:
            return count_pictures(self._path, self._exclude)
        counts = [_count(path) for path in self._files]
        return None if None in counts else sum(count or 0 for count in counts)


def _picture(path: Path) -> Photo:
    within = str(path.parent.absolute())
    return Photo(id_of_path(path.name), address_of(path), within=within)


def _is_input(path: Path) -> bool:
    """Whether it is standard input, which names photos one a line."""
    return str(path) == "-"


def _is_table(path: Path) -> bool:
    if _is_input(path) or is_lance(path) or is_table(path.name):
        return True
    if has_picture_ending(path.name):
        return False
    start = magic(path)
    return start.startswith(TABLES) or is_text(start) or path.suffix.lower() in {*LISTS, ".json"}


def _count(path: Path) -> int | None:
    if _is_input(path) or is_far(str(path)) or is_tar(path.name):
        return None
    return count_rows(path) if _is_table(path) else 1
