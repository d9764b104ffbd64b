"""Labels as files: one form going out, and the forms that other tools write coming in."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from explorer.csv_cells import guard_cell, unguard_cell
from explorer.errors import BadInput
from ingest import IngestError
from ingest.sources import Source, Table
from ingest.sources.addresses import Locator
from ingest.sources.cells import OF_TYPED, as_text, is_empty, plain
from ingest.sources.guess import guess_address
from ingest.sources.names import ADDRESSES, IDS, LABELS, usual
from ingest.sources.tables import open_rows
from vecdb import Label

COLUMNS = ("photo_id", "label", "round", "reason", "by", "at")
OURS = {"round", "reason", "by", "at"}
# Our own exports have `answer` beside the `label` that a photo came with.
ANSWERS = ("answer", *LABELS, "judgement", "mark", "is_match", "target", "choice", "y")
# Beside a class, how sure its answer is: 1 where it was seen, 0 where it was not.
CERTAINTY = ("confidence", "score", "probability")
EXPORTED = {"id", "class", "answer", "label"}  # columns of our own exports
KEYS = [*IDS, "imageid", "photoid", *ADDRESSES]
SIGNS = {
    1: (
        "1 +1 1.0 yes y true t positive pos match ja oui si sí sim tak да 是 はい 예 네 "
        "✓ ✔ ☑ ✅ 👍 wahr vrai verdadero verdadeiro vero prawda истина"
    ),
    -1: (
        "-1 -1.0 no n false f negative neg nein non nee não nao nie нет 否 いいえ 아니요 "
        "✕ ✗ ✘ ✖ × ❌ 👎 falsch faux falso fałsz ложь"
    ),
    0: "0 0.0 -0.0",
}
SIGN_OF = {word: sign for sign, words in SIGNS.items() for word in words.split()}
PART = "|"


@dataclass(frozen=True)
class Said:
    """What one row of a file says of one photo.

    Attributes:
        keys: what names the photo, the most certain first: ids, addresses, file names.
        cells: the answer about each concept, as written; the concept `""` is the only one.
        classes: the classes it belongs to, where the file has those instead of answers.
        about: round, reason, by and at, where the file is one of ours.
    """

    keys: tuple[str, ...]
    cells: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] | None = None
    about: Mapping[str, str] = field(default_factory=dict)


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


def read_sign(text: str) -> int | None:
    """Return 1, -1 or 0 as a cell says it; None where it says none of them."""
    return SIGN_OF.get(text.strip().lower())


def read_labels(path: Path) -> Iterator[Said]:
    """Read what a file or folder says of photos, as a stream.

    Args:
        path: our own file, another CSV, TSV, JSON, Parquet or Arrow table with names of photos,
            COCO's JSON, or a labelled set: a folder for each class, a Hugging Face set.

    Raises:
        BadInput: it cannot be read, or no column names photos or labels.
    """
    try:
        if path.suffix.lower() == ".json" and (coco := _read_coco(path)) is not None:
            yield from coco
        elif path.is_dir():
            yield from _read_set(path)
        else:
            yield from _read_table(path)
    except (IngestError, OSError) as error:
        raise BadInput(str(error)) from error


def _read_set(path: Path) -> Iterator[Said]:
    """Read photos with the labels that an ingest of the same source gives them."""
    for photo in Source(path):
        label = photo.metadata.get("label")
        keys = (photo.id, *photo.former, photo.url)
        yield Said(keys, classes=(str(label),) if label else None)


def _read_table(path: Path) -> Iterator[Said]:
    with open_rows(path, Table(), Locator(path.parent)) as rows:
        unguard = str if rows.kinds == OF_TYPED else unguard_cell  # only spreadsheets run cells
        name_classes = partial(_name_classes, words=rows.words)
        sample = [name_classes(row) for row in rows.sample]
        pair = _find_pair(rows.names, sample)
        names = [name for name in rows.names if name not in pair]
        keys, answers = _find_columns(names, sample)
        if answers and not keys:
            cells = {name: [row.get(name) for row in sample] for name in names}
            keys = [name] if (name := guess_address(cells, Locator(path.parent))) else []
        if not keys or not (answers or pair or rows.named):
            yield from _read_set(path)
            return
        if not answers and not pair:
            raise BadInput(
                f"{path} has no column of labels among {', '.join(rows.names)}: name one `label`."
            )
        about = [name for name in rows.names if usual(name) in OURS]
        for row in rows.rows:
            if isinstance(row, str):
                yield Said((row,))
                continue
            said = name_classes(row)
            told = {name: unguard(_cell(said.get(key))) for name, key in answers.items()}
            if pair:
                of, answer = (unguard(_cell(said.get(name))) for name in pair)
                told = {of: answer} if of else {}
            yield Said(
                tuple(map(unguard, _keys(said, keys))),
                {name: text for name, text in told.items() if text},
                about={usual(name): unguard(_cell(said.get(name))) for name in about},
            )


def _name_classes(row: Mapping[str, Any], words: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    """Return a row with the names of its classes in place of their numbers."""
    return {**row, **{name: _name_class(row.get(name), words[name]) for name in words}}


def _name_class(value: Any, names: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_name_class(each, names) for each in value]
    if not isinstance(value, int):
        return value
    return names[value] if 0 <= value < len(names) else None


def _find_pair(names: Sequence[str], sample: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the columns of a class and of the answer about it, where each row is about one class.

    Answers that are not called a certainty are about their class only where one photo has several.
    """
    by_usual = {usual(name): name for name in reversed(names)}
    called = (by_usual[name] for name in LABELS if name in by_usual)
    of = next((name for name in called if not _holds_signs(sample, name)), None)
    found = [by_usual[name] for name in (*CERTAINTY, *ANSWERS) if name in by_usual]
    answer = next((name for name in found if name != of and _holds_signs(sample, name)), None)
    if of is None or answer is None or by_usual.keys() >= EXPORTED:
        return ()
    keys, _ = _find_columns([name for name in names if name not in (of, answer)], sample)
    pairs = {(*_keys(row, keys), row.get(of)) for row in sample}
    photos = {tuple(_keys(row, keys)) for row in sample}
    return (of, answer) if usual(answer) in CERTAINTY or len(photos) < len(pairs) else ()


