"""Which columns of a label file name photos, and which say what of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from explorer.csv_cells import unguard_cell
from explorer.labels.answers import read_cell, read_sign
from ingest.sources.cells import as_text, plain
from ingest.sources.names import ADDRESSES, IDS, LABELS, usual

OURS = {"round", "reason", "by", "at"}
# Our own exports have `answer` beside the `label` that a photo came with.
ANSWERS = ("answer", *LABELS, "judgement", "mark", "is_match", "target", "choice", "y")
# Beside a class, how sure its answer is: 1 where it was seen, 0 where it was not.
CERTAINTY = ("confidence", "score", "probability")
EXPORTED = {"id", "class", "answer", "label"}  # columns of our own exports
KEYS = [*IDS, "imageid", "photoid", *ADDRESSES]


def find_pair(names: Sequence[str], sample: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
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
    keys, _ = find_columns([name for name in names if name not in (of, answer)], sample)
    pairs = {(*read_keys(row, keys), row.get(of)) for row in sample}
    photos = {tuple(read_keys(row, keys)) for row in sample}
    return (of, answer) if usual(answer) in CERTAINTY or len(photos) < len(pairs) else ()


def find_columns(
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
    texts = [text for row in sample if (text := read_cell(row.get(name)))]
    return bool(texts) and all(read_sign(unguard_cell(text)) is not None for text in texts)


def read_keys(row: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """Yield what the given columns of a row call its photo."""
    for name in names:
        # An id may read like nothing at all: `null`, `none`.
        value = row.get(name)  # lines of JSON may lack it
        text = value if isinstance(value, str) else as_text(plain(value))
        if text.strip():
            yield from dict.fromkeys((text, text.strip()))
