"""The forms in which people write rows into one JSON value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingest.sources.addresses import ENDING
from ingest.sources.cells import as_text
from ingest.sources.iiif import canvases_of
from ingest.sources.names import (
    ADDRESSES,
    COMPANIONS,
    LABELS,
    PICTURES,
    SHOWN,
    SPLITS,
    is_known,
    usual,
)
from ingest.sources.places import SAYS_NOTHING
from ingest.sources.rows import Row, is_rows, lay_flat

JUDGED = 5  # rows that are looked at
DETECTED = "detection_categories"  # of MegaDetector: what its boxes hold, by number
SURE = 0.2  # of a box: what its makers advise; most of those below it are leaves and stones
SIZES = re.compile(r"size|resol|rendition|variant|thumb|format|source|srcset|version|preview|deriv")


def holds_rows(found: Mapping[str, Any]) -> bool:
    """Tell whether an object is a table, and not one row of it."""
    lists = any(isinstance(v, list) and v and isinstance(v[0], dict) for v in found.values())
    if lists or _is_by_path(found) or all(isinstance(v, dict | list) for v in found.values()):
        return True
    if _only_list(found) or len(_rows_by_column(found)) > 1:
        return True
    return not any(is_known(name) for name in found) and len(rows_of(found)) > 1


def rows_of(found: Any) -> list[Any]:
    """Return the rows that one value holds: a list of them, by key, by column or further inside."""
    if not isinstance(found, dict):
        return found if isinstance(found, list) else [found]
    if (pages := canvases_of(found)) is not None:
        return pages
    if (answers := _answers_in(found)) is not None:
        return [_values_of(row) for row in answers]
    if is_datumaro(found):
        return list(read_datumaro(found))
    if is_fiftyone(found):
        named = read_fiftyone(found["labels"], found["classes"])
        return [{"path": name, "label": words} for name, words in named]
    lists = {k: v for k, v in found.items() if isinstance(v, list) and v and isinstance(v[0], dict)}
    if "images" in lists and "annotations" in lists:
        return _annotate(found)
    if "images" in lists and isinstance(found.get(DETECTED), dict):
        return [_name_detections(row, found[DETECTED]) for row in lists["images"]]
    if lists:
        nested = map(rows_of, _objects_in(found))
        inside = [rows for rows in nested if len(rows) > 1]
        rows = lists.get("images") or max([*lists.values(), *inside], key=_weigh)
        parts = {word: held for word, held in lists.items() if held[0].keys() == rows[0].keys()}
        return _join_parts(parts) if len(parts) > 1 and _weigh(rows)[0] > 1 else rows
    if _is_by_path(found):
        return _rows_by_path(found)
    if listed := list_by_class(found):
        return [_row_by_class(path, words) for path, words in listed.items()]
    if pictures := _only_list(found):
        return pictures
    if _is_split(found):
        return [dict(zip(found["columns"], values, strict=False)) for values in found["data"]]
    inner = [value for value in found.values() if isinstance(value, dict)]
    if inner and len(inner) == len(found) and any(is_known(name) for name in found):
        keys = list(inner[0])
        return [{name: column.get(key) for name, column in found.items()} for key in keys]
    is_by_id = bool(inner) and len(inner) == len(found)
    if is_by_id and all(usual(word) in SPLITS for word in found):
        parts = {word: rows_of(held) for word, held in found.items()}
        return _join_parts({word: rows for word, rows in parts.items() if rows})
    are_rows = is_by_id and len(inner) > 1 and bool(set.intersection(*map(set, inner)))
    if are_rows and any(is_known(name) for name in inner[0]) and not _holds_pictures(inner[0]):
        return [{"id": key, **row} for key, row in found.items()]
    within = max((rows_of(value) for value in inner if value), key=_weigh, default=[])
    if len(within) > 1:
        return within
    if are_rows:
        return [{"id": key, **row} for key, row in found.items()]
    return _rows_by_column(found)


def _holds_pictures(found: Mapping[str, Any]) -> bool:
    """Tell whether an object's rows name pictures, and not the object itself."""
    own = {name: value for name, value in found.items() if not isinstance(value, list)}
    return _weigh(rows_of(found))[0] > _weigh([own])[0]


def _rows_by_column(found: Mapping[str, Any]) -> list[Any]:
    """Read a table by columns, also beside what is said of it; anything else is one row."""
    columns = {name: value for name, value in found.items() if isinstance(value, list)}
    if len({len(column) for column in columns.values()}) != 1:
        return [found]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    beside = found.keys() - columns.keys()
    is_row = any(map(is_known, beside)) or len(rows) < 2 or _weigh(rows)[0] < 2
    return [found] if beside and is_row else rows


