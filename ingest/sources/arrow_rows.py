"""Rows of Parquet, Arrow and Lance, with the types and the class names of their schemas."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest.errors import DamagedSource, SourceError
from ingest.sources.rows import SAMPLE, Row, Rows, lay_flat, put_into_words, tell_apart

ROWS = 1_000  # read at once; of rows with pictures fewer
PICTURES = 32
PARQUET, ARROW, STREAM = b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff"

# Reads batches of some columns, of so many rows each.
Batches = Callable[[list[str], int], Iterable[pa.RecordBatch]]


def parquet_rows(file: Any, name: str) -> Rows:
    """Read an open Parquet file.

    Raises:
        DamagedSource: it is damaged, at once or while rows are read.
    """
    import pyarrow.parquet as pq

    with _damage(name):
        opened = pq.ParquetFile(file)
        schema = opened.schema_arrow
    return _rows(schema, lambda names, n: opened.iter_batches(n, columns=names), name)


def arrow_rows(file: Any, name: str) -> Rows:
    """Read an open Arrow file or stream, such as Hugging Face keeps data sets in.

    Raises:
        DamagedSource: it is damaged, at once or while rows are read.
    """
    with _damage(name):
        schema = _open_arrow(file).schema
    return _rows(schema, lambda names, n: _arrow_batches(file, names, n), name)


def _open_arrow(file: Any) -> Any:
    file.seek(0)
    is_file = file.read(len(ARROW)) == ARROW
    file.seek(0)
    return pa.ipc.open_file(file) if is_file else pa.ipc.open_stream(file)


def _arrow_batches(file: Any, names: list[str], n: int) -> Iterator[pa.RecordBatch]:
    opened = _open_arrow(file)
    numbered = getattr(opened, "num_record_batches", None)
    for batch in opened if numbered is None else map(opened.get_batch, range(numbered)):
        for start in range(0, batch.num_rows, n):
            held = [at for at, name in enumerate(batch.schema.names) if name in names]
            yield batch.select(held).slice(start, n)


def lance_rows(path: Path) -> Rows:
    """Read a Lance data set.

    Raises:
        SourceError: pylance is not installed, or the data set cannot be opened.
        DamagedSource: it breaks off while rows are read.
    """
    found = open_lance(path)
    return _rows(
        found.schema, lambda names, n: found.to_batches(columns=names, batch_size=n), str(path)
    )


def open_lance(path: Path) -> Any:
    """Open a Lance data set.

    Raises:
        SourceError: pylance is not installed, or it cannot be opened.
    """
    try:
        import lance
    except ImportError as error:
        raise SourceError(
            f"{path} is a Lance data set: install the package pylance to read it."
        ) from error
    try:
        return lance.dataset(str(path))
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise SourceError(f"{path} is not a readable Lance data set ({reason}).") from error


def is_lance(path: Path) -> bool:
    """Tell whether a folder is a Lance data set."""
    return path.is_dir() and (path / "_versions").is_dir()


def _rows(schema: pa.Schema, read: Batches, name: str) -> Rows:
    names = list(dict.fromkeys(schema.names))
    with _damage(name):
        # Lists are read for the sample alone: vectors are told by it, and are no rows of text.
        sample = list(islice(read_dicts(read(names, SAMPLE)), SAMPLE))
    words = class_names(schema)
    plain = [f.name for f in schema if f.name in words or not is_array(f.type)]
    rows = _read(read, list(dict.fromkeys(plain)), name, _size(schema))
    return put_into_words(Rows(_names(schema), rows, sample), words)


def _read(read: Batches, names: list[str], name: str, n: int) -> Iterator[Row]:
    with _damage(name):
        yield from read_dicts(read(names, n))


def read_dicts(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
    """Yield the rows of some batches, nested values laid flat."""
    for batch in batches:
        columns = [read_values(column) for column in batch.columns]
        names = tell_apart(batch.schema.names)
        for values in zip(*columns, strict=True):
            yield lay_flat(dict(zip(names, values, strict=True)))


def read_values(column: pa.Array) -> list[Any]:
    """Return values, None where they are out of all range, bytes of texts that are no UTF-8."""
    try:
        return column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        return [_value(scalar) for scalar in column]


def _value(scalar: pa.Scalar) -> Any:
    """Return a value, the bytes of a text that is no UTF-8, None where it is out of all range."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes()
    except (ValueError, OverflowError, AttributeError, pa.ArrowException):
        return None


def class_names(schema: pa.Schema) -> dict[str, list[str]]:
    """Return the words that whole numbers stand for in a Hugging Face data set, by column."""
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        return dict(_names_in(told["info"]["features"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _names_in(features: dict[str, Any], before: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield the names of features of classes, of sequences of such, and of those within others."""
    for column, feature in features.items():
        if isinstance(feature, list) and len(feature) == 1:
            feature = feature[0]
        while isinstance(feature, dict) and isinstance(feature.get("feature"), dict):
            feature = feature["feature"]
        names = feature.get("names") if isinstance(feature, dict) else None
        words = list(names.values() if isinstance(names, dict) else names or ())
        if words and not any(isinstance(word, dict) for word in words):
            yield f"{before}{column}", [str(word) for word in words]
        elif isinstance(feature, dict):
            yield from _names_in(feature, f"{before}{column}.")


def _names(schema: pa.Schema) -> list[str]:
    """Return the columns as `lay_flat` names them."""
    examples = (_example(field.type) for field in schema)
    return list(lay_flat(dict(zip(tell_apart(schema.names), examples, strict=True))))


def _example(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return {field.name: _example(field.type) for field in kind}
    if _is_list(kind):
        return [_example(kind.value_type)]
    return "word" if _says(kind) else None


def is_array(kind: pa.DataType) -> bool:
    """Tell whether a column holds lists of numbers alone."""
    return _is_list(kind) and not _says(kind)


def _is_list(kind: pa.DataType) -> bool:
    types = pa.types
    lists = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    return any(test(kind) for test in (*lists, types.is_list_view, types.is_large_list_view))


def _parts(kind: pa.DataType) -> Iterator[pa.DataType]:
    """Yield the types of the values that a type holds, however they are nested."""
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _parts(field.type)
    elif _is_list(kind) or pa.types.is_dictionary(kind):
        yield from _parts(kind.value_type)
    else:
        yield kind


def _is_binary(kind: pa.DataType) -> bool:
    types = pa.types
    return types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)


def _says(kind: pa.DataType) -> bool:
    """Tell whether there are words or pictures in a type, and not numbers alone."""
    types = pa.types
    words = (types.is_string, types.is_large_string, types.is_string_view, _is_binary)
    return any(test(part) for part in _parts(kind) for test in words)


def _size(schema: pa.Schema) -> int:
    """Return how many rows are read at once: few where they may hold pictures."""
    parts = (part for field in schema for part in _parts(field.type))
    return PICTURES if any(map(_is_binary, parts)) else ROWS


@contextmanager
def _damage(name: str) -> Iterator[None]:
    kind = "Lance data set" if name.endswith(".lance") else "Parquet or Arrow file"
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [""])[0]
        raise DamagedSource(
            f"{name} is not a readable {kind} ({reason}): fetch it again."
        ) from error
