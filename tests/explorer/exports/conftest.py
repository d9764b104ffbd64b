"""A collection with a concept to export, for each test a copy."""

import csv
import io
import shutil
from datetime import datetime, timezone

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from explorer.explorer import Explorer
from explorer.exports import FORMATS, Choice
from explorer.settings import Settings
from vecdb import Label, Store
from vecdb.photos import METADATA, stored_extra

DIM = 16
YES, NO = 40, 60
PAIRS = 8  # photos of which there is a near-duplicate
WEB = "https://example.org/"
NAME = "a house, été"
FOLDERS = [name for name, form in FORMATS.items() if form.write_folder]


def vectors_of(rng):
    """Return (100, 16): 40 along one direction, 60 elsewhere, some of both twice."""
    vectors = rng.normal(size=(YES + NO, DIM)).astype(np.float32)
    vectors[:YES, 0] += 6
    for at in range(PAIRS):
        vectors[at + PAIRS] = vectors[at] + 0.01  # yes
        vectors[YES + at + PAIRS] = vectors[YES + at] + 0.01  # no
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def extra_of(at):
    return {
        "iso": 100 * at,
        "f": at + 0.5,
        "split": "val",
        "source_split": "own",
        "exif.iso": at,
        "file_name": "elsewhere.jpg",
        "mask_file_name": "mask.png",
        "shot": datetime(2020, 5, 1, tzinfo=timezone.utc),
        "raw": at % 2 == 0,
    }


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A folder with photos whose pictures are files of odd names, one in ten on the web.

    Beside them lie a database with a concept of them, and the store, for each test to copy.
    """
    folder = tmp_path_factory.mktemp("filled")
    vectors = vectors_of(np.random.default_rng(0))
    (folder / "été à Lyon").mkdir()
    ids, urls, thumbnails = [], [], []
    for at in range(YES + NO):
        ids.append(f"{'yes' if at < YES else 'no'}/50% off #{at}")
        picture = Image.new("RGB", (30 + at, 20), (at, 0, 0))
        if at % 10 == 9:
            urls.append(f"{WEB}{at}.jpg")
            held = io.BytesIO()
            picture.save(held, "JPEG")
            thumbnails.append((ids[-1], f"{at:064d}", held.getvalue()))
            continue
        ending = (".jpg", ".png", ".tif", ".webp")[at % 4]
        path = folder / "été à Lyon" / f"50% off #{at}{ending}"
        picture.save(path)
        urls.append(path.as_uri())
    Store(folder / "store").put_thumbnails("things", thumbnails)
    maps = [stored_extra(extra_of(at)) for at in range(len(ids))]
    with Explorer(f"chdb://{folder}/chdb", store=folder / "store") as explorer:
        collection = explorer.database.create_collection("things", "offline", DIM)
        columns = {name: pa.array([m[name] for m in maps], METADATA[name]) for name in maps[0]}
        words = {"description": [f"=photo {at}" for at in range(len(ids))]}
        # What an ingest writes where nothing is known.
        empty = {n: pa.array([None] * len(ids), METADATA[n]) for n in ("taken", "width", "views")}
        collection.insert(
            pa.table({"id": ids, "url": urls, "vector": list(vectors), **words, **empty, **columns})
        )
        made = explorer.concepts.create(NAME, "things", "", settings=Settings().as_json())
        labels = [Label(ids[at], 1) for at in range(20)]
        labels += [Label(ids[at], -1) for at in range(60, 90)] + [Label(ids[95], 0)]
        explorer.rounds.import_labels(made.id, labels)
    return folder


@pytest.fixture
def explorer(filled, tmp_path):
    for part in ("chdb", "store"):
        shutil.copytree(filled / part, tmp_path / part, symlinks=True)
    with Explorer(f"chdb://{tmp_path}/chdb", store=tmp_path / "store") as explorer:
        yield explorer


@pytest.fixture
def concept(explorer):
    return explorer.concepts.list()[0]


def export(explorer, concept, out, form="", **choice):
    return explorer.export(concept.id, out, form, Choice(**choice))


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
