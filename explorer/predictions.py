"""What class every photo of a collection is put into, as a file."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from classifier.class_file import SavedClasses
from explorer.corrections import NONE, decide_photos
from explorer.csv_cells import guard_cell
from explorer.errors import BadInput
from explorer.exports.targets import write_whole
from explorer.truth import nearest_name
from vecdb import Collection

AT_ONCE = 5000
SCHEMA = pa.schema({"id": pa.string(), "class": pa.string(), "probability": pa.float32()})
ENDINGS = (".csv", ".parquet")
DIGITS = 6


def predict_photos(
    collection: Collection, classes: SavedClasses, threshold: float = 0.0, prefix: str = ""
) -> Iterator[pa.RecordBatch]:
    """Classify every photo whose id begins with a prefix, by id; none is left out.

    Args:
        threshold: probability below which a photo is of no class.

    Yields:
        Rows of SCHEMA; the probability is that of the likeliest class, and 1 where somebody said.
    """
    for ids, vectors in collection.pages_of_vectors(AT_ONCE, prefix):
        yield predict_vectors(ids, vectors, classes, threshold)


def predict_vectors(
    ids: Sequence[str], vectors: np.ndarray, classes: SavedClasses, threshold: float = 0.0
) -> pa.RecordBatch:
    """Classify photos by their vectors (n, d): rows of SCHEMA, in order."""
    names = np.array([*classes.heads.names, NONE], object)  # -1 is the last
    chosen, sure = decide_photos(classes, ids, vectors, threshold)
    columns = [list(ids), names[chosen].tolist(), sure]
    return pa.RecordBatch.from_arrays(
        [pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)],
        schema=SCHEMA,
    )


def write_predictions(batches: Iterable[pa.RecordBatch], out: Path) -> int:
    """Write predictions to a .csv or .parquet file; return how many.

    Raises:
        BadInput: the name ends otherwise.
    """
    if out.suffix.lower() not in ENDINGS:
        raise BadInput(f"{out} must end in {' or '.join(ENDINGS)}.")
    count = 0
    with write_whole(out) as path:
        if out.suffix.lower() == ".parquet":
            with pq.ParquetWriter(path, SCHEMA) as file:
                for batch in batches:
                    file.write_batch(batch)
                    count += batch.num_rows
            return count
        with path.open("w", encoding="utf-8-sig", newline="") as text:
            table = csv.writer(text, lineterminator="\n")
            table.writerow(SCHEMA.names)
            for batch in batches:
                ids, classes, numbers = (column.to_pylist() for column in batch.columns)
                for photo, name, number in zip(ids, classes, numbers, strict=True):
                    table.writerow((guard_cell(photo), guard_cell(name), round(number, DIGITS)))
                count += batch.num_rows
    return count


def hint_near_names(names: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Return a sentence for each class that is nearly, but not quite, called like a stored label.

    Only names that are written alike count as the same when predictions are checked.
    """
    stored = sorted(set(labels) - {""})
    hints = []
    for name in names:
        near = "" if name in stored else nearest_name(name, [s for s in stored if s not in names])
        if near:
            hints.append(
                f"The class {name!r} is nearly the stored label {near!r}: write it so, and the "
                "photos that have it count as right."
            )
    return hints
