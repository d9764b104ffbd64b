"""An export as one table: CSV, Parquet, Lance, and the list that img2dataset downloads from."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from commandline.words import count_things
from explorer.csv_cells import guard_cell
from explorer.errors import BadInput
from explorer.exports.choice import Selected, say_nothing
from explorer.exports.rows import Rows
from explorer.exports.targets import write_whole


def write_csv(selected: Selected, out: Path) -> None:
    """Write UTF-8 CSV that spreadsheets open right; no cell of it runs as a formula."""
    rows = Rows(selected)
    with write_whole(out) as path, path.open("w", encoding="utf-8-sig", newline="") as file:
        given = (row for batch in rows.batches() for row in batch.to_pylist())
        write_cells(file, rows.schema.names, given)


def write_cells(file: TextIO, names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as CSV below their names; no cell runs as a formula."""
    table = csv.writer(file, lineterminator="\n")
    table.writerow([guard_cell(name) for name in names])
    for row in rows:
        table.writerow([_cell(value) for value in row.values()])


def write_parquet(selected: Selected, out: Path) -> None:
    """Write one Parquet file."""
    rows = Rows(selected)
    with write_whole(out) as path, pq.ParquetWriter(path, rows.schema) as file:
        for batch in rows.batches():
            file.write_batch(batch)


def write_lance(selected: Selected, out: Path) -> None:
    """Write a Lance data set, with the photos' vectors."""
    import lance

    selected.tell("Writing", 0.0)
    # Lance asks for its batches in a thread of its own, where nobody can be told of them.
    # And it takes a point in a name for that of a field in another.
    rows = Rows(replace(selected, tell=say_nothing), lambda name: name.replace(".", "_"))
    dim = selected.collection.dim
    schema = rows.schema.append(pa.field("vector", pa.list_(pa.float32(), dim)))

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in rows.batches():
            known, vectors = selected.collection.known_vectors(batch.column("id").to_pylist())
            selected.gone.update(set(batch.column("id").to_pylist()) - set(known))
            batch = batch.filter(pc.is_in(batch.column("id"), pa.array(known, pa.string())))
            flat = pa.array(np.ascontiguousarray(vectors, np.float32).ravel())
            column = pa.FixedSizeListArray.from_arrays(flat, dim)
            yield pa.RecordBatch.from_arrays([*batch.columns, column], schema=schema)

    with write_whole(out) as path:
        lance.write_dataset(pa.RecordBatchReader.from_batches(schema, batches()), str(path))


def write_img2dataset(selected: Selected, out: Path) -> None:
    """Write JSON that `img2dataset --input_format json --url_col url --caption_col caption` reads.

    Raises:
        BadInput: no photo has an address on the web.
    """
    written = 0
    with write_whole(out) as path, path.open("w", encoding="utf-8") as file:
        for batch in Rows(selected).batches():
            for row in batch.to_pylist():
                if row["url"].startswith(("http://", "https://")):
                    row["caption"] = row["description"]
                    file.write("[\n" if not written else ",\n")
                    file.write(write_json(row))
                    written += 1
        if not written:
            raise BadInput(
                f"None of {count_things(len(selected), 'photo')} has an address on the web, and "
                "img2dataset downloads from addresses: export these with their pictures, as "
                "webdataset, Hugging Face or pictures."
            )
        file.write("\n]\n")
    if count := len(selected) - len(selected.gone) - written:
        left = count_things(count, "photo without", "photos without")
        selected.notes.append(f"Left out: {left} an address on the web.")


def write_json(row: Mapping[str, Any]) -> str:
    """Return a row as one JSON object; times are ISO 8601."""
    return json.dumps(row, ensure_ascii=False, default=_write_time)


def _write_time(value: Any) -> str:
    return str(value.isoformat())


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return guard_cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else value
