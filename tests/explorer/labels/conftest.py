"""Labels of a file taken into the small collection, and what became of them."""

import numpy as np
import pyarrow as pa
import pytest

from explorer.explorer import Explorer
from explorer.labels.collecting import collect_labels
from explorer.labels.files import read_labels
from explorer.labels.importing import find_concept, import_labels
from explorer.labels.reading import choose_reading
from explorer.labels.report import Imported
from explorer.photo_names import find_shared
from tests.explorer.conftest import PHOTOS, fill
from vecdb import connect


@pytest.fixture
def explorer(database, tmp_path):
    explorer = Explorer(f"chdb://{tmp_path}/chdb", store=tmp_path / "store")
    explorer._database = database
    return explorer


def take_in(explorer, path, concept="things", **how):
    collection = explorer.collection("things")
    how = {"from_words": False, **how}
    return import_labels(explorer, lambda: read_labels(path), collection, concept, **how)


def concept_of(explorer, name="things"):
    found = find_concept(explorer, name)
    assert found is not None
    return found


def labels_of(explorer, concept="things"):
    found = concept_of(explorer, concept)
    return {row.photo_id: row.label for row in explorer.concepts.labels(found.id)}


def write(tmp_path, text, name="labels.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def rows_of(labels):
    return [(r.photo_id, r.label, r.round, r.reason, r.by, r.created) for r in labels]


@pytest.fixture(scope="module")
def photos_there(tmp_path_factory):
    """A collection that no test changes; the ids of two of its photos are paths."""
    folder = tmp_path_factory.mktemp("there")
    fill(folder, PHOTOS)
    with connect(f"chdb://{folder}") as database:
        collection = database.collection("things")
        paths = ["set/img 1.jpg", "set/img.v2.png"]
        vectors = list(np.eye(16, dtype=np.float32)[:2])
        urls = [f"file:///photos/{path}".replace(" ", "%20") for path in paths]
        collection.insert(pa.table({"id": paths, "url": urls, "vector": vectors}))
        yield collection


def collect(collection, path, concept="cat", category=None, others_no=False):
    """Return the answers that a file gives, by photo, and what became of its rows; store none."""
    done = Imported()
    reading = choose_reading(read_labels(path), concept, category, False)
    shared = find_shared(row.keys for row in read_labels(path))
    rows = read_labels(path)
    [held] = collect_labels(rows, collection, reading, shared, others_no, "", done).values()
    return {photo: label.label for (photo, _), label in held.items()}, done
