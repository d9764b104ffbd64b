"""Vectors that are spread over columns, a number each: emb_0, emb_1, .. as pandas writes arrays."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ingest.sources.names import usual

LEAST = 64  # fewer may be figures of their own
NUMBERED = re.compile(r"(.*?)[ _.-]?(0|[1-9]\d{0,4})")
VECTORS = re.compile(r"emb|vec|feat|clip|^([fvxed]|dim|)$")  # pixel0, pixel1, .. are a picture
ENDINGS = {".csv", ".tsv"}
TEXTS = b"texts"
"""Key in a schema's metadata: its columns are as a table of texts has them, numbers and all."""


def join_numbered(batch: pa.Table) -> pa.Table:
    """Return a table in which numbered columns of numbers are one of vectors, if there are any."""
    kinds = (pa.types.is_floating, pa.types.is_integer)
    numbers = [f.name for f in batch.schema if any(is_one(f.type) for is_one in kinds)]
    name, columns = find_numbered(numbers)
    if not columns or len({*batch.column_names}) < batch.num_columns:
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


def has_numbered(path: Path) -> bool:
    """Tell whether a CSV or TSV file has such columns."""
    return path.suffix.lower() in ENDINGS and bool(find_numbered(_header(path)[0])[1])


def read_numbered(path: Path) -> Iterator[pa.Table]:
    """Read such a file, its other columns as texts.

    Raises:
        ArrowInvalid: it is damaged, or a cell of a vector is no number.
    """
    names, delimiter = _header(path)
    _, columns = find_numbered(names)
    types = {name: pa.float32() if name in columns else pa.string() for name in names}
    with pa.csv.open_csv(
        path,
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types=types),
    ) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch]).replace_schema_metadata({TEXTS: b""})


def _header(path: Path) -> tuple[list[str], str]:
    """Return the names of the columns and what parts them."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        line = file.readline(1 << 20).replace("\0", "")  # of UTF-16
    delimiter = max(",\t;", key=line.count)
    return next(csv.reader([line], delimiter=delimiter), []), delimiter
