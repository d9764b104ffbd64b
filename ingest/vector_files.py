"""Files that hold vectors, or tell of them, as arrays and tables of Arrow."""

import itertools
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json

from commandline.words import count_things
from ingest.errors import DamagedSource, SourceError
from ingest.sources.arrow_rows import ARROW, PARQUET, STREAM, is_lance, open_lance
from ingest.sources.json_forms import rows_of
from ingest.sources.names import is_known, usual
from ingest.sources.text import JSON_LINES, magic
from ingest.written_vectors import has_vectors, read_texts

ROWS = 20_000
BROKEN = (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error)
NUMBERS = "fiu"  # kinds of NumPy's types
TOLD = f"{NUMBERS}bMSU"
PNG = ": write pictures as PNG files, and give their folder"
NAMES = ("embedding", "embeddings", "vector", "vectors", "img_emb", "image_embedding", "clip")


def open_numbers(path: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return vectors (n, d), mapped where the file allows, and what else a .npz tells of them."""
    try:
        if path.suffix.lower() == ".npy":
            numbers, told = np.load(path, mmap_mode="r"), {}
        else:
            with path.open("rb") as file, np.load(file) as held:
                numbers = _find_rows({name: held[name] for name in held.files}, path)
                told = {
                    _singular(name): held[name].astype(held[name].dtype.newbyteorder("="))
                    for name in held.files
                    if name and held[name].ndim == 1 and held[name].dtype.kind in TOLD
                }
                for name, column in told.items():
                    if len(column) != len(numbers):
                        raise DamagedSource(
                            f"{path} has {count_things(len(numbers), 'vector')} and "
                            f"{len(column):,} of {name}: make it again."
                        )
    except BROKEN as error:
        raise DamagedSource(
            f"{path} is no whole file of vectors ({error}): make it or fetch it again."
        ) from error
    if numbers.ndim != 2 or not numbers.shape[1]:
        raise SourceError(
            f"{path} holds an array of shape {numbers.shape}, not rows of vectors"
            f"{PNG if numbers.ndim > 2 else ''}."
        )
    if numbers.dtype.kind not in NUMBERS:
        raise SourceError(
            f"{path} holds an array of {numbers.dtype}, not of numbers: make it again."
        )
    return numbers, told


def _find_rows(arrays: Mapping[str, np.ndarray], path: Path) -> np.ndarray:
    """Return the array of vectors: the one that is called so, or the only one of rows.

    Raises:
        SourceError: there is none, or several.
    """
    rows = [
        name for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in NUMBERS
    ]
    named = [name for name in ("vectors", *NAMES, "features") if name in arrays]
    if not named and len(rows) != 1:
        raise SourceError(
            f"{path} holds {count_things(len(rows), 'array')} of rows, and none is called vectors "
            f"or embeddings{PNG if any(array.ndim > 2 for array in arrays.values()) else ''}."
        )
    return arrays[(named or rows)[0]]


def _singular(name: str) -> str:
    """Return an array's name as a column's: filenames is filename."""
    return usual(name).removesuffix("s") if is_known(usual(name).removesuffix("s")) else name


def is_columnar(path: Path) -> bool:
    """Tell whether a file is a table that is read column by column."""
    if is_lance(path):
        return True
    head = magic(path)
    if path.suffix.lower() in JSON_LINES:
        # pyarrow breaks down, and the whole process with it, where the first value is null.
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    is_one = head.startswith((PARQUET, ARROW, STREAM)) or path.suffix.lower() == ".json"
    return is_one or has_vectors(path)


def read_batches(path: Path, rows: int = ROWS) -> Iterator[pa.Table]:
    """Read such a table, so many rows at once.

    Raises:
        DamagedSource: it breaks off.
    """
    try:
        if is_lance(path):
            for batch in open_lance(path).to_batches(batch_size=rows):
                yield pa.Table.from_batches([batch])
        elif path.suffix.lower() == ".json":
            yield from _read_json(path, rows)
        elif path.suffix.lower() in JSON_LINES:
            read = 0
            try:
                for batch in pa.json.open_json(path):
                    yield pa.Table.from_batches([batch])
                    read += batch.num_rows
            except pa.ArrowInvalid:  # a column has values of several kinds, perhaps
                yield from _read_lines(path, rows, read)
        elif has_vectors(path):
            yield from read_texts(path)
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
        raise DamagedSource(
            f"{path} breaks off or is damaged ({str(error).splitlines()[0]}): make it or fetch it "
            "again."
        ) from error


def _read_json(path: Path, rows: int) -> Iterator[pa.Table]:
    try:
        held = rows_of(json.loads(path.read_text("utf-8-sig")))
    except json.JSONDecodeError:  # several values: a line each, perhaps
        yield from _read_lines(path, rows)
    else:
        if all(isinstance(row, dict) for row in held):
            yield _tabulate(held)


def _read_lines(path: Path, rows: int, start: int = 0) -> Iterator[pa.Table]:
    """Read a table of JSON lines whose columns may hold values of several kinds.

    Args:
        rows: at once.
        start: how many are left out before.

    Raises:
        ValueError: a line is no object.
    """
    with path.open(encoding="utf-8-sig") as file:
        found = itertools.islice(map(json.loads, filter(str.strip, file)), start, None)
        while part := list(itertools.islice(found, rows)):
            if not all(isinstance(row, dict) for row in part):
                raise ValueError("a line that is no object")
            yield _tabulate(part)


def _tabulate(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Make a table; a column with values of several kinds is one of texts."""
    columns = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        try:
            columns[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
            columns[name] = pa.array(_read_vectors(values) or texts)
    return pa.table(columns)


def _read_vectors(values: Sequence[Any]) -> list[list[float | None] | None] | None:
    """Return lists of numbers of which some are written as texts ("NaN"); None where others are."""
    if not all(isinstance(value, list | None) for value in values):
        return None
    try:
        return [v and [n if n is None else float(n) for n in v] for v in values]
    except (ValueError, TypeError):
        return None


def lay_bare(batch: pa.Table, name: str) -> pa.Table:
    """Return a table in which `outer.inner` is a column, and so is what else `outer` holds."""
    while name not in batch.column_names:
        outer = next(
            field.name
            for field in batch.schema
            if pa.types.is_struct(field.type) and name.startswith(f"{field.name}.")
        )
        parts = [pa.table({n: c}) for n, c in zip(batch.column_names, batch.columns, strict=True)]
        parts = [part.flatten() if outer in part.column_names else part for part in parts]
        fields = [field for part in parts for field in part.schema]
        schema = pa.schema(fields, metadata=batch.schema.metadata)
        batch = pa.Table.from_arrays([c for part in parts for c in part.columns], schema=schema)
    return batch
