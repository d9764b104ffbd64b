"""Vectors that exist already: stored as they are, without a model and without a picture.

Read column by column, because a million rows must not cost a Python object each: clip-retrieval's
and img2dataset's layout (`img_emb/*.npy` beside `metadata/*.parquet`), a vector column of a
Parquet, Arrow, Lance or JSON table, and .npz files with vectors and ids.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from ingest.embed.layout import Layout, Plan
from ingest.embed.rows import MARK, WHERE
from ingest.errors import DamagedSource, SourceError
from ingest.marks import mark_rows
from ingest.photo import address_of, id_of_path, short_id
from ingest.sources.addresses import Locator, is_web
from ingest.sources.arrow_rows import ARROW, PARQUET, STREAM, is_lance, open_lance
from ingest.sources.names import ADDRESSES, IDS, METADATA, is_known, usual
from ingest.sources.text import magic
from ingest.sources.values import READERS
from vecdb.photos import MAPS
from vecdb.photos import METADATA as STORED

ROWS = 20_000
SHORTEST = 16  # numbers; shorter lists are boxes and colours
NAMES = ("embedding", "embeddings", "vector", "vectors", "img_emb", "image_embedding", "clip")
IMAGES, TABLES = "img_emb", "metadata"
JSON_LINES = {".jsonl", ".ndjson"}


@dataclass(frozen=True)
class VectorSource:
    """Files that hold vectors: pairs of a table and where its vectors are.

    Attributes:
        parts: (table or None, file of vectors or None) each.
        column: the column that holds vectors, where they lie in the tables.
        dim: numbers in a vector.
        base: the folder that relative paths start from.
        plan: what `ingest.embed` noted of them, where it made them.
    """

    parts: tuple[tuple[Path | None, Path | None], ...]
    column: str | None
    dim: int
    base: Path
    plan: Plan | None = None

    def describe(self) -> str:
        """Say in one line what was found."""
        where = f"column {self.column}" if self.column else f"{len(self.parts)} files"
        if self.plan and self.plan.parts != len(self.parts):
            where = f"{len(self.parts)} of {self.plan.parts} parts, the others are not made yet"
        return f"vectors: {where}, {self.dim} numbers each; no picture is read"

    def batches(self) -> Iterator[pa.Table]:
        """Yield tables for `VectorImport`, some 20,000 rows each.

        Raises:
            DamagedSource: a file breaks off, or vectors and rows differ in number.
        """
        locator = Locator(self.base)
        number = 0
        for table, vectors in self.parts:
            name = self._name(table, vectors)
            for batch in self._read(table, vectors):
                column = self.column or ""
                rows = _shape_rows(batch, column, locator, number)
                if "named_by" not in rows.column_names:
                    rows = rows.append_column("named_by", pa.array([name] * len(rows)))
                yield rows.append_column("mark", pa.array(mark_rows(batch, column)))
                number += batch.num_rows

    def _name(self, table: Path | None, vectors: Path | None) -> str:
        """Return what names the photos of a part: all parts of a layout are one."""
        file = vectors or table
        assert file is not None
        is_layout = vectors is not None and vectors.parent != self.base
        return str((self.base if is_layout else file).absolute())

    def _read(self, table: Path | None, vectors: Path | None) -> Iterator[pa.Table]:
        if vectors is None:
            assert table is not None
            yield from _table_batches(table)
            return
        numbers, told = _open_numbers(vectors)
        if not len(numbers):
            return  # a part without photos
        # What is told of the photos is small beside their vectors, which are mapped.
        rows = pa.table({n: pa.array(held) for n, held in told.items()}) if table is None else None
        rows = pa.concat_tables(_table_batches(table)) if table is not None else rows
        if rows is not None and rows.num_columns and rows.num_rows != len(numbers):
            raise DamagedSource(
                f"{vectors} has {len(numbers):,} vectors and its table {rows.num_rows:,} rows: "
                "run its part again."
            )
        for start in range(0, len(numbers), ROWS):
            part = np.asarray(numbers[start : start + ROWS], np.float32)
            column = pa.FixedSizeListArray.from_arrays(pa.array(part.ravel()), part.shape[1])
            if rows is None or not rows.num_columns:
                yield pa.table({"": column})
            else:
                yield rows.slice(start, ROWS).append_column("", column)


def find_vectors(path: Path, column: str | None = None) -> VectorSource | None:
    """Find the vectors of a source, None where it holds none.

    Args:
        path: a file or a folder.
        column: the column of vectors; guessed by its name and content by default.

    Raises:
        SourceError: the column is not there, or files of vectors and tables do not go together.
    """
    if not isinstance(path, Path) or not path.exists():
        return None
    if path.is_dir() and not is_lance(path):
        return _find_folder(path, column)
    if path.suffix.lower() in {".npz", ".npy"}:
        numbers, _ = _open_numbers(path)
        beside = path.with_suffix(".parquet")
        table = beside if path.suffix.lower() == ".npy" and beside.is_file() else None
        return VectorSource(((table, path),), None, numbers.shape[1], path.parent)
    if not _is_columnar(path):
        return None
    try:
        batch = next(_table_batches(path, 64), None)
    except DamagedSource:
        if column is None:
            return None  # a table whose rows differ, or is damaged: its own reader says so
        raise
    if batch is None or not batch.num_rows:
        return None
    found = _vector_column(batch, column, path)
    if found is None:
        return None
    return VectorSource(((path, None),), found, _lengths(batch.column(found)), path.parent)


def _find_folder(path: Path, column: str | None) -> VectorSource | None:
    numbers = sorted((path / IMAGES).glob("*.npy"))
    if not numbers:
        tables = sorted(path.glob("*.parquet")) if column else []
        found = [find_vectors(table, column) for table in tables]
        if not tables or any(each is None for each in found):
            return None
        first = found[0]
        assert first is not None
        return replace(first, parts=tuple((table, None) for table in tables))
    tables = sorted((path / TABLES).glob("*.parquet"))
    pairs = _pair(numbers, tables)
    dims = {_open_numbers(file)[0].shape[1] for file in numbers}
    if len(dims) > 1:
        raise SourceError(
            f"The vectors in {path / IMAGES} have {' and '.join(map(str, sorted(dims)))} numbers: "
            "they come from different encoders. Import the parts of each into a table of its own."
        )
    return VectorSource(tuple(pairs), None, dims.pop(), path, Layout(path).plan())


def _pair(numbers: Sequence[Path], tables: Sequence[Path]) -> list[tuple[Path | None, Path | None]]:
    by_number = {table.stem.rpartition("_")[2]: table for table in tables}
    pairs: list[tuple[Path | None, Path | None]] = []
    for file in numbers:
        table = by_number.get(file.stem.rpartition("_")[2])
        if table is None and tables:
            raise SourceError(f"{file} has no table of its number beside it: run its part again.")
        pairs.append((table, file))
    return pairs


def _open_numbers(path: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return vectors (n, d), mapped where the file allows, and what else a .npz tells of them."""
    try:
        if path.suffix.lower() == ".npy":
            numbers, told = np.load(path, mmap_mode="r"), {}
        else:
            with np.load(path) as held:
                numbers = _find_rows({name: held[name] for name in held.files}, path)
                told = {_singular(name): held[name] for name in held.files if held[name].ndim == 1}
                for name, column in told.items():
                    if len(column) != len(numbers):
                        raise DamagedSource(
                            f"{path} has {len(numbers):,} vectors and {len(column):,} of {name}: "
                            "make it again."
                        )
    except (ValueError, OSError, EOFError) as error:
        raise DamagedSource(f"{path} is no whole file of vectors ({error}).") from error
    if numbers.ndim != 2 or not numbers.shape[1]:
        raise SourceError(f"{path} holds an array of shape {numbers.shape}, not rows of vectors.")
    return numbers, told


