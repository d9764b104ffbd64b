"""Saved concepts, opened again on another machine and another collection of the same encoder."""

import errno
import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from classifier import ClassifierError, Head, SavedClassifier, save
from explorer.__main__ import main
from explorer.errors import NotWritten
from explorer.explorer import Explorer
from explorer.fitting import head_of
from tests.explorer.conftest import DIM, small_collection

ENDINGS = (".safetensors", ".npz")


def fill(explorer, name="things", encoder="offline", fingerprint="", reverse=False):
    ids, vectors = small_collection()
    made = explorer.database.create_collection(name, encoder, DIM, fingerprint)
    rows = list(vectors)[::-1] if reverse else list(vectors)
    made.insert(pa.table({"id": ids, "url": [f"/{photo}.jpg" for photo in ids], "vector": rows}))
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with the files of a concept that was taught; beside it the concept, its matches."""
    folder = tmp_path_factory.mktemp("taught")
    with Explorer(f"chdb://{folder}/one", store=folder / "one-store") as explorer:
        collection = fill(explorer, fingerprint="f" * 64)
        anchor = collection.vectors(["yes-000"])[0]
        page = explorer.rounds.begin(collection, "été", anchor)
        for _ in range(2):
            marks = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}
            page = explorer.answer(page, marks)
        concept = explorer.concepts.update(page.concept.id, threshold=0.7, name="summer")
        for ending in ENDINGS:
            explorer.export(concept.id, folder / f"summer{ending}")
        matches = explorer.concepts.matches(concept.id, limit=200)
    return folder, concept, matches


@pytest.fixture
def taught(files, tmp_path):
    """A concept that was taught, and its files in the test's folder."""
    folder, concept, matches = files
    for ending in ENDINGS:
        shutil.copy(folder / f"summer{ending}", tmp_path)
    return concept, matches


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """The folder of another machine's database: the same encoder goes by another name there."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with Explorer(f"chdb://{folder}/two", store=folder / "two-store") as explorer:
        fill(explorer, "elsewhere", "/models/offline", "f" * 64, reverse=True)
        fill(explorer, "same", "/models/offline", "f" * 64)
    return folder / "two"


@pytest.fixture
def other(elsewhere, tmp_path):
    """Another machine, of the test's own."""
    shutil.copytree(elsewhere, tmp_path / "two", symlinks=True)
    with Explorer(f"chdb://{tmp_path}/two", store=tmp_path / "two-store") as explorer:
        yield explorer


@pytest.mark.parametrize("ending", [*ENDINGS, ".sql"])
def test_a_classifier_that_cannot_be_written_leaves_nothing(
    taught, other, tmp_path, monkeypatch, ending
):
    concept = other.open_saved(tmp_path / "summer.npz", "same").concept

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(NotWritten, match="No space left on device: make room"):
        other.export(concept.id, tmp_path / "out" / f"summer{ending}")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_saved_concept_opens_with_its_head_and_threshold(taught, other, tmp_path, ending):
    before, matches = taught
    page = other.open_saved(tmp_path / f"summer{ending}", "same")
    concept = other.concepts.get(page.concept.id)
    assert (concept.name, concept.prompt, concept.threshold) == ("summer", "été", 0.7)
    assert np.array_equal(concept.weights, before.weights)
    assert concept.bias == before.bias
    found = other.concepts.matches(concept.id, limit=200)
    assert found.ids == matches.ids
    assert len(page.tiles) == page.settings.page_size
    assert (
        other.open_saved(tmp_path / f"summer{ending}", "elsewhere", "mine").concept.name == "mine"
    )


def test_its_head_stands_until_it_is_answered_and_again_after_undo(taught, other, tmp_path):
    before, _ = taught
    page = other.open_saved(tmp_path / "summer.npz", "same")
    other._rounds = None  # as after a restart
    assert np.array_equal(other.page(page.concept.id).concept.weights, before.weights)
    truth = {tile.photo_id: 1 if tile.photo_id[0] == "y" else -1 for tile in page.tiles}
    answered = other.answer(page, truth)
    assert not np.array_equal(answered.concept.weights, before.weights)
    _, vectors = other.collection("same").known_vectors(small_collection()[0])
    probabilities = head_of(answered.concept).probabilities(vectors)
    assert probabilities[:30].min() > probabilities[30:].max() - 0.2
    again = other.undo(page.concept.id)
    assert np.allclose(again.concept.weights, before.weights)
    assert again.concept.bias == before.bias


def test_one_no_leaves_its_matches(taught, other, tmp_path):
    _, matches = taught
    page = other.open_saved(tmp_path / "summer.npz", "same")
    no = next(photo for photo in small_collection()[0] if photo not in matches.ids)
    concept = other.answer(page, {no: -1}).concept
    found = other.concepts.matches(concept.id, limit=200)
    assert len(set(found.ids) & set(matches.ids)) > 0.9 * len(matches)


@pytest.mark.parametrize(
    ("encoder", "fingerprint"), [("clip", ""), ("offline", "e" * 64), ("/models/clip", "e" * 64)]
)
def test_a_concept_of_another_encoder_is_refused(taught, other, tmp_path, encoder, fingerprint):
    fill(other, "wrong", encoder, fingerprint)
    with pytest.raises(ClassifierError, match=r"^This classifier reads .* 'offline'.*\.$"):
        other.open_saved(tmp_path / "summer.npz", "wrong")
    assert other.concepts.list() == []


def test_names_decide_where_no_fingerprint_is_known(taught, other, tmp_path):
    fill(other, "old", "offline")
    assert other.open_saved(tmp_path / "summer.npz", "old").concept.collection == "old"


@pytest.mark.parametrize("name", ["x.npz", "x.safetensors", "x.txt"])
def test_a_file_that_is_no_concept_is_a_sentence(other, tmp_path, name):
    (tmp_path / name).write_bytes(b"PK no such thing")
    with pytest.raises(ClassifierError, match="is not a saved classifier: name a file"):
        other.open_saved(tmp_path / name, "same")
    assert other.concepts.list() == []


def test_a_concept_of_another_dimension_is_refused(other, tmp_path):
    save(tmp_path / "d.npz", SavedClassifier(Head(np.ones(4, np.float32), 0.0), "/models/offline"))
    with pytest.raises(ClassifierError, match="4 numbers"):
        other.open_saved(tmp_path / "d.npz", "same")


def test_the_command_opens_a_file(taught, other, tmp_path, capsys):
    other.close()
    place = ["--dsn", f"chdb://{tmp_path}/two", "--table", "same", "--json"]
    assert main(["open", str(tmp_path / "summer.safetensors"), "--name", "again", *place]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["table"]) == ("again", "same")
