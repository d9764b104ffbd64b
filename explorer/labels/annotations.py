"""Annotations of pictures: JSON and XML about many of them, and folders of files about one each."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from explorer.errors import BadInput
from explorer.labels.answers import Said, split_classes
from explorer.labels.columns import find_columns, read_answer, read_keys
from explorer.labels.yolo import BOXES, read_boxes
from ingest.embedded import parse_xml
from ingest.sources.addresses import ENDING, Locator
from ingest.sources.cvat import read_cvat
from ingest.sources.folders import picture_names
from ingest.sources.json_forms import (
    is_datumaro,
    is_fiftyone,
    list_by_class,
    read_datumaro,
    read_fiftyone,
)
from ingest.sources.left_out import Exclusion, keep_silent
from ingest.sources.names import SPLITS, usual
from ingest.sources.rows import lay_flat
from ingest.sources.shards import SETTINGS
from ingest.sources.sidecars import CLASSES
from ingest.sources.walk import Walk
from ingest.sources.yolo import read_class_names

ENDINGS = (".json", ".xml")
LARGEST = 1 << 30  # bytes of XML


def read_annotations(path: Path) -> Iterator[Said] | None:
    """Read what a file says of pictures, or a folder of such files; None where it is no such thing.

    Raises:
        BadInput: it is XML, or COCO's JSON, and lacks what is needed.
        SourceError: the folder cannot be read.
    """
    if path.is_dir():
        said = list(_read_folder(path))
        return iter(said) if any(row.classes for row in said) else None
    if path.suffix.lower() == ".xml":
        found = _read_xml(path)
        if found is None:
            raise BadInput(
                f"{path} is XML of neither CVAT nor Pascal VOC: export it as CSV or JSON."
            )
        return found
    return _read_json(path, _load(path)) if path.suffix.lower() == ".json" else None


def _read_folder(folder: Path) -> Iterator[Said]:
    has_pictures = next(picture_names(folder), None) is not None
    named = read_class_names(folder)
    for each in Walk(folder, Exclusion(), keep_silent):
        for file in each.files:
            ending = file.path.suffix.lower()
            if ending == BOXES and (boxes := read_boxes(file.path, file.relative, named)):
                yield boxes
            if ending not in ENDINGS or file.name in SETTINGS:
                continue
            held = _load(file.path) if ending == ".json" else None
            if ending == ".xml":
                yield from _read_xml(file.path) or ()
            elif (found := _read_json(file.path, held)) is not None:
                yield from found
            elif isinstance(held, dict) and not has_pictures:
                yield from _read_one(file.path, held)


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None


def _read_json(path: Path, held: Any) -> Iterator[Said] | None:
    if not isinstance(held, dict):
        return None
    if {"images", "annotations"} <= held.keys():
        return _read_coco(path, held)
    if is_datumaro(held):
        return (Said((row["path"],), classes=tuple(row["label"])) for row in read_datumaro(held))
    if is_fiftyone(held):
        rows = read_fiftyone(held["labels"], held["classes"])
        return (Said((name,), classes=tuple(words) or None) for name, words in rows)
    if listed := list_by_class(held):
        of = {name: [w for w in words if usual(w) not in SPLITS] for name, words in listed.items()}
        return (Said((name,), classes=tuple(words)) for name, words in of.items() if words)
    return _read_one(path, held) if any(held.keys() >= set(keys) for keys in CLASSES) else None


def _read_one(path: Path, held: Mapping[str, Any]) -> Iterator[Said]:
    """Read a file about one picture, which it names, or whose name it has."""
    row = lay_flat(held)
    keys, answers = find_columns(list(row), [row], Locator(path.parent))
    names = [name for name in read_keys(row, keys) if ENDING.search(name)]
    names = names or [
        each for each in row.values() if isinstance(each, str) and ENDING.search(each)
    ]
    column = answers.get("", "")
    words = split_classes(read_answer(row, column)) if column else []
    flags = held.get("flags")  # LabelMe's classes of the whole picture
    words += [word for word, is_so in flags.items() if is_so] if isinstance(flags, dict) else []
    yield Said(tuple(names) or (path.stem,), classes=tuple(words))


def _read_xml(path: Path) -> Iterator[Said] | None:
    """Read the annotations of CVAT, or those of Pascal VOC, as LabelImg writes them."""
    root = parse_xml(path.read_bytes(), longest=LARGEST)
    if root is None or root.tag not in {"annotations", "annotation"}:
        return None
    if root.tag == "annotation":
        names = (each.text or "" for each in root.iterfind("object/name"))
        named = (root.findtext("filename") or "").strip() or path.stem
        return iter([Said((named,), classes=tuple(filter(None, map(str.strip, names))))])
    return (Said((row["file_name"],), classes=tuple(row["label"])) for row in read_cvat(root))


def _read_coco(path: Path, held: Mapping[str, Any]) -> Iterator[Said]:
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
        fault = f"an entry lacks {error}" if isinstance(error, KeyError) else "its entries are odd"
        raise BadInput(f"{path} is no COCO file of image categories: {fault}.") from error


def _coco_keys(image: Mapping[str, Any]) -> tuple[str, ...]:
    # The numbers of a foreign file may be the ids of other photos here.
    names = [str(image[key]) for key in ("file_name", "coco_url", "flickr_url") if image.get(key)]
    return tuple(names) or (str(image["id"]),)
