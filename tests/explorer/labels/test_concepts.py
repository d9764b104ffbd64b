"""Labels that came in, as concepts."""

import numpy as np
import pyarrow as pa
import pytest

from classifier import NoAnchor
from explorer.errors import BadInput
from explorer.explorer import Explorer
from explorer.history import History
from explorer.labels.files import WRITERS
from explorer.labels.importing import find_concept
from explorer.settings import Settings
from tests.explorer.conftest import small_collection
from tests.explorer.labels.conftest import concept_of, labels_of, rows_of, take_in, write
from vecdb import Label, connect


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_labels_come_back_in_a_fresh_database_with_the_same_head(
    explorer, collection, tmp_path, ending
):
    given = [Label(f"yes-{at:03d}", 1, 2, "top", by="Ann") for at in range(12)]
    given += [Label(f"no-{at:03d}", -1, 3, "boundary", by="=Bo") for at in range(60, 80)]
    given += [Label("no-100", 0, 3, "top")]
    made = explorer.concepts.create("things", "things", "", settings=Settings().as_json())
    page = explorer.rounds.import_labels(made.id, given)
    file = tmp_path / f"labels{ending}"
    before = explorer.concepts.labels(made.id)
    file.write_bytes(b"".join(WRITERS[ending](before)))
    explorer.close()  # one embedded database at a time
    ids, vectors = small_collection()
    with connect(f"chdb://{tmp_path}/fresh") as fresh:
        there = fresh.create_collection("things", "offline", vectors.shape[1])
        there.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
        other = Explorer(f"chdb://{tmp_path}/fresh", store=tmp_path / "store")
        other._database = fresh
        done = take_in(other, file)
        copy = other.concepts.get(done.concepts[0]["id"])
        assert rows_of(other.concepts.labels(copy.id)) == rows_of(before)
    assert np.abs(copy.weights - page.concept.weights).max() < 1e-6
    assert abs(copy.bias - page.concept.bias) < 1e-6
    assert copy.round == page.concept.round == 4


def test_an_import_is_one_action_that_undo_takes_back(explorer, tmp_path):
    take_in(explorer, write(tmp_path, "id,label\nyes-001,1\nno-050,-1\n"))
    concept = concept_of(explorer)
    take_in(explorer, write(tmp_path, "id,label\nyes-001,-1\nyes-002,yes\nno-051,no\n"))
    assert labels_of(explorer) == {"yes-001": -1, "yes-002": 1, "no-050": -1, "no-051": -1}
    page = explorer.undo(concept.id)
    assert page.history.judged == {"yes-001": 1, "no-050": -1}
    assert explorer.redo(concept.id).history.judged["yes-001"] == -1
    history = History(explorer.concepts.history(concept.id))
    assert all(action.startswith("import:") for action in history.done)


def test_several_concepts_come_from_columns_and_from_class_names(explorer, tmp_path):
    text = "id,red,round\nyes-001,1,0\nyes-002,0,1\nno-050,0,\n"
    take_in(explorer, write(tmp_path, text.replace("round", "blue")), None, all_classes=True)
    assert labels_of(explorer, "red") == {"yes-001": 1, "yes-002": -1, "no-050": -1}
    assert labels_of(explorer, "blue") == {"yes-001": -1, "yes-002": 1}
    text = "id,label\nyes-001,cat|dog\nyes-002,dog\nno-050,bird\nno-050,dog\n"
    path = write(tmp_path, text)
    take_in(explorer, path, None, all_classes=True)
    assert labels_of(explorer, "dog") == {"yes-001": 1, "yes-002": 1, "no-050": 1}
    assert labels_of(explorer, "cat") == {"yes-001": 1}


def test_all_classes_of_a_file_about_one_concept_ask_for_its_name(explorer, tmp_path):
    with pytest.raises(BadInput, match="yes and no about one concept: name it"):
        take_in(explorer, write(tmp_path, "id,label\nyes-001,1\n"), None, all_classes=True)


def test_of_several_concepts_none_is_changed_before_all_are_found(explorer, tmp_path):
    text = "id,red,blue,grey\nyes-001,1,1,0\nno-050,0,0,0\n"
    done = take_in(explorer, write(tmp_path, text), None, all_classes=True)
    assert [concept["name"] for concept in done.concepts] == ["red", "blue"]
    assert "grey has no yes to start from, and was left out." in done.notes
    explorer.concepts.create("blue", "things", "")
    with pytest.raises(BadInput, match="2 concepts named 'blue'"):
        take_in(explorer, write(tmp_path, text.replace(",1", ",0")), None, all_classes=True)
    assert labels_of(explorer, "red") == {"yes-001": 1, "no-050": -1}


def test_labels_of_only_no_start_no_concept(explorer, tmp_path):
    with pytest.raises(NoAnchor):
        take_in(explorer, write(tmp_path, "id,label\nno-050,-1\n"))
    assert explorer.concepts.list() == []


def test_equal_names_are_told_with_their_ids(explorer):
    made = [explorer.concepts.create("same", "things", "").id for _ in range(2)]
    with pytest.raises(BadInput, match="2 concepts named 'same'") as told:
        find_concept(explorer, "same")
    assert all(concept in str(told.value) for concept in made)
    assert concept_of(explorer, made[0]).id == made[0]


def test_of_equal_names_that_of_the_default_collection_is_meant(explorer, monkeypatch):
    explorer.database.create_collection("others", "offline", 4)
    made = {name: explorer.concepts.create("same", name, "").id for name in ("things", "others")}
    with pytest.raises(BadInput, match=rf"{made['things']} \(of things\)"):
        find_concept(explorer, "same")
    monkeypatch.setenv("VECDB_TABLE", "others")
    assert concept_of(explorer, "same").id == made["others"]
    assert concept_of(explorer, made["things"]).id == made["things"]