def _find_rows(arrays: Mapping[str, np.ndarray], path: Path) -> np.ndarray:
    """Return the array of vectors: the one that is called so, or the only one of rows.

    Raises:
        SourceError: there is none, or several.
    """
    rows = [name for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "fiu"]
    named = [name for name in ("vectors", *NAMES, "features") if name in arrays]
    if not named and len(rows) != 1:
        raise SourceError(
            f"{path} holds {len(rows)} arrays of rows, and none is called vectors or embeddings."
        )
    return arrays[(named or rows)[0]]


def _singular(name: str) -> str:
    """Return an array's name as a column's: filenames is filename."""
    return usual(name).removesuffix("s") if is_known(usual(name).removesuffix("s")) else name


def _is_columnar(path: Path) -> bool:
    if is_lance(path):
        return True
    head = magic(path)
    if path.suffix.lower() in JSON_LINES:
        # pyarrow breaks down, and the whole process with it, where the first value is null.
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return head.startswith((PARQUET, ARROW, STREAM)) or path.suffix.lower() == ".json"


def _table_batches(path: Path, rows: int = ROWS) -> Iterator[pa.Table]:
    try:
        if is_lance(path):
            for batch in open_lance(path).to_batches(batch_size=rows):
                yield pa.Table.from_batches([batch])
        elif path.suffix.lower() == ".json":
            found = json.loads(path.read_text("utf-8"))
            if isinstance(found, list) and all(isinstance(row, dict) for row in found):
                yield pa.Table.from_pylist(found)
        elif path.suffix.lower() in JSON_LINES:
            for batch in pa.json.open_json(path):
                yield pa.Table.from_batches([batch])
        elif magic(path).startswith(PARQUET):
            import pyarrow.parquet as pq

            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(rows):
                    yield pa.Table.from_batches([batch])
        else:
            reader = pa.ipc.open_file if magic(path).startswith(ARROW) else pa.ipc.open_stream
            with pa.OSFile(str(path)) as file:
                whole = reader(file).read_all()
            for start in range(0, whole.num_rows, rows):
                yield whole.slice(start, rows)
    except (pa.ArrowException, OSError, ValueError, OverflowError, TypeError) as error:
        raise DamagedSource(f"{path} breaks off ({str(error).splitlines()[0]}).") from error


