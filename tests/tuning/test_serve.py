from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from encoder import ModelNotFound
from encoder.similarity import SimilarityHead, head_path, load_head
from tests.tuning.conftest import DIM, fill
from tests.vecdb.conftest import photos
from tuning.errors import TuningError
from tuning.serve import check_name, delete, serve, sync
from vecdb import Database, VecdbError

TURN = SimilarityHead(
    np.roll(np.eye(DIM, dtype=np.float32), 1, axis=0) * 0.5, np.zeros(DIM, np.float32), "by hand"
)


def served(database: Database) -> None:
    fill(database)
    serve(database, "animals", "look", TURN)


def test_the_derived_collection_holds_every_photo_moved_by_the_head(database: Database) -> None:
    served(database)
    source, derived = database.collection("animals"), database.collection("animals__look")
    assert derived.encoder == "by hand+look"
    assert derived.count() == source.count()
    ids = ["p000", "p119", "p239"]
    assert np.allclose(derived.vectors(ids), TURN.apply(source.vectors(ids)), atol=1e-6)
    assert derived.photos(ids) == source.photos(ids)


def test_a_new_photo_and_a_removed_one_reach_the_derived_collection(database: Database) -> None:
    served(database)
    source = database.collection("animals")
    source.delete(["p000", "p001"])
    source.insert(photos(["new"], np.eye(DIM)[:1]))
    changed = sync(database)["animals__look"]
    assert (changed.added, changed.removed) == (1, 2)
    derived = database.collection("animals__look")
    assert derived.records.known_ids(["p000", "p001", "p002", "new"]) == {"p002", "new"}
    again = sync(database)["animals__look"]
    assert (again.added, again.removed) == (0, 0)


@pytest.mark.parametrize("table", [None, "animals"])
def test_a_head_that_is_missing_keeps_no_other_behind(
    database: Database, table: str | None
) -> None:
    served(database)
    serve(database, "animals", "another", TURN)
    head_path("by hand+another").unlink()
    database.collection("animals").insert(photos(["new"], np.eye(DIM)[:1]))
    with pytest.raises(ModelNotFound, match=r"another\.safetensors holds no similarity head"):
        sync(database, table)
    assert database.collection("animals__look").records.known_ids(["new"]) == {"new"}


def test_a_photo_that_is_ingested_anew_is_moved_anew(database: Database) -> None:
    served(database)
    source = database.collection("animals")
    source.delete(["p000"])
    source.insert(photos(["p000"], np.eye(DIM)[3:4], digest=["another"]))
    sync(database, "animals")
    moved = database.collection("animals__look").vectors(["p000"])
    assert np.allclose(moved, TURN.apply(np.eye(DIM, dtype=np.float32)[3:4]), atol=1e-6)


def test_deleting_a_head_leaves_the_original_untouched(database: Database) -> None:
    served(database)
    concept = database.concepts.create("birds", "animals__look", "a bird")
    delete(database, "animals", "look")
    assert [info.name for info in database.collections()] == ["animals"]
    assert database.collection("animals").count() == 480
    assert not head_path("by hand+look").exists()
    assert database.concepts.get(concept.id).deleted
    with pytest.raises(TuningError, match="There is no head look of animals"):
        delete(database, "animals", "look")


def test_a_head_on_a_tuned_collection_follows_it(database: Database) -> None:
    served(database)
    second = SimilarityHead(TURN.weights, TURN.bias, "by hand+look")
    serve(database, "animals__look", "again", second)
    database.collection("animals").insert(photos(["new"], np.eye(DIM)[:1]))
    assert {name: done.added for name, done in sync(database, "animals").items()} == {
        "animals__look": 1,
        "animals__look__again": 1,
    }


@pytest.mark.parametrize("name", ["two words", "a__b", "1st", "é", "a/b", "../up"])
def test_a_name_that_no_file_and_table_can_have_is_refused(database: Database, name: str) -> None:
    with pytest.raises(TuningError, match="cannot name a head"):
        check_name(database, "animals", name)
    with pytest.raises(TuningError, match="Name the head, look for example"):
        check_name(database, "animals", "")


def test_a_name_that_is_taken_is_refused_before_training(database: Database) -> None:
    served(database)
    fill(database, "others")
    for table in ("animals", "others"):
        with pytest.raises(TuningError, match=r"is taken.*delete look --table animals"):
            check_name(database, table, "look")


def test_a_name_of_a_collection_that_has_no_head_is_refused_as_that(database: Database) -> None:
    fill(database)
    fill(database, "animals__look")
    with pytest.raises(TuningError, match="taken by the collection animals__look"):
        check_name(database, "animals", "look")


@pytest.mark.parametrize("left", ["collection", "file"])
def test_a_head_is_deleted_only_of_the_table_it_belongs_to(database: Database, left: str) -> None:
    fill(database)
    fill(database, "others")
    serve(database, "animals", "look", replace(TURN, about={"table": "animals"}))
    if left == "file":
        database.drop_collection("animals__look")
    for call in (check_name, delete):
        with pytest.raises(TuningError, match="`python -m tuning delete look --table animals`"):
            call(database, "others", "look")
    assert head_path("look").exists()
    delete(database, "animals", "look")
    assert not head_path("look").exists()


def test_a_file_beside_the_heads_is_never_deleted(database: Database, tmp_path: Path) -> None:
    fill(database)
    for path in (tmp_path / "model.safetensors", tmp_path / "heads" / "model.safetensors"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"somebody's")
    for name in ("../model", "model"):
        with pytest.raises(TuningError):
            delete(database, "animals", name)
    assert (tmp_path / "model.safetensors").exists()
    assert (tmp_path / "heads" / "model.safetensors").exists()


def test_a_head_that_another_stands_on_is_deleted_after_that(database: Database) -> None:
    served(database)
    second = SimilarityHead(TURN.weights, TURN.bias, "by hand+look")
    serve(database, "animals__look", "again", second)
    with pytest.raises(
        TuningError, match=r"animals__look__again stands on animals__look: .*again "
    ):
        delete(database, "animals", "look")
    delete(database, "animals__look", "again")
    delete(database, "animals", "look")
    assert [info.name for info in database.collections()] == ["animals"]


def test_a_tuned_collection_whose_source_is_gone_can_be_deleted(database: Database) -> None:
    served(database)
    database.drop_collection("animals")
    delete(database, "animals", "look")
    assert database.collections() == []


def test_a_head_that_a_collection_was_ingested_with_keeps_its_file(database: Database) -> None:
    served(database)
    fill(database, "photos", "by hand+look")
    assert delete(database, "animals", "look") == ["photos"]
    assert head_path("look").exists()
    with pytest.raises(TuningError, match="`python -m explorer delete --table photos --all`"):
        delete(database, "animals", "look")


def test_a_table_that_is_not_there_cannot_be_brought_up_to_date(database: Database) -> None:
    with pytest.raises(VecdbError, match="There is no collection 'nope'"):
        sync(database, "nope")


def test_a_full_disk_is_one_sentence_and_leaves_no_half_file(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    monkeypatch.setenv("ENCODER_HEADS", "/dev/full/heads")
    with pytest.raises(TuningError, match=r"cannot be written to /dev/full/heads/look"):
        serve(database, "animals", "look", TURN)
    assert [info.name for info in database.collections()] == ["animals"]


def test_a_head_is_read_back_as_it_was_kept(database: Database) -> None:
    served(database)
    head = load_head("by hand+look")
    assert head.encoder == "by hand"
    assert np.array_equal(head.weights, TURN.weights)
