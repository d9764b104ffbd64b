"""Names of classes that a data set of Hugging Face gives for numbers: in its README.md's front."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.sources.cells import as_text, is_empty, plain
from ingest.sources.place import is_far
from ingest.sources.rows import Row
from ingest.sources.text import parse_yaml

CARD = "README.md"
FOLDERS = 3  # in which it may lie: the table's own, and those above
LARGEST = 1 << 22  # characters
NESTED = ("sequence", "list", "dtype", "struct")


def find_class_names(table: Path, sample: Sequence[Row]) -> dict[str, list[str]]:
    """Return the names of classes by column, of those columns that hold their numbers.

    Of several configurations of a data set the one that a folder of the table is called after goes
    first, then the first that names the column's classes.

    Args:
        table: path of the table; nothing is asked of places far away.
        sample: its first rows.
    """
    if is_far(str(table)):
        return {}
    for folder in table.absolute().parents[:FOLDERS]:
        if held := _read_card(folder / CARD):
            told = held if isinstance(held, list) else [held]
            infos = [info for info in told if isinstance(info, dict)]
            infos.sort(key=lambda info: info.get("config_name") not in table.parts)
            return _fitting(infos, sample)
    return {}


def _read_card(path: Path) -> Any:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            opening, _, text = file.read(LARGEST).partition("\n")
        if opening.strip() != "---" or "class_label" not in text:
            return None
        return parse_yaml(text.partition("\n---")[0]).get("dataset_info")
    except (OSError, AttributeError):
        return None


def _fitting(infos: Sequence[Mapping[str, Any]], sample: Sequence[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for info in infos:
        for column, names in _names_in(info.get("features")):
            if column not in found and _are_numbers(_values(sample, column), len(names)):
                found[column] = names
    return found


def _names_in(features: Any, before: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield the names of classes by column, `outer.inner` within others."""
    for feature in features if isinstance(features, list) else ():
        if not isinstance(feature, dict):
            continue
        kind: Any = feature
        column = f"{before}{feature.get('name')}"
        while isinstance(kind, dict) and "class_label" not in kind:
            kind = next((kind[key] for key in NESTED if key in kind), None)
        if isinstance(kind, dict):
            yield column, _list_names(kind["class_label"])
        else:
            yield from _names_in(kind, f"{column}.")


def _list_names(told: Any) -> list[str]:
    names = told.get("names") if isinstance(told, dict) else None
    if isinstance(names, dict) and all(key.isdecimal() for key in names):
        names = [names[key] for key in sorted(names, key=int)]
    return list(map(str, names)) if isinstance(names, list) else []


def _values(sample: Sequence[Row], column: str) -> list[str]:
    cells = (row.get(column) for row in sample)
    several = (cell if isinstance(cell, list) else [cell] for cell in cells)
    return [as_text(plain(each)) for values in several for each in values if not is_empty(each)]


def _are_numbers(values: Sequence[str], n: int) -> bool:
    """Tell whether values are numbers of n classes, or -1, which is none of them."""
    numbers = [value.removesuffix(".0").removeprefix("-") for value in values]
    return bool(numbers) and all(each.isdecimal() and int(each) < n for each in numbers)