def _vector_column(batch: pa.Table, asked: str | None, path: Path) -> str | None:
    if asked is not None and asked not in batch.column_names:
        raise SourceError(
            f"{path} has no column {asked!r}; it has " + ", ".join(batch.column_names[:12]) + "."
        )
    if len(set(batch.column_names)) < batch.num_columns:
        if asked is None:
            return None  # the reader of tables tells them apart
        raise SourceError(f"{path} has two columns of one name: rename one.")
    lists = [name for name in batch.column_names if _lengths(batch.column(name))]
    if asked is not None:
        if asked not in lists:
            raise SourceError(
                f"The column {asked!r} of {path} holds no vectors: lists of numbers, of one length."
            )
        return asked
    named = [name for name in lists if any(word in usual(name) for word in ("emb", "vec", "feat"))]
    return named[0] if named else None


def _lengths(column: pa.ChunkedArray) -> int:
    """Return how many numbers each list of a column has, 0 where it holds no vectors."""
    kind = column.type
    nested = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if not (nested or pa.types.is_fixed_size_list(kind)):
        return 0
    number = pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)
    lengths = set(pc.list_value_length(column).drop_null().to_pylist())
    return lengths.pop() if number and len(lengths) == 1 and min(lengths) >= SHORTEST else 0


def _shape_rows(batch: pa.Table, column: str, locator: Locator, number: int) -> pa.Table:
    """Return rows as the collection takes them; `number` is the first row's."""
    if MARK in (batch.schema.metadata or {}):
        return _read_own(batch, column)
    lower = {usual(name): name for name in reversed(batch.column_names) if name}
    used = {column}
    address = next((lower[name] for name in ADDRESSES if name in lower), None)
    own = next((lower[name] for name in IDS if name in lower), None)
    used |= {name for name in (address, own) if name}
    texts = _texts(batch, address) if address else [""] * batch.num_rows
    web = [is_web(text) for text in texts]
    urls = [
        text if on_web else _file_url(locator, text)
        for text, on_web in zip(texts, web, strict=True)
    ]
    if own:
        ids = [short_id(name) for name in _texts(batch, own)]
    else:
        ids = [
            short_id(text) if on_web else id_of_path(text)
            for text, on_web in zip(texts, web, strict=True)
        ]
    columns: dict[str, Any] = {
        "id": [photo or f"row-{number + at}" for at, photo in enumerate(ids)],
        "url": urls,
        "vector": batch.column(column),
    }
    for target, sources in METADATA.items():
        source = next((lower[name] for name in sources if name in lower), None)
        if source and source not in used:
            used.add(source)
            read = READERS.get(target, lambda value: "" if value is None else str(value))
            values = [None if v is None else read(v) for v in batch.column(source).to_pylist()]
            empty = "" if STORED[target] == pa.string() and target != "label" else None
            columns[target] = pa.array([empty if v is None else v for v in values], STORED[target])
    columns |= _extras(batch, [name for name in batch.column_names if name and name not in used])
    return pa.table(columns)


