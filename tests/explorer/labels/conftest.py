"""Labels of a file taken into the small collection, and what became of them."""

import pytest

from explorer.explorer import Explorer
from explorer.labels.files import read_labels
from explorer.labels.importing import find_concept, import_labels


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
