"""An export as pictures in folders: plain, for YOLO, for Hugging Face's imagefolder, with COCO."""

import json
import re
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from explorer.exports.choice import Selected
from explorer.exports.pictures import (
    READ_ANYWHERE,
    Pictures,
    name_picture,
    safe_name,
)
from explorer.exports.rows import Rows
from explorer.exports.splits import SPLITS
from explorer.exports.tables import write_json
from explorer.exports.targets import Target
from vecdb import Store

SHORT = {"train": "train", "validation": "val", "test": "test"}  # as YOLO and COCO call them
ROWS = 1000
# `datasets` takes what stands in such columns of an imagefolder for pictures in it.
PICTURES_OF = re.compile(r"(^|_)file_name(?=s?$)")


def write_pictures(selected: Selected, target: Target, store: Store) -> Iterator[str]:
    """Write the pictures as they are, by rank; yield what is to be said of them."""
    pictures = Pictures(selected, store, kinds=None)
    for rank, (row, picture) in enumerate(pictures.rows(Rows(selected)), 1):
        target.put(name_picture(rank, row["id"], picture.suffix), picture.content)
    yield from pictures.notes()


def write_yolo(selected: Selected, target: Target, store: Store) -> Iterator[str]:
    """Write a folder for each split, in it one for each class, as Ultralytics classifies from."""
    pictures = Pictures(selected, store, READ_ANYWHERE)
    rows = Rows(selected)
    for split, name in enumerate(SPLITS):
        for rank, (row, picture) in enumerate(pictures.rows(rows, split), 1):
            folder = f"{SHORT[name]}/{safe_name(row['class'])}"
            target.put(f"{folder}/{name_picture(rank, row['id'], picture.suffix)}", picture.content)
    yield from pictures.notes()


def write_imagefolder(selected: Selected, target: Target, store: Store) -> Iterator[str]:
    """Write a folder for each split, with a table of what is known of its pictures."""
    pictures = Pictures(selected, store, READ_ANYWHERE)
    rows = Rows(selected, partial(PICTURES_OF.sub, r"\1filename"))
    schema = pa.schema([pa.field("file_name", pa.string()), *rows.schema])
    for split, name in enumerate(SPLITS):
        with tempfile.TemporaryDirectory(dir=store.path.parent) as folder:
            table = Path(folder) / "metadata.parquet"
            written = 0
            with pq.ParquetWriter(table, schema) as file:
                held: list[dict[str, Any]] = []
                for written, (row, picture) in enumerate(pictures.rows(rows, split), 1):
                    row["file_name"] = name_picture(written, row["id"], picture.suffix)
                    target.put(f"{name}/{row['file_name']}", picture.content)
                    held.append(row)
                    if len(held) == ROWS:
                        file.write_table(pa.Table.from_pylist(held, schema))
                        held = []
                file.write_table(pa.Table.from_pylist(held, schema))
            if written:
                target.put(f"{name}/metadata.parquet", table)
    yield from pictures.notes()


def write_coco(selected: Selected, target: Target, store: Store) -> Iterator[str]:
    """Write COCO: pictures by split, and for each split the annotations of whole pictures.

    A photo that is a yes has one annotation, over all of it; one that is a no has none.
    """
    pictures = Pictures(selected, store, READ_ANYWHERE)
    rows = Rows(selected)
    number = 0
    for split, name in enumerate(SPLITS):
        images, annotations = [], []
        for rank, (row, picture) in enumerate(pictures.rows(rows, split), 1):
            number += 1
            file_name = name_picture(rank, row["id"], picture.suffix)
            target.put(f"{SHORT[name]}/{file_name}", picture.content)
            width, height = picture.size()
            size = {"width": width, "height": height}
            known = {key: value for key, value in row.items() if value not in (None, "")}
            # Ids are numbers in COCO; ours goes by another name.
            known["photo_id"] = known.pop("id")
            at = known.pop("url", "")  # beside `file_name` a `url` is where readers look instead
            images.append({**known, **size, "id": number, "file_name": file_name, "coco_url": at})
            if row["class"] == selected.concept.name:
                annotations.append(
                    {
                        "id": number,
                        "image_id": number,
                        "category_id": 1,
                        "bbox": [0, 0, width, height],
                        "area": width * height,
                        "segmentation": [[0, 0, width, 0, width, height, 0, height]],
                        "iscrowd": 0,
                    }
                )
        if images:
            content = _coco_json(selected, images, annotations)
            target.put(f"annotations/instances_{SHORT[name]}.json", content)
    yield from pictures.notes()


def _coco_json(
    selected: Selected, images: list[dict[str, Any]], annotations: list[dict[str, Any]]
) -> bytes:
    concept = selected.concept
    head = {
        "info": {"description": f"{concept.name}, of the collection {concept.collection}"},
        "licenses": [],
        "categories": [{"id": 1, "name": concept.name, "supercategory": ""}],
    }
    listed = ",\n".join(map(write_json, images))
    boxes = ",\n".join(map(json.dumps, annotations))
    text = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{text},\n"images": [\n{listed}\n],\n"annotations": [\n{boxes}\n]}}\n'.encode()
