"""Which columns of a label file name photos, and which say what of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from explorer.csv_cells import unguard_cell
from explorer.labels.answers import (
    read_amount,
    read_cell,
    read_share,
    read_sign,
)
from ingest.sources.addresses import ENDING, Locator, join_folder
from ingest.sources.cells import as_text, plain
from ingest.sources.certain import CERTAINTY, are_certain
from ingest.sources.forms import TAXONOMY
from ingest.sources.guess import guess_address
from ingest.sources.layout import is_number_name
from ingest.sources.names import ADDRESSES, FOLDERS, IDS, LABELS, find_label, usual
from ingest.sources.rows import SAMPLE
from ingest.sources.values import PART

Row = Mapping[str, Any]

OURS = {"round", "reason", "by", "at"}
PREDICTED = ("prediction", "predicted", "predicted_label", "predicted_class")
# Our own exports have `answer` beside the `label` that a photo came with.
ANSWERS = (
    *("accept", "answer", *LABELS, "judgement", "mark", "is_match", "target", "choice"),
    *PREDICTED,
)
EXPORTED = {"id", "class", "answer", "label"}  # columns of our own exports
KEYS = [*IDS, "photoid", *ADDRESSES]
# Classes within an annotation, by the last part of their name: `ground_truth.label`.
WITHIN = (
    *(*LABELS, "choices", "rectanglelabels", "polygonlabels", "brushlabels", "ellipselabels"),
    *("keypointlabels", "tags", "displayname", "classtitle", "categories", "classes", TAXONOMY),
)
# The same by the last two: `radio_answer.name` before the question, `classifications.name`.
NAMED = (
    re.compile(r"answers?\.(name|title)$"),
    re.compile(
        r"(label|class|tag|categor|object|annotation|concept|prediction)\w*\.(name|description)$"
    ),
    re.compile(r"(^|\.)(file|region)_attributes\.\w+$"),  # of VIA
)
PATHS = ("tagslist", "lastkeywordxmp")  # of digiKam and Windows: Animals/cat
KEYWORDS = ("tags", "keywords", "subject", "hierarchicalsubject", *PATHS, "categories", TAXONOMY)
# Columns whose classes are parted by commas, as photo managers write keywords.
PLURAL = {*KEYWORDS, "labels", "classes"}
COUNTED = re.compile(r"(^|[._])(id|count|index|number|sequence)$|^total_")  # says no yes or no


def find_pair(
    names: Sequence[str],
    sample: Sequence[Row],
    locator: Locator,
    read_rows: Callable[[], Iterable[Row]],
) -> tuple[str, ...]:
    """Return the columns of a class and of the answer about it, where each row is about one class.

    Answers that are not called a certainty are about their class only where one photo has several.

    Args:
        sample: the first rows.
        read_rows: reads all of them, where the first do not tell.
    """
    by_usual = {usual(name): name for name in reversed(names)}
    called = (by_usual[name] for name in (*LABELS, *PREDICTED) if name in by_usual)
    of = next((name for name in called if not _holds(sample, name, _is_answer)), None)
    certain = [by_usual[name] for name in CERTAINTY if name in by_usual]
    others = [by_usual[name] for name in ANSWERS if name in by_usual]
    answer = next((name for name in certain if _holds_certainties(sample, name)), None)
    if answer is None:
        found = (name for name in others if name != of and _holds(sample, name, _is_sign))
        answer = next(found, None)
    if of is None or answer is None or by_usual.keys() >= EXPORTED:
        return ()
    keys, _ = find_columns([name for name in names if name not in (of, answer)], sample, locator)
    rows = read_rows() if len(sample) >= SAMPLE else sample
    return (of, answer) if answer in certain or _has_several(rows, keys, of) else ()


def _has_several(rows: Iterable[Row], keys: Sequence[str], of: str) -> bool:
    """Tell whether one photo has rows of several classes."""
    first: dict[int, Any] = {}
    named = ((hash(tuple(read_keys(row, keys))), row.get(of)) for row in rows)
    return any(first.setdefault(photo, word) != word for photo, word in named)


def are_likeliest(rows: Iterable[Row], keys: Sequence[str], pair: Sequence[str]) -> bool:
    """Tell whether each photo has one class alone, the likeliest of several; that is never 0.

    Args:
        pair: the columns of the class and its certainty.
    """
    first: dict[int, str] = {}
    for row in rows:
        word, text = (read_cell(row.get(name)) for name in pair)
        if not word or not text:
            continue
        amount = read_amount(text)
        if not amount or first.setdefault(hash(tuple(read_keys(row, keys))), word) != word:
            return False
    return len(set(first.values())) > 1


def find_columns(
    names: Sequence[str], sample: Sequence[Row], locator: Locator
) -> tuple[list[str], dict[str, str]]:
    """Return the columns that name photos, the best first, and those of answers by concept."""
    by_usual = {usual(name): name for name in reversed(names)}
    holds = any(isinstance(value, bytes | dict) for row in sample for value in row.values())
    holds = holds or any(f"{name}.path" in names for name in names)
    if holds and not {"id", "answer"} <= by_usual.keys():  # which our own exports have
        return [], {}  # pictures inside: their ids are what an ingest makes of them
    keys = [by_usual[name] for name in KEYS if name in by_usual]
    answer = _find_answer(names, by_usual, sample)
    inner = {usual(name).rpartition(".")[2]: name for name in reversed(names) if "." in name}
    if not by_usual.keys() & set(ADDRESSES):
        keys += [inner[name] for name in ADDRESSES if name in inner]
    keys = [name for name in keys if name != answer]
    if not {usual(name).rpartition(".")[2] for name in keys} & set(ADDRESSES):
        cells = {n: [row.get(n) for row in sample] for n in names if n not in (answer, *keys)}
        keys += [name] if (name := guess_address(cells, locator)) else []
    if answer is not None:
        if not keys and len(names) == 2:
            keys = [name for name in names if name != answer]
        return keys, {"": answer}
    signs = _find_signs(names, sample, keys)
    if not keys and len(names) > len(signs):
        keys = [name for name in names if name not in signs][:1]
    others = [name for name in names if name not in keys and usual(name) not in OURS]
    if len(others) == 1 and len(names) == 2:
        return keys, {"": others[0]}
    if set(others) != set(signs) and any(map(is_number_name, names)):
        return keys, {}  # numbers beside words, of columns without names
    return keys, {name: name for name in signs if usual(name) not in OURS}


def drop_blank(names: Sequence[str], sample: Sequence[Row]) -> list[str]:
    """Leave out columns without a name that hold nothing, as a comma at the end of lines makes."""
    return [name for name in names if not is_number_name(name) or _says(sample, name)]


def find_named(answers: Mapping[str, str]) -> str:
    """Return what the only column of answers is called, unless every such column may be."""
    column = answers.get("", "")
    return "" if usual(column) in (*ANSWERS, *KEYWORDS) else column


def _find_answer(
    names: Sequence[str], by_usual: Mapping[str, str], sample: Sequence[Row]
) -> str | None:
    """Return the column of the only answers, or of the classes; None where there is none."""
    called = [by_usual[name] for name in ANSWERS if name in by_usual]
    called += [name] if (name := find_label(names)) else []
    called += [by_usual["y"]] if "y" in by_usual and "x" not in by_usual else []
    nested = [name for name in names if "." in name]
    inner = {usual(name).rpartition(".")[2]: name for name in reversed(nested)}
    within = [inner[name] for name in WITHIN if name in inner]
    within += [name for each in NAMED for name in nested if each.search(usual(name))]
    words = [by_usual[name] for name in KEYWORDS if name in by_usual]
    found = [*called, *within, *words]
    answer = next((name for name in found if _says(sample, name)), next(iter(found), None))
    outer = (answer or "").rpartition(".")[0]
    is_certain = outer and any(are_certain(row.get(outer)) for row in sample)
    return outer if is_certain else answer


def _find_signs(names: Sequence[str], sample: Sequence[Row], keys: Sequence[str]) -> list[str]:
    """Return the columns of yes and no, else those of numbers from 0 to 1."""
    open_to = [name for name in names if name not in keys and not COUNTED.search(usual(name))]
    signs = [name for name in open_to if _holds_mostly(sample, name)]
    return signs or [name for name in open_to if _holds(sample, name, _is_answer)]


def _holds_certainties(sample: Sequence[Row], name: str) -> bool:
    """Tell whether a column holds numbers from 0 to 1, or to 100; scores may be of other things."""
    texts = list(_texts(sample, name))
    amounts = [amount for text in texts if (amount := read_amount(text)) is not None]
    is_share = usual(name) != "score" or any("." in text for text in texts)
    most = 100 if is_share else 1
    return 0 < len(amounts) == len(texts) and all(0 <= amount <= most for amount in amounts)


def _holds(sample: Sequence[Row], name: str, is_kind: Callable[[str], bool]) -> bool:
    texts = list(_texts(sample, name))
    return bool(texts) and all(map(is_kind, texts))


def _holds_mostly(sample: Sequence[Row], name: str) -> bool:
    """Tell whether a column holds yes and no, but for a slip in at most one cell of ten."""
    texts = list(_texts(sample, name))
    others = [text for text in texts if not _is_sign(text)]
    slips = [text for text in others if read_amount(text) is None]
    return bool(texts) and len(others) == len(slips) <= len(texts) / 10


def _says(sample: Sequence[Row], name: str) -> bool:
    return any(_texts(sample, name))


def _texts(sample: Sequence[Row], name: str) -> Iterator[str]:
    cells = (read_cell(row.get(name)) for row in sample)
    return (unguard_cell(text) for text in cells if text)


def _is_sign(text: str) -> bool:
    return read_sign(text) is not None


def _is_answer(text: str) -> bool:
    return _is_sign(text) or read_share(text) is not None


def read_answer(row: Row, name: str) -> str:
    """Read what a row says in a column of answers: `cat|dog` where these are several classes."""
    text = read_cell(row.get(name)) or read_cell(row.get(f"{name}.choices"))
    text = text.replace("/", PART) if usual(name) in PATHS else text
    return text.replace(",", PART) if is_plural(name) and not text.startswith("[") else text


def is_plural(name: str) -> bool:
    """Tell whether a column's cells hold several classes in one text."""
    return usual(name).rpartition(".")[2] in PLURAL


def read_keys(row: Row, names: Sequence[str]) -> Iterator[str]:
    """Yield what the given columns of a row call its photo; a file's name with its folder first."""
    folder = next((row[name] for name in row if usual(name) in FOLDERS and row[name]), "")
    for name in names:
        # An id may read like nothing at all: `null`, `none`.
        value = row.get(name)  # lines of JSON may lack it
        text = value if isinstance(value, str) else as_text(plain(value))
        bare = text.strip()
        path = join_folder(folder, bare) if ENDING.search(bare) else bare
        if path != bare:
            yield path
        elif bare:
            yield from dict.fromkeys((text, bare))