def part_pictures(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a row for each picture of a row that lists several, as posts and products do.

    Copies of one picture in several sizes stay one row, and so does a picture with those of its
    comments or faces.
    """
    if _names_picture(row):
        return [row]
    alone = [row]
    has_own = any(PICTURES.search(usual(n)) and _is_picture(value) for n, value in row.items())
    for name, value in row.items():
        if isinstance(value, Mapping):
            parts = part_pictures(value)
        elif is_rows(value) and not SIZES.search(name) and (SHOWN.search(name) or not has_own):
            rows = [part for each in value for part in part_pictures(each)]
            parts = [part for part in rows if _names_picture(lay_flat(part))]
        else:
            continue
        if len(parts) > 1:
            return [{**row, name: part} for part in parts]
        if parts and alone[0] is row and parts[0] is not value:  # the only picture of a post
            alone = [{**row, name: parts[0]}]
    return alone


def _names_picture(row: Mapping[str, Any]) -> bool:
    return any(isinstance(value, str) and ENDING.search(value) for value in row.values())


def _is_picture(value: Any) -> bool:
    """Tell whether a value is a picture's address, or says one among other things."""
    words = lay_flat(value).values() if isinstance(value, Mapping) else [value]
    return any(isinstance(w, str) and ("://" in w or ENDING.search(w)) for w in words)


def place_feature(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name the coordinates of GeoJSON's points as pictures do; other rows stay as they are."""
    shape = row.get("geometry")
    if not isinstance(shape, dict) or shape.get("type") != "Point":
        return row
    place = zip(("longitude", "latitude"), shape.get("coordinates") or (), strict=False)
    return {**row, **dict(place)}


def is_datumaro(found: Mapping[str, Any]) -> bool:
    """Tell whether an object is what Datumaro and CVAT write: items, and categories by kind.

    A shop has both, too, but no annotations of its items.
    """
    items, categories = found.get("items"), found.get("categories")
    if not is_rows(items) or not isinstance(categories, dict):
        return False
    named = categories.get("label", {})
    return (
        isinstance(named, dict)
        and all(isinstance(each, dict) for each in _listed(named.get("labels")))
        and all(is_rows(i.get("annotations")) or i.get("annotations") == [] for i in items)
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def read_datumaro(found: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row for each item, with its classes: annotations give their places in a list."""
    labels = _listed(found["categories"].get("label", {}).get("labels"))
    named = {str(at): str(label.get("name", at)) for at, label in enumerate(labels)}
    for item in found["items"]:
        told = (str(each.get("label_id")) for each in item["annotations"])
        words = dict.fromkeys(named[number] for number in told if number in named)
        image = item.get("image")
        path = str(image.get("path") or "") if isinstance(image, dict) else ""
        own = str(item.get("id", ""))
        yield {"id": own, "path": path or own, "label": list(words)}


def is_fiftyone(found: Mapping[str, Any]) -> bool:
    """Tell whether an object is FiftyOne's `labels.json`: classes, and labels by picture."""
    return found.keys() == {"classes", "labels"} and isinstance(found["labels"], dict)


def read_fiftyone(labels: Mapping[str, Any], classes: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield names of pictures without endings, and their classes, as FiftyOne exports them."""
    classes = classes if isinstance(classes, list) else []
    for name, told in labels.items():
        words = (
            _name_class(each, classes) for each in (told if isinstance(told, list) else [told])
        )
        yield name, list(dict.fromkeys(filter(None, words)))


def _name_class(told: Any, classes: Sequence[str]) -> str:
    told = told.get("label") if isinstance(told, dict) else told
    is_number = isinstance(told, int) and 0 <= told < len(classes)
    return (
        as_text(classes[told] if is_number else told) if not isinstance(told, list | dict) else ""
    )


def _objects_in(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects in an object, those alone in a list, too, where they name no picture."""
    for value in found.values():
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        if one and isinstance(one, dict):
            own = {k: v for k, v in one.items() if not isinstance(v, list)}
            if one is value or not _weigh([own])[0]:
                yield one


def _weigh(rows: Sequence[Any]) -> tuple[int, int]:
    """Return what makes rows the ones of a table: they name pictures, have addresses, are many."""
    cells = [
        (name.rpartition(".")[2], value)
        for row in rows[:JUDGED]
        if isinstance(row, dict)
        for name, value in lay_flat(row).items()
    ]
    words = (each for _, v in cells for each in (v if isinstance(v, list) else [v]))
    if any(isinstance(word, str) and ENDING.search(word) for word in words):
        return 2, len(rows)
    return int(any(usual(name) in ADDRESSES for name, _ in cells)), len(rows)


def _is_by_path(found: Mapping[str, Any]) -> bool:
    return bool(found) and all(ENDING.search(key) for key in found)


def _rows_by_path(found: Mapping[str, Any]) -> list[Row]:
    """Read what an object says of pictures by their paths: rows, captions or labels."""
    if all(isinstance(value, dict) for value in found.values()):
        return [{"path": path, **row} for path, row in found.items()]
    told = [value[0] if isinstance(value, list) and value else value for value in found.values()]
    is_caption = any(isinstance(value, str) and " " in value.strip() for value in told)
    if is_caption:
        return [{"path": path, "caption": found[path]} for path in found]
    rows = zip(found, told, strict=True)
    return [{"path": p, "label": found[p] if isinstance(v, str) else v} for p, v in rows]


def list_by_class(found: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what an object of lists of pictures lists each under: its classes, or its split.

    Empty where it is something else: a table by columns, or one list of all pictures.
    """
    listed: dict[str, list[str]] = {}
    for word, names in found.items():
        if not isinstance(names, list) or ENDING.search(word):
            return {}
        for name in names:
            if not isinstance(name, str) or not (
                ENDING.search(name) or name.startswith(f"{word}/")
            ):
                return {}
            listed.setdefault(name, []).append(word)
    called = set(map(usual, found))
    columns = called & {*ADDRESSES, *COMPANIONS}
    are_columns = bool(columns) and len(set(map(len, found.values()))) == 1
    return {} if are_columns or all(map(_names_all, called)) else listed


def _only_list(found: Mapping[str, Any]) -> list[Row]:
    """Return the pictures that an object lists beside what it says of the list; else nothing."""
    lists = {word: value for word, value in found.items() if isinstance(value, list)}
    word, names = next(iter(lists.items()), ("", []))
    of_row = any(is_known(other) for other in found if other != word)
    if len(lists) != 1 or len(names) < 2 or of_row or not _names_all(usual(word)):
        return []
    are_pictures = all(isinstance(name, str) and ENDING.search(name) for name in names)
    return [{word: name} for name in names] if are_pictures else []


def _names_all(word: str) -> bool:
    """Tell whether a list of this name holds pictures of all kinds."""
    return word in {*SAYS_NOTHING, "all"} or {word, word.removesuffix("s")} & {*ADDRESSES} != set()


def _join_parts(parts: Mapping[str, Sequence[Any]]) -> list[Any]:
    """Return the rows of several lists of the same columns, each with its split or class."""
    joined: list[Any] = []
    for word, rows in parts.items():
        names = {usual(name) for name in rows[0]}
        column = "split" if usual(word) in SPLITS else "label"
        is_told = _names_all(usual(word)) or names & ({"split"} if column == "split" else {*LABELS})
        told = {} if is_told else {column: word}
        joined += [{**row, **told} if isinstance(row, dict) else row for row in rows]
    return joined


def _row_by_class(path: str, words: list[str]) -> Row:
    splits = [word for word in words if usual(word) in SPLITS]
    classes = [word for word in words if word not in splits]
    told = {"label": classes or None, "split": ", ".join(splits) or None}
    return {"path": path, **{name: value for name, value in told.items() if value}}


def _answers_in(found: Mapping[str, Any]) -> list[Any] | None:
    """Return the rows of an answer of SPARQL; None where it is none."""
    results = found.get("results") if found.keys() == {"head", "results"} else None
    answers = results.get("bindings") if isinstance(results, dict) else None
    return answers if isinstance(answers, list) else None


def _values_of(answer: Any) -> Any:
    """Return an answer of SPARQL as a row, without the types of its cells."""
    if not isinstance(answer, dict):
        return answer
    return {name: c.get("value") if isinstance(c, dict) else c for name, c in answer.items()}


def _name_detections(row: Any, names: Mapping[str, str]) -> Any:
    """Return a picture of MegaDetector's with the categories of its boxes in words."""
    if not isinstance(row, dict) or not isinstance(row.get("detections"), list):
        return row
    boxes = [
        {**box, "category": names.get(str(box.get("category")), box.get("category"))}
        for box in row["detections"]
        if isinstance(box, dict)
    ]
    sure = dict.fromkeys(str(box["category"]) for box in boxes if _confidence(box) >= SURE)
    return {**row, "detections": boxes, "label": list(sure)}


def _confidence(box: Row) -> float:
    number = box.get("conf")
    return number if isinstance(number, int | float) else 0


def _is_split(found: Mapping[str, Any]) -> bool:
    """Tell whether an object is a table as pandas splits it: the names, and lists of cells."""
    names, data = found.get("columns"), found.get("data")
    if not isinstance(names, list) or not isinstance(data, list):
        return False
    return all(isinstance(values, list) for values in data[:1])


def _annotate(found: Mapping[str, Any]) -> list[Row]:
    """Join COCO's images with all classes and captions of each."""
    names = {
        row.get("id", row.get("category_id")): row.get("name") or row.get("scientificName")
        for row in found.get("categories", [])
    }
    told: dict[Any, Row] = {}
    for note in found["annotations"]:
        known = told.setdefault(note.get("image_id"), {})
        if caption := note.get("caption"):
            known.setdefault("caption", caption)
            known.setdefault("captions", []).append(caption)
        label = names.get(note.get("category_id"))
        if label and label not in known.setdefault("label", []):
            known["label"].append(label)
    ids = ((image, image.get("id", image.get("image_id"))) for image in found["images"])
    return [{**image, **told.get(one, {})} for image, one in ids]
