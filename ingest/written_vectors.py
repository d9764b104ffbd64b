"""Vectors as pandas and databases write them: a number a column, or a list of numbers in a text."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ingest.sources.encodings import encoding_of
from ingest.sources.names import usual

LEAST = 64  # numbered columns; fewer may be figures of their own
LEAST_LISTED = 16
NUMBERED = re.compile(r"(.*?)[ _.-]?(0|[1-9]\d{0,4})")
VECTORS = re.compile(r"emb|vec|feat|clip|^([fvxed]|dim|)$")  # pixel0, pixel1, .. are a picture
LISTED = re.compile(r"\s*([\[{(])(.*)[\]})]\s*", re.DOTALL)
BETWEEN = re.compile(r"[\s,;]+")
ENDINGS = {".csv", ".tsv"}
BEGINNING = 1 << 20  # bytes
MOST_LINES = 4000  # of these rows
LOOKED_AT = 20  # rows that tell whether a file holds any
TEXTS = b"texts"
"""Key in a schema's metadata: its columns are as a table of texts has them, numbers and all."""


def gather_vectors(batch: pa.Table) -> pa.Table:
    """Return a table in which vectors that are written so are columns of lists."""
    if len({*batch.column_names}) < batch.num_columns:
        return batch
    for at, field in enumerate(batch.schema):
        is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        # As bytes, for a text that is no UTF-8 may be among them.
        held = batch.column(at).cast(pa.large_binary()).to_pylist() if is_text else []
        cells = [cell and cell.decode(errors="replace") for cell in held]
        if any(map(_is_list, cells)):
            lists = pa.array(map(_read_list, cells), pa.list_(pa.float32()))
            batch = batch.set_column(at, field.name, lists)
    kinds = (pa.types.is_floating, pa.types.is_integer)
    numbers = [f.name for f in batch.schema if any(is_one(f.type) for is_one in kinds)]
    name, columns = find_numbered(numbers)
    if not columns:
        return batch
    rows = np.column_stack([batch.column(column).to_numpy() for column in columns])
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), len(columns))
    return batch.drop_columns(columns).append_column(name, vectors)


def find_numbered(names: Sequence[str]) -> tuple[str, list[str]]:
    """Return a name for the vectors and the columns that hold them, in order; none where none do.

    They count from 0 or 1, and none is left out.
    """
    groups: dict[str, dict[int, str]] = defaultdict(dict)
    for name in names:
        if match := NUMBERED.fullmatch(name):
            groups[match[1]][int(match[2])] = name
    for stem, found in groups.items():
        places = sorted(found)
        whole = places[0] in (0, 1) and places[-1] - places[0] + 1 == len(places) >= LEAST
        if whole and VECTORS.search(usual(stem)):
            name = stem if len(usual(stem)) > 1 else ""
            return f"{name or 'vector'}_0..", [found[place] for place in places]
    return "", []


def has_vectors(path: Path) -> bool:
    """Tell whether a CSV or TSV file holds vectors that are written so."""
    if path.suffix.lower() not in ENDINGS:
        return False
    (names, *rows), *_ = _look_at(path)
    return bool(find_numbered(names)[1]) or any(_is_list(cell) for row in rows for cell in row)


def read_texts(path: Path) -> Iterator[pa.Table]:
    """Read such a file, all but numbered columns as texts.

    Raises:
        ArrowInvalid: it is damaged, or a cell of a vector is no number.
    """
    (names, *_), delimiter, encoding = _look_at(path)
    _, columns = find_numbered(names)
    types = {name: pa.float32() if name in columns else pa.string() for name in names}
    with pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(block_size=16 << 20, encoding=encoding),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types=types),
    ) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch]).replace_schema_metadata({TEXTS: b""})


def _look_at(path: Path) -> tuple[list[list[str]], str, str]:
    """Return the names of the columns and the first rows, what parts columns, and the encoding."""
    with path.open("rb") as raw:
        encoding = encoding_of(raw.read(BEGINNING))
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        line = file.readline(BEGINNING)
        delimiter = max(",\t;", key=line.count)
        file.seek(0)
        lines = (line.replace("\0", "") for line in islice(file, MOST_LINES))
        try:
            rows = list(islice(csv.reader(lines, delimiter=delimiter), 1 + LOOKED_AT))
        except csv.Error:  # a lone quote, whose cell never ends
            rows = []
    return rows or [[]], delimiter, encoding


def _is_list(cell: str | None) -> bool:
    return len(_read_list(cell) or ()) >= LEAST_LISTED


def _read_list(cell: str | None) -> list[float] | None:
    """Read [0.1, 0.2], [0.1 0.2] as NumPy writes it, {0.1,0.2} as PostgreSQL does."""
    match = LISTED.fullmatch(cell or "")
    if match is None:
        return None
    try:
        return [*map(float, filter(None, BETWEEN.split(match[2])))]
    except ValueError:
        return None
