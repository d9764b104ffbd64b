"""What stands in files beside a picture, in a folder or in a tar: captions, metadata, a label."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from ingest.embedded import is_xmp, read_embedded
from ingest.embedded.words import join_words
from ingest.photo import LONGEST_TEXT
from ingest.sources.captions import caption_columns, read_captions, split_lines
from ingest.sources.cells import is_empty, read_as, read_as_local
from ingest.sources.columns import Columns
from ingest.sources.left_out import LeaveOut
from ingest.sources.names import LABELS as LABEL_NAMES
from ingest.sources.names import find_annotated, usual
from ingest.sources.rows import is_rows, tell_apart, words_within
from ingest.sources.takeout import from_takeout
from ingest.sources.text import encoding_of
from ingest.sources.values import PART
from ingest.sources.xml_beside import XML, read_xml
from ingest.sources.yolo import box_lines

CAPTIONS = (".txt", ".text", ".caption", ".cap")
JSON = (".json", ".jsn")
LABELS = (".cls", ".label")
XMP = ".xmp"
NUMBER = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?,?")
DEEPEST = 8  # fields in fields
LARGEST = 32 << 20  # bytes of one such file: LabelMe's hold the picture, too
# What is in annotations of one picture, and where they name its classes.
CLASSES = {
    ("shapes", "imagePath"): ("shapes", "label"),  # LabelMe
    ("objects", "size"): ("objects", "classTitle"),  # Supervisely
    ("item", "annotations"): ("annotations", "name"),  # Darwin
    ("annotations", "metadata"): ("annotations", "label"),  # Dataloop
}
GALLERY = {"category", "subcategory", "extension"}  # of gallery-dl: where a picture is from
NO_KINDS: Mapping[str, str] = MappingProxyType({})
OWN = "(the picture itself)"  # stands for its address where a row of a table would name one


def is_sidecar(ending: str) -> bool:
    """Tell whether files of this ending, in lower case, describe pictures."""
    return ending in {*CAPTIONS, *JSON, *LABELS, XMP, XML}


def describe(
    row: Mapping[str, Any],
    parts: Iterable[tuple[str, bytes]],
    leave_out: LeaveOut,
    kinds: Mapping[str, str] = NO_KINDS,
) -> tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]:
    """Read what is known of a picture into the columns of the table.

    Args:
        row: what a list of pictures says of it.
        parts: (ending, content) of the files beside it; a later one goes before an earlier one.
        leave_out: takes the kinds of those that cannot be read.
        kinds: what the texts of a column of the row say; those of JSON may be times.

    Returns:
        The values for the table's own columns, all others, and every caption.
    """
    fields = dict(row)
    caption = label = ""
    keywords: list[str] = []
    for ending, content in parts:
        if ending in JSON:
            told = _from_json(content, leave_out)
            fields |= told
            kinds = {**dict.fromkeys(flatten(told), "time"), **kinds}
        elif ending == XML:
            fields |= read_xml(content, leave_out)
        elif ending == XMP and not is_xmp(content):
            leave_out("unreadable .xmp")
        elif ending == XMP:
            own, others = read_embedded({"xmp": content})
            fields |= own | others
            # Each program has its own words in its own file.
            keywords += str(others.get("keywords", "")).split(", ")
            fields |= {"keywords": joined} if (joined := join_words(keywords)) else {}
        elif ending in LABELS:
            label = text_of(content) or label
        elif is_boxes(text := text_of(content)):
            leave_out(f"boxes in {ending}")
        else:
            caption = text or caption
    metadata, extra = by_column(fields, kinds)
    # A file of its own is what its maker calls the caption, whatever else is called so.
    if label.isdecimal() and not metadata.get("label", label).isdecimal():
        label, metadata["label"] = metadata["label"], label  # words say more than a class's number
    for name, text in {"description": caption, "label": label}.items():
        if text and metadata.get(name, text) not in {text, str(extra.get(name))}:
            extra[tell_apart([*extra, name])[-1]] = metadata[name]
        if text:
            metadata[name] = text[:LONGEST_TEXT]
    more = read_captions(fields, caption_columns(fields))
    return metadata, extra, tuple(dict.fromkeys([*split_lines(caption), *more]))


def by_column(
    fields: Mapping[str, Any], kinds: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part fields by name into the table's own columns and all others, these read by their kind."""
    flat = {
        name: read_as_local(kinds.get(name), value)
        for name, value in flatten(fields).items()
        if not is_empty(value)
    }
    if not flat:
        return {}, {}
    photo = _columns(tuple(flat)).photo(flat)
    return photo.metadata, {
        name: read_as(kinds.get(name, "word"), value) if isinstance(value, str) else value
        for name, value in photo.extra.items()
    }


@lru_cache(256)
def _columns(names: tuple[str, ...]) -> Columns:
    return Columns([OWN, *names], id_column=OWN, url_column=OWN)


def flatten(fields: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Write nested fields as `outer.inner`, lists of words as one text; drop lists of numbers.

    Of the words of a list each is kept once; several labels are `cat|dog`.
    """
    flat: dict[str, Any] = {}
    for key, value in fields.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping) and name.count(".") < DEEPEST:
            flat |= flatten(value, f"{name}.")
        elif isinstance(value, list | tuple):
            words = [item for item in value if isinstance(item, str)]
            if words and len(words) == len(value):
                flat[name] = _join(name, words)
            elif is_rows(value) and name.count(".") < DEEPEST:
                flat |= {n: _join(n, words) for n, words in words_within(value, name).items()}
        elif not isinstance(value, Mapping):
            flat[name] = value[:LONGEST_TEXT] if isinstance(value, str) else value
    return flat


def _join(name: str, words: Sequence[str]) -> str:
    are_labels = usual(name) in LABEL_NAMES or find_annotated([name])
    return (PART if are_labels else ", ").join(dict.fromkeys(words))


def text_of(content: bytes) -> str:
    """Decode a caption, whatever its encoding."""
    return content.decode(encoding_of(content), "replace").replace("\0", "").strip()


def is_boxes(text: str) -> bool:
    """Tell whether a text lists a detector's boxes."""
    # Detectors keep four numbers or more a box in files named as captions are, and its class.
    lines = [line.split() for line in box_lines(text)]
    numbers = [sum(bool(NUMBER.fullmatch(word)) for word in words) for words in lines]
    return bool(lines) and all(
        len(words) > 4 and n >= 4 and len(words) - n <= 2
        for words, n in zip(lines, numbers, strict=True)
    )


def _from_json(content: bytes, leave_out: LeaveOut) -> dict[str, Any]:
    try:
        found = json.loads(content.decode(encoding_of(content)))
    except (ValueError, RecursionError):
        leave_out("unreadable .json")
        return {}
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, list) and all(isinstance(caption, str) for caption in found):
        found = {"captions": found}
    if not isinstance(found, dict):
        leave_out("unreadable .json")
        return {}
    if found.keys() >= GALLERY:
        found["site"] = found.pop("category")
    return _name_classes(found) | from_takeout(found)


def _name_classes(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the classes that annotations of one picture name as its label; else nothing."""
    for keys, (rows, name) in CLASSES.items():
        if found.keys() >= set(keys) and isinstance(found[rows], list):
            words = [row.get(name) for row in found[rows] if isinstance(row, dict)]
            flags = found.get("flags")  # LabelMe's classes of the whole picture
            flags = flags if isinstance(flags, dict) else {}
            words += [word for word, is_so in flags.items() if is_so is True]
            told = list(dict.fromkeys(word for word in words if word and isinstance(word, str)))
            return {"label": told} if told else {}
    return {}
