"""Labels as files: one form going out, and the forms that other tools write coming in."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from explorer.csv_cells import guard_cell, unguard_cell
from explorer.errors import BadInput
from explorer.labels.annotations import read_annotations
from explorer.labels.answers import (
    Said,
    are_spaced,
    drop_likeliest,
    name_likeliest,
    read_amount,
    read_cell,
)
from explorer.labels.columns import (
    OURS,
    are_likeliest,
    drop_blank,
    find_columns,
    find_named,
    find_pair,
    is_plural,
    read_answer,
    read_keys,
)
from ingest import IngestError
from ingest.sources import Source, Table
from ingest.sources.addresses import Locator
from ingest.sources.cells import OF_TYPED
from ingest.sources.certain import is_percent
from ingest.sources.forms import read_forms
from ingest.sources.names import usual
from ingest.sources.nested import read_rows
from ingest.sources.rows import lay_flat, names_of
from ingest.sources.tables import open_rows
from ingest.sources.values import PART, PARTS
from vecdb import Label

JUDGED = {"score", "matches", "added_at"}  # columns of our own exports, beside those of the source
COLUMNS = ("photo_id", "label", "round", "reason", "by", "at")


def as_rows(labels: Iterable[Label]) -> Iterator[dict[str, Any]]:
    """Yield labels as the rows of a file, in COLUMNS; `at` is ISO 8601 in UTC."""
    for row in labels:
        at = row.created.isoformat() if row.created else ""
        yield dict(
            zip(COLUMNS, (row.photo_id, row.label, row.round, row.reason, row.by, at), strict=True)
        )


def write_csv(labels: Iterable[Label]) -> Iterator[bytes]:
    """Yield labels as UTF-8 CSV that spreadsheets open right, a line at a time."""
    yield "\ufeff".encode()
    yield _csv_line(COLUMNS)
    for row in as_rows(labels):
        yield _csv_line([guard_cell(v) if isinstance(v, str) else v for v in row.values()])


def write_json_lines(labels: Iterable[Label]) -> Iterator[bytes]:
    """Yield labels as JSON, one a line."""
    for row in as_rows(labels):
        yield (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8")


WRITERS = {".csv": write_csv, ".jsonl": write_json_lines, ".ndjson": write_json_lines}


def find_writer(path: Path) -> Any:
    """Return what writes labels to a file of this name.

    Raises:
        BadInput: its ending is none of WRITERS.
    """
    if path.suffix.lower() not in WRITERS:
        raise BadInput(f"{path} must end in {', '.join(WRITERS)}.")
    return WRITERS[path.suffix.lower()]


def read_labels(path: Path) -> Iterator[Said]:
    """Read what a file or folder says of photos, as a stream.

    Args:
        path: our own file, another CSV, TSV, JSON, Parquet or Arrow table with names of photos,
            annotations (see `read_annotations`), or a labelled set: a folder for each class, a
            Hugging Face set.

    Raises:
        BadInput: it cannot be read, or no column names photos or labels.
    """
    try:
        if (annotated := read_annotations(path)) is not None:
            yield from annotated
        elif path.is_dir():
            yield from _read_set(path)
        else:
            yield from _read_table(path)
    except (IngestError, OSError) as error:
        raise BadInput(str(error)) from error


def _read_set(path: Path) -> Iterator[Said]:
    """Read photos with the labels that an ingest of the same source gives them.

    Of our own exports with pictures the answers count, and the ids that stand beside them.
    """
    for photo in Source(path):
        told = photo.extra
        if told.keys() >= JUDGED:
            names = (told.get("id"), photo.id, *photo.former, told.get("url"), photo.url)
            answer = {"": str(told["answer"])} if "answer" in told else {}
            yield Said(tuple(str(name) for name in names if name), answer)
            continue
        words = map(str.strip, PARTS.split(str(photo.metadata.get("label", ""))))
        keys = (photo.id, *photo.former, photo.url)
        yield Said(keys, classes=tuple(filter(None, words)) or None)


def _read_table(path: Path) -> Iterator[Said]:
    locator = Locator(path.parent)
    with open_rows(path, Table(), locator) as rows:
        unguard = str if rows.kinds == OF_TYPED else unguard_cell  # only spreadsheets run cells
        sample = list(map(_open_cells, rows.sample))
        has_forms = any(map(read_forms, sample))
        open_cells = partial(_open_cells, has_forms=has_forms)
        sample = list(map(open_cells, rows.sample)) if has_forms else sample
        all_names = drop_blank(names_of([dict.fromkeys(rows.names), *sample]), sample)
        pair = find_pair(all_names, sample, locator, partial(_read_rows, path))
        names = [name for name in all_names if name not in pair]
        keys, answers = find_columns(names, sample, locator)
        if not keys or not (answers or pair or rows.named):
            yield from _read_set(path)
            return
        if not answers and not pair:
            raise BadInput(
                f"{path} has no column of labels among {', '.join(rows.names)}: name one `label`."
            )
        percent = bool(pair) and is_percent(_read_amounts(path, pair[1]))
        likeliest = bool(pair) and are_likeliest(_read_rows(path), keys, pair)
        spaced = {
            name
            for name in answers.values()
            if is_plural(name)
            and any(" " in read_cell(row.get(name)) for row in sample)
            and are_spaced(read_answer(open_cells(row), name) for row in _read_rows(path))
        }
        about = [name for name in rows.names if usual(name) in OURS]
        column = find_named(answers) if rows.named and len(all_names) == 2 else ""
        for row in rows.rows:
            if isinstance(row, str):
                yield Said((row,))
                continue
            said = open_cells(row)
            told = {name: unguard(read_answer(said, key)) for name, key in answers.items()}
            if spaced:
                told = {
                    n: PART.join(t.split()) if answers[n] in spaced else t for n, t in told.items()
                }
            if pair:
                of, answer = (unguard(read_cell(said.get(name))) for name in pair)
                answer = _read_percent(answer) if percent else answer
                told = {of: name_likeliest(answer) if likeliest else answer} if of else {}
            elif len(told) > 2:
                told = dict(drop_likeliest(told))
            yield Said(
                tuple(map(unguard, read_keys(said, keys))),
                {name: text for name, text in told.items() if text},
                about={usual(name): unguard(read_cell(said.get(name))) for name in about},
                column=column,
            )


def _read_rows(path: Path) -> Iterator[dict[str, Any]]:
    with open_rows(path, Table(), Locator(path.parent)) as rows:
        yield from (row for row in rows.rows if not isinstance(row, str))


def _read_amounts(path: Path, name: str) -> Iterator[float]:
    return (read_amount(read_cell(row.get(name))) or 0 for row in _read_rows(path))


def _read_percent(text: str) -> str:
    amount = read_amount(text)
    return text if amount is None else str(amount / 100)


def _open_cell(name: str, value: str) -> dict[str, Any]:
    """Lay flat what Label Studio, VIA and pandas write into cells of CSV; empty for others."""
    if value in ("[]", "{}"):
        return {name: None}
    opened = read_rows(value)
    return {} if opened is None else lay_flat({name: opened})


def _open_cells(row: Mapping[str, Any], *, has_forms: bool = False) -> dict[str, Any]:
    """Return a row with what other tools write into cells laid flat.

    Args:
        has_forms: whether some rows have the forms that `read_forms` reads.
    """
    flat = dict(row)
    for name, value in row.items():
        if isinstance(value, str) and value.startswith(("{", "[")):
            opened = _open_cell(name, value)
            flat |= {name: None, **opened} if opened else {}
    return flat | read_forms(flat) if has_forms else flat


def _csv_line(cells: Sequence[Any]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8")