def _read_own(batch: pa.Table, column: str) -> pa.Table:
    """Return rows of `ingest.embed`, whose columns are the collection's; WHERE stays."""
    kept = [name for name in batch.column_names if name in {"id", "url", *WHERE, *STORED}]
    columns: dict[str, Any] = {name: batch.column(name) for name in kept}
    columns["vector"] = batch.column(column)
    extras = [name for name in batch.column_names if name not in {*kept, column}]
    return pa.table(columns | _extras(batch, extras))


def _texts(batch: pa.Table, name: str) -> list[str]:
    column = batch.column(name)
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    return pc.fill_null(column, "").to_pylist()


def _file_url(locator: Locator, text: str) -> str:
    if not text:
        return ""
    found = locator.locate(text)
    return found if "://" in found else Path(address_of(Path(found))).absolute().as_uri()


def _extras(batch: pa.Table, names: Sequence[str]) -> dict[str, pa.Array]:
    """Put further columns into the typed maps: every row's pairs of name and value."""
    kinds: dict[str, list[str]] = {name: [] for name in MAPS}
    for name in names:
        kind = batch.column(name).type
        if pa.types.is_boolean(kind):
            kinds["extra_flags"].append(name)
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            kinds["extra_numbers"].append(name)
        elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            kinds["extra_times"].append(name)
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            kinds["extra"].append(name)
    return {kind: _pairs(batch, held, MAPS[kind]) for kind, held in kinds.items() if held}


def _pairs(batch: pa.Table, names: Sequence[str], kind: pa.MapType) -> pa.Array:
    columns = [batch.column(name).cast(kind.item_type).combine_chunks() for name in names]
    valid = np.stack([np.asarray(column.is_valid()) for column in columns], axis=1)
    n, k = valid.shape
    # Row by row: the value of column j in row r lies at j * n + r of all columns in turn.
    order = (np.arange(k)[None, :] * n + np.arange(n)[:, None])[valid]
    values = pa.concat_arrays(columns).take(pa.array(order))
    keys = pa.array(np.tile(np.asarray(names, object), (n, 1))[valid], pa.string())
    offsets = np.concatenate([[0], valid.sum(axis=1).cumsum()]).astype(np.int32)
    return pa.MapArray.from_arrays(pa.array(offsets), keys, values)
