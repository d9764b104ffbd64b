"""Vectors that exist already: stored as they are, without a model and without a picture.

Read column by column, because a million rows must not cost a Python object each: clip-retrieval's
and img2dataset's layout (`img_emb/*.npy` beside `metadata/*.parquet`), a vector column of a
Parquet, Arrow, Lance or JSON table, and .npz files with vectors and ids.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commandline.words import count_things, name_some
from ingest.embed.layout import Layout, Plan
from ingest.errors import DamagedSource, NamesNoPictures, SourceError
from ingest.marks import mark_rows
from ingest.photo import Photo
from ingest.sources.addresses import Locator
from ingest.sources.arrow_rows import is_lance
from ingest.sources.names import usual
from ingest.sources.place import is_far
from ingest.sources.rows import tell_apart
from ingest.sources.shards import list_files
from ingest.sources.tables import Table, read_partitions
from ingest.vector_faults import check_ids, check_vectors
from ingest.vector_files import ROWS, is_columnar, lay_bare, open_numbers, read_batches
from ingest.vector_rows import RowShaper
from ingest.written_vectors import gather_vectors, has_vectors

# Names of vectors of something else than the picture.
OF_TEXT = re.compile(
    r"(^|[_.])(text|txt|caption|title|prompt|description|query|sentence)s?([_.]|$)"
)
PICTURES = "none"  # no column: what holds vectors, too, is read for its pictures
SHORTEST = 16  # numbers; shorter lists are boxes and colours
IMAGES, TABLES = "img_emb", "metadata"
Refuse = Callable[[Photo, str], None]


@dataclass(frozen=True)
class VectorSource:
    """Files that hold vectors: pairs of a table and where its vectors are.

    Attributes:
        parts: (table or None, file of vectors or None) each.
        column: the column that holds vectors, where they lie in the tables.
        dim: numbers in a vector.
        base: the folder that relative paths start from.
        plan: what `ingest.embed` noted of them, where it made them.
        table: how what is told of the photos is read, and which rows are taken.
        left_out: tables among them without such vectors.
    """

    parts: tuple[tuple[Path | None, Path | None], ...]
    column: str | None
    dim: int
    base: Path
    plan: Plan | None = None
    table: Table = field(default_factory=Table)
    left_out: tuple[Path, ...] = ()

    def describe(self) -> str:
        """Say in one line what was found.

        Raises:
            SourceError: a column asked for is not there.
            DamagedSource: the first file breaks off.
        """
        where = f"column {self.column}" if self.column else count_things(len(self.parts), "file")
        if self.plan and self.plan.parts != len(self.parts):
            parts = count_things(self.plan.parts, "part")
            where = f"{len(self.parts)} of {parts}, the others are not made yet"
        first = next(self._batches(), None)
        choices = [] if first is None else self._shaper(first[3]).choices()
        left = name_some([file.name for file in self.left_out], 2)
        without = [f"without {left}"] if left else []
        told = ", ".join([where, f"{self.dim} numbers each", *choices, *without])
        return f"vectors: {told}; no picture is read"

    def batches(
        self, limit: int | None = None, refuse: Refuse = lambda photo, reason: None
    ) -> Iterator[pa.Table]:
        """Yield tables for `VectorImport`, some 20,000 rows each.

        Args:
            limit: rows at most.
            refuse: takes each photo whose vector or id cannot be stored, with the reason.

        Raises:
            DamagedSource: a file breaks off, or vectors and rows differ in number.
            SourceError: a column asked for is not there.
        """
        shaper, left = None, limit
        for name, part, number, told, column in self._batches():
            if shaper is None or shaper.schema != told.schema:
                shaper = self._shaper(told)
            chosen = shaper.choose(told, len(column))[:left]
            left = None if left is None else left - len(chosen)
            if len(chosen) < len(column):
                told, column = told.take(chosen), column.take(chosen)
            rows = shaper.shape(told, [f"{part}row-{at}" for at in chosen + number])
            if "named_by" not in rows.column_names:
                rows = rows.append_column("named_by", pa.array([name] * len(rows)))
            yield self._check(rows, told, column, refuse)
            if left == 0:
                return

    def _check(
        self, rows: pa.Table, told: pa.Table, column: pa.ChunkedArray, refuse: Refuse
    ) -> pa.Table:
        """Return the rows that can be stored, with their vectors and marks."""
        vectors, reasons = check_vectors(column, self.dim)
        reasons |= check_ids(rows.column("id"))
        for at, reason in sorted(reasons.items()):
            refuse(Photo(rows["id"][at].as_py(), rows["url"][at].as_py()), reason)
        rows = rows.append_column("vector", vectors)
        if reasons:
            good = np.setdiff1d(np.arange(len(rows)), list(reasons))
            rows, told = rows.take(good), told.take(good)
        marks = mark_rows(told, rows.column("vector"), self.table.named())
        return rows.append_column("mark", pa.array(marks))

    def _batches(self) -> Iterator[tuple[str, str, int, pa.Table, pa.ChunkedArray]]:
        """Yield what names a batch's photos, its part, its first row's number, rows and vectors.

        Of several parts each numbers its rows, so that another one changes no number.
        """
        files = [file for part in self.parts if (file := part[1] or part[0])]
        root = os.path.commonpath([file.parent for file in files])
        for (table, vectors), file in zip(self.parts, files, strict=True):
            name = file.relative_to(root).with_suffix("").as_posix()
            part, number = f"{name}/" if len(files) > 1 else "", 0
            for batch in self._read(table, vectors):
                column = self.column or ""
                batch = lay_bare(batch, column)
                told = batch.drop_columns([column])
                for key, value in read_partitions(file, told.column_names).items():
                    told = told.append_column(key, pa.repeat(value, told.num_rows))
                yield self._name(table, vectors), part, number, told, batch.column(column)
                number += batch.num_rows

    def _shaper(self, told: pa.Table) -> RowShaper:
        return RowShaper(told, self.table, Locator(self.base))

    def _name(self, table: Path | None, vectors: Path | None) -> str:
        """Return what names the photos of a part: all parts of a layout are one."""
        file = vectors or table
        assert file is not None
        is_layout = vectors is not None and vectors.parent != self.base
        return str((self.base if is_layout else file).absolute())

    def _read(self, table: Path | None, vectors: Path | None) -> Iterator[pa.Table]:
        if vectors is None:
            assert table is not None
            yield from map(gather_vectors, read_batches(table))
            return
        numbers, told = open_numbers(vectors)
        if not len(numbers):
            return  # a part without photos
        # What is told of the photos is small beside their vectors, which are mapped.
        rows = pa.table({n: pa.array(held) for n, held in told.items()}) if table is None else None
        rows = pa.concat_tables(read_batches(table)) if table is not None else rows
        if rows is not None:  # "" is the column of vectors
            names = tell_apart(["", *rows.column_names])[1:]
            # Arrow drops what a part of `ingest.embed` says of its own columns.
            rows = rows.rename_columns(names).replace_schema_metadata(rows.schema.metadata)
        if rows is not None and rows.num_columns and rows.num_rows != len(numbers):
            raise DamagedSource(
                f"{vectors} has {count_things(len(numbers), 'vector')} and its table "
                f"{count_things(rows.num_rows, 'row')}: run its part again."
            )
        for start in range(0, len(numbers), ROWS):
            part = np.asarray(numbers[start : start + ROWS], np.float32)
            column = pa.FixedSizeListArray.from_arrays(pa.array(part.ravel()), part.shape[1])
            if rows is None or not rows.num_columns:
                yield pa.table({"": column})
            else:
                yield rows.slice(start, ROWS).append_column("", column)


def find_vectors(
    path: Path, column: str | None = None, table: Table | None = None
) -> VectorSource | None:
    """Find the vectors of a source, None where it holds none.

    Args:
        path: a file or a folder.
        column: the column of vectors; guessed by its name and content by default, PICTURES where
            it must not be.
        table: how what is told of the photos is read.

    Raises:
        SourceError: the column is not there, or files of vectors and tables do not go together.
    """
    if column == PICTURES:
        return None
    is_here = isinstance(path, Path) and os.path.exists(path)  # what cannot be looked at is not
    found = _find(path, column, table or Table()) if is_here else None
    is_other = is_here or is_far(path) or str(path) == "-"
    if column is not None and is_other and (found is None or found.column is None):
        raise SourceError(
            f"{path} has no column of vectors named {column!r}; such columns are read from "
            "Parquet, Arrow, Lance, JSON, CSV and TSV tables on this machine: make it one, or "
            "leave --vector-column out."
        )
    return found and replace(found, table=table or Table())


def _find(path: Path, column: str | None, table: Table) -> VectorSource | None:
    if path.is_dir() and not is_lance(path):
        return _find_folder(path, column, table)
    if path.suffix.lower() in {".npz", ".npy"}:
        folder = path.absolute().parent.parent
        if path.absolute().parent.name == IMAGES and (folder / TABLES).is_dir():
            raise SourceError(f"{path} is a part of {folder}, whose tables tell of it: give that.")
        numbers, _ = open_numbers(path)
        beside = path.with_suffix(".parquet")
        told = beside if path.suffix.lower() == ".npy" and beside.is_file() else None
        return VectorSource(((told, path),), None, numbers.shape[1], path.parent)
    return _find_column(path, column)


def _find_column(path: Path, column: str | None) -> VectorSource | None:
    if not is_columnar(path):
        return None
    try:
        batch = next(map(gather_vectors, read_batches(path, 64)), None)
    except DamagedSource:
        if column is None:
            return None  # a table whose rows differ, or is damaged: its own reader says so
        raise
    if batch is None or not batch.num_rows:
        return None
    found = _vector_column(batch, column, path)
    if found is None:
        return None
    dim = _lengths(lay_bare(batch, found).column(found))
    return VectorSource(((path, None),), found, dim, path.parent)


def _find_folder(path: Path, column: str | None, table: Table) -> VectorSource | None:
    numbers = sorted((path / IMAGES).glob("*.npy"))
    if not numbers:
        return _find_in_tables(path, column, table)
    tables = sorted((path / TABLES).glob("*.parquet"))
    pairs = _pair(numbers, tables)
    dims = {open_numbers(file)[0].shape[1] for file in numbers}
    if len(dims) > 1:
        raise SourceError(
            f"The vectors in {path / IMAGES} have {' and '.join(map(str, sorted(dims)))} numbers: "
            "they come from different encoders. Import the parts of each into a table of its own."
        )
    return VectorSource(tuple(pairs), None, dims.pop(), path, Layout(path).plan())


def _find_in_tables(path: Path, column: str | None, table: Table) -> VectorSource | None:
    """Find the vectors in all tables of a folder.

    Without a column's name only where they name no pictures, which go before.
    """
    tables = sorted(path.glob("*.parquet")) if column else []
    tables = tables or list_files(path, table)
    columnar = list(filter(is_columnar, tables))
    if column is None and _names_pictures(columnar[:1], table):
        return None
    full = list(filter(_has_rows, columnar))
    found = [each for file in full if (each := _find_column(file, column))]
    parts = [part for each in found if each.column == found[0].column for part in each.parts]
    files = [file for file, _ in parts if file]
    others = [
        file for file in tables if file not in files and (file in full or file not in columnar)
    ]
    if not found or (column is None and _names_pictures(others, table)):
        return None
    base = Path(os.path.commonpath([file.parent for file in files]))
    return replace(found[0], parts=tuple(parts), base=base, left_out=tuple(others))


def _has_rows(table: Path) -> bool:
    """Tell whether a table has rows; of a damaged one of texts its own reader has to tell."""
    try:
        return bool(next(read_batches(table, 1), ()))
    except DamagedSource:
        if has_vectors(table):
            return False
        raise


def _names_pictures(tables: Sequence[Path], table: Table) -> bool:
    """Tell whether a table with rows names pictures, or its own reader has to tell of one."""
    for file in tables:
        try:
            with replace(table, where=()).open(file) as (rows, _):
                if rows.sample:
                    return True
        except NamesNoPictures:
            continue
        except (SourceError, DamagedSource):
            return True
    return False


def _pair(numbers: Sequence[Path], tables: Sequence[Path]) -> list[tuple[Path | None, Path | None]]:
    by_number = {table.stem.rpartition("_")[2]: table for table in tables}
    pairs: list[tuple[Path | None, Path | None]] = []
    for file in numbers:
        table = by_number.get(file.stem.rpartition("_")[2])
        if table is None and tables:
            raise SourceError(f"{file} has no table of its number beside it: run its part again.")
        pairs.append((table, file))
    return pairs


def _vector_column(batch: pa.Table, asked: str | None, path: Path) -> str | None:
    held = list(_columns_within(batch))
    columns = dict(held)
    if asked is not None and asked not in columns:
        raise SourceError(
            f"{path} has no column {asked!r}; it has " + ", ".join(list(columns)[:12]) + "."
        )
    if len(columns) < len(held):
        if asked is None:
            return None  # the reader of tables tells them apart
        raise SourceError(f"{path} has two columns of one name: rename one.")
    lists = [name for name, column in columns.items() if _lengths(column)]
    if asked is not None:
        if asked not in lists:
            raise SourceError(
                f"The column {asked!r} of {path} holds no vectors: lists of numbers, of one length."
            )
        return asked
    named = [name for name in lists if any(word in usual(name) for word in ("emb", "vec", "feat"))]
    return min(named, key=lambda name: bool(OF_TEXT.search(usual(name))), default=None)


def _columns_within(batch: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Yield the columns with their names, those of structs as `outer.inner`."""
    for name, column in zip(batch.column_names, batch.columns, strict=True):
        if pa.types.is_struct(column.type):
            yield from _columns_within(pa.table({name: column}).flatten())
        else:
            yield name, column


def _lengths(column: pa.ChunkedArray) -> int:
    """Return how many numbers most lists of a column have, 0 where it holds no vectors."""
    kind = column.type
    nested = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if not (nested or pa.types.is_fixed_size_list(kind)):
        return 0
    number = pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)
    lengths = Counter(pc.list_value_length(column).drop_null().to_pylist())
    length, count = max(lengths.items(), key=itemgetter(1), default=(0, 0))
    return length if number and length >= SHORTEST and count * 2 > lengths.total() else 0