def _find_columns(
    names: Sequence[str], sample: Sequence[Mapping[str, Any]]
) -> tuple[list[str], dict[str, str]]:
    """Return the columns that name photos, the best first, and those of answers by concept."""
    by_usual = {usual(name): name for name in reversed(names)}
    holds = any(isinstance(value, bytes | dict) for row in sample for value in row.values())
    holds = holds or any(f"{name}.path" in names for name in names)
    if holds and not {"id", "answer"} <= by_usual.keys():  # which our own exports have
        return [], {}  # pictures inside: their ids are what an ingest makes of them
    keys = [by_usual[name] for name in KEYS if name in by_usual]
    answer = next((by_usual[name] for name in ANSWERS if name in by_usual), None)
    inner = {usual(name).rpartition(".")[2]: name for name in reversed(names) if "." in name}
    if not by_usual.keys() & set(ADDRESSES):
        keys += [inner[name] for name in ADDRESSES if name in inner]
    if answer is None:  # `ground_truth.label`, as FiftyOne, Label Studio and CreateML write it
        answer = next((inner[name] for name in (*LABELS, "choices", "tags") if name in inner), None)
    if answer is not None:
        keys = [name for name in keys if name != answer]
        if not keys and len(names) == 2:
            keys = [name for name in names if name != answer]
        return keys, {"": answer}
    signs = [name for name in names if name not in keys and _holds_signs(sample, name)]
    if not keys and len(names) > len(signs):
        keys = [name for name in names if name not in signs][:1]
    others = [name for name in names if name not in keys and usual(name) not in OURS]
    if len(others) == 1 and len(names) == 2:
        return keys, {"": others[0]}
    return keys, {name: name for name in signs if usual(name) not in OURS}


def _holds_signs(sample: Sequence[Mapping[str, Any]], name: str) -> bool:
    texts = [text for row in sample if (text := _cell(row.get(name)))]
    return bool(texts) and all(read_sign(unguard_cell(text)) is not None for text in texts)


def _cell(value: Any) -> str:
    value = plain(value)
    if isinstance(value, list | tuple):
        return PART.join(str(part) for part in value)
    return "" if value is None or is_empty(as_text(value)) else as_text(value)


def _keys(row: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        # An id may read like nothing at all: `null`, `none`.
        value = row.get(name)  # lines of JSON may lack it
        text = value if isinstance(value, str) else as_text(plain(value))
        if text.strip():
            yield from dict.fromkeys((text, text.strip()))


def _read_coco(path: Path) -> Iterator[Said] | None:
    """Read COCO's annotations; None where the file is no such JSON."""
    try:
        held = json.loads(path.read_bytes())
    except ValueError:
        return None
    if not isinstance(held, dict) or not {"images", "annotations"} <= set(held):
        return None
    try:
        named = {str(entry["id"]): str(entry["name"]) for entry in held.get("categories", [])}
        classes: dict[Any, dict[str, None]] = {image["id"]: {} for image in held["images"]}
        for entry in held["annotations"]:
            if entry["image_id"] in classes:
                category = str(entry["category_id"])
                classes[entry["image_id"]][named.get(category, category)] = None
        return iter(
            [
                Said(_coco_keys(image), classes=tuple(classes[image["id"]]))
                for image in held["images"]
            ]
        )
    except (KeyError, TypeError) as error:
        raise BadInput(
            f"{path} is no COCO file of image categories: an entry lacks {error}."
        ) from error


def _coco_keys(image: Mapping[str, Any]) -> tuple[str, ...]:
    # The numbers of a foreign file may be the ids of other photos here.
    names = [str(image[key]) for key in ("file_name", "coco_url", "flickr_url") if image.get(key)]
    return tuple(names) or (str(image["id"]),)


def _csv_line(cells: Sequence[Any]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8")
