"""Names of classes that a file beside a table or above folders of pictures gives for their codes.

LOC_synset_mapping.txt says that n01440764 is a tench, class-descriptions.csv that /m/011k07 is a
Tortoise, cat_to_name.json that 21 is a fire lily, categories.txt that an airfield is 0.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from ingest.sources.addresses import ENDING
from ingest.sources.cells import as_text, is_empty, plain
from ingest.sources.layout import is_number_name
from ingest.sources.names import LABEL_NUMBERS, LABELS, usual
from ingest.sources.place import is_far
from ingest.sources.places import folder_names
from ingest.sources.rows import Row, Rows

CALLED = re.compile(r"class|categor|label|synset|species|words|names?([._]|$)", re.IGNORECASE)
ENDINGS = {".txt", ".csv", ".tsv", ".json"}
LARGEST = 1 << 22  # bytes
NAMED = {*LABELS, *LABEL_NUMBERS}
ANSWERS = {"photo_id", "label"}  # columns of our own label files, whose labels are 1, -1 and 0
CODE = re.compile(r"(?=\S*\d)\S{1,40}")
INITIAL = re.compile(r"^/\w/")  # which Places and SUN put before a name: /a/airfield
LETTER = re.compile(r"[^\W\d_]")


def find_names_beside(table: Path, rows: Rows) -> dict[str, dict[str, str]]:
    """Return the names of classes by code, by column, of those columns that hold codes alone.

    Codes stand in a column that is called as labels are, or in one without a name behind the first;
    numbers in the second of two.

    Args:
        table: path of the table; nothing is asked of places far away.
    """
    if is_far(str(table)) or str(table) == "-" or set(rows.names) >= ANSWERS:
        return {}
    found = {}
    for at, column in enumerate(rows.names):
        codes = _codes_in(rows.sample, column)
        is_bare = at > 0 and is_number_name(column)
        is_bare = is_bare and (len(rows.names) == 2 or not any(map(str.isdecimal, codes)))
        if codes and (is_bare or usual(column) in NAMED):
            above = table.absolute().parent
            if names := find_names((above, above.parent), codes, but=table.name):
                found[column] = names
    return found


def find_names(folders: Iterable[Path], codes: set[str], but: str = "") -> dict[str, str]:
    """Return what the first file of names in some folders says, that has all the codes.

    Args:
        but: name of a file that is none.
    """
    for path, modified in (file for folder in folders for file in _files_in(str(folder))):
        names = _read_names(path, modified) if os.path.basename(path) != but else {}
        if names and codes <= names.keys():
            return names
    return {}


class ClassFolders:
    """The names of classes whose folders are called by codes, told by files above them.

    Args:
        root: from which the files are looked for.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[str, dict[str, str]] = {}  # by the folder that the classes' lie in

    def name(self, folder: str, label: str) -> str:
        """Return the name of a class, or its label where no file names it and all beside it.

        Args:
            folder: path from the root of a picture's folder, in or below that of the class.
            label: the class's folder.
        """
        if not CODE.fullmatch(label):
            return label
        parts = folder.split("/")
        above = parts[: len(parts) - 1 - parts[::-1].index(label)] if label in parts else parts
        if (key := "/".join(above)) not in self._names:
            files = [self._root.joinpath(*above[:at]) for at in range(len(above), -1, -1)]
            self._names[key] = find_names(files, set(folder_names(self._root / key)))
        return self._names[key].get(label, label)


def _codes_in(sample: Sequence[Row], column: str) -> set[str]:
    """Return what a column's cells say, where all of them may be codes; else nothing."""
    texts = {as_text(plain(row.get(column))).strip() for row in sample} - {""}
    return (
        texts if all(map(CODE.fullmatch, texts)) and not any(map(ENDING.search, texts)) else set()
    )


def _files_in(folder: str) -> Iterator[tuple[str, int]]:
    """Yield the files that may hold names of classes, with the times they were modified at."""
    try:
        with os.scandir(folder) as entries:
            named = [e for e in entries if CALLED.search(e.name) and e.is_file()]
            named = [e for e in named if os.path.splitext(e.name)[1].lower() in ENDINGS]
            found = [(e.path, e.stat()) for e in named]
    except OSError:
        return
    yield from sorted((path, s.st_mtime_ns) for path, s in found if s.st_size <= LARGEST)


@lru_cache(64)
def _read_names(path: str, modified: int) -> dict[str, str]:
    """Read a file of names by code; empty where it is none: each number has a name of its own."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
        names = (
            _from_json(json.loads(text)) if path.lower().endswith(".json") else _from_lines(text)
        )
    except (OSError, ValueError, RecursionError):
        return {}
    if any(ENDING.search(key) or ENDING.search(name) for key, name in names.items()):
        return {}
    numbered = [name for key, name in names.items() if key.isdecimal()]
    is_one = len(set(numbered)) == len(numbered) and any(map(LETTER.search, names.values()))
    return names if len(names) > 1 and is_one else {}


def _from_json(found: object) -> dict[str, str]:
    if not isinstance(found, Mapping):
        return {}
    if all(isinstance(value, int) for value in found.values()):  # as Keras has it
        return {str(value): str(key) for key, value in found.items()}
    # PyTorch's lists hold the synset before the word.
    told = {k: v[-1] if isinstance(v, list) and v else v for k, v in found.items()}
    return {k: v for k, v in told.items() if isinstance(v, str) and not is_empty(v)}


def _from_lines(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if all("\t" in line for line in lines):
        part = "\t"
    else:
        is_comma = all("," in line and " " not in line.partition(",")[0] for line in lines)
        part = "," if is_comma else " "
    pairs = [line.partition(part) for line in lines]
    if pairs and all(name.strip().isdecimal() for _, _, name in pairs):
        pairs = [(name, part, key) for key, _, name in pairs]
    told = [
        (key.strip().strip('"'), INITIAL.sub("", name.strip().strip('"'))) for key, _, name in pairs
    ]
    return {key: name for key, name in told if name} if len(told) == len(dict(told)) else {}
