"""The encoder changes, the concepts stay: fitted anew, compared, then carried over."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Barrier

import numpy as np
import pyarrow as pa
import pytest

from classifier import Head
from classifier.audit import Audit, Stratum
from encoder import load_encoder
from explorer import change_encoder as module
from explorer.audits import AuditRecord, answer_audit, begin_audit
from explorer.change_encoder import change_encoder
from explorer.commands.change_encoder import describe_change
from explorer.comparison import score_audited, score_held_out
from explorer.encode import sibling_name
from explorer.errors import BadInput, NothingThere
from explorer.explorer import Explorer
from explorer.history import History
from explorer.settings import Settings
from tests.encoder.tiny_models import KINDS
from tests.explorer.conftest import small_collection
from tests.vecdb.servers import Servers, fresh_database
from tests.warm import python
from vecdb import Label


@contextmanager
def closing_servers(servers: Servers) -> Iterator[None]:
    try:
        yield
    finally:
        servers.stop()


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "siglip"
    KINDS["siglip"][0](folder)
    return folder


@pytest.fixture
def explorer(database, tmp_path, model):
    """120 photos in two encoders' vectors; in the new one matches and others lie well apart."""
    explorer = Explorer(f"chdb://{tmp_path}/chdb", store=tmp_path / "store")
    explorer._database = database
    encoder = load_encoder(str(model))
    ids, _ = small_collection()
    vectors = np.random.default_rng(1).normal(size=(len(ids), encoder.dim)).astype(np.float32)
    vectors[:30, 0] += 8
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    target = database.create_collection(
        sibling_name("things", str(model)), encoder.name, encoder.dim, encoder.fingerprint
    )
    rows = {"id": ids, "url": [f"/{photo}.jpg" for photo in ids], "vector": list(vectors)}
    target.insert(pa.table(rows).slice(0, 118))  # two photos could not be encoded
    return explorer


@pytest.fixture
def concept(explorer):
    """A concept of two rounds, begun with words and a photo, and audited."""
    anchor = explorer.collection("things").vectors(["yes-001"])[0]
    settings = Settings(phrases=(("a house", 1.0),), photo_ids=("yes-001",), page_size=20)
    page = explorer.rounds.begin(explorer.collection("things"), "houses", anchor, settings)
    for _ in range(2):
        marks = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}
        page = explorer.answer(page, marks)
    explorer.rounds.relabel(page.concept.id, {"no-119": -1})
    concept = explorer.concepts.get(page.concept.id)
    concept = begin_audit(explorer.database, explorer.collection("things"), concept, 0.2)
    record = AuditRecord.read(concept)
    assert record is not None
    truth = {photo: 1 if photo.startswith("yes") else -1 for photo in record.order}
    return answer_audit(explorer.database, concept.id, truth)


def test_old_and_new_are_compared_on_the_same_answers_and_nothing_is_changed(
    explorer, concept, model
):
    before = explorer.concepts.get(concept.id)
    change = change_encoder(explorer, "things", str(model))
    (found,) = change.concepts
    assert (change.target, change.missing) == ("things__siglip", 2)
    assert (found.name, found.lost, found.problem, found.copy) == ("houses", 1, "", "")
    assert found.yes + found.no == len(History(explorer.concepts.history(concept.id)).judged) - 1
    assert found.old.held_out is not None
    assert found.new.held_out is not None
    assert found.new.held_out >= found.old.held_out > 0.5
    for score in (found.old, found.new):
        assert score.precision is not None
        assert score.recall is not None
        assert 0.5 < score.precision <= 1
        assert 0.3 < score.recall <= 1
    after = explorer.concepts.get(concept.id)
    assert (after.weights == before.weights).all()
    assert after.settings == before.settings
    assert explorer.concepts.list("things__siglip") == []


def test_a_concept_is_carried_over_once_with_every_answer_and_can_be_worked_on(
    explorer, concept, model
):
    (found,) = change_encoder(explorer, "things", str(model), switch=True).concepts
    copy = explorer.concepts.get(found.copy)
    assert (copy.collection, copy.name, copy.round) == ("things__siglip", "houses", concept.round)
    assert copy.encoder == load_encoder(str(model)).name
    old, new = (History(explorer.concepts.history(id)) for id in (concept.id, copy.id))
    assert new.labels == old.labels
    assert new.done == old.done
    assert len(copy.weights) == 32
    page = explorer.page(copy.id)
    assert page.tiles
    assert not {tile.photo_id for tile in page.tiles} & set(new.judged)
    explorer.undo(copy.id)
    assert explorer.concepts.get(concept.id).weights.tolist() == concept.weights.tolist()
    (again,) = change_encoder(explorer, "things", str(model), switch=True).concepts
    assert again.copy == copy.id
    assert len(explorer.concepts.list("things__siglip")) == 1


def test_two_servers_that_carry_over_at_once_make_one_copy_with_each_answer_once(
    model, tmp_path, tmp_path_factory, monkeypatch
):
    servers = Servers(tmp_path_factory)
    encoder = load_encoder(str(model))
    both = Barrier(2, timeout=60)
    compare = module._Both.compare

    def compare_together(self):
        found = compare(self)
        both.wait()  # by now neither has found a copy
        return found

    monkeypatch.setattr(module._Both, "compare", compare_together)
    monkeypatch.setattr(module, "CARRYING", nullcontext())  # what one process has alone
    with (
        closing_servers(servers),
        fresh_database(servers.dsn("clickhouse")) as dsn,
        Explorer(dsn, store=tmp_path / "a") as one,
        Explorer(dsn, store=tmp_path / "b") as other,
    ):
        ids, vectors = small_collection()
        things = one.database.create_collection("things", "offline", vectors.shape[1])
        things.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
        name = sibling_name("things", str(model))
        target = one.database.create_collection(
            name, encoder.name, encoder.dim, encoder.fingerprint
        )
        rows = np.random.default_rng(1).normal(size=(len(ids), encoder.dim)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        target.insert(pa.table({"id": ids, "url": ids, "vector": list(rows)}))
        settings = Settings(phrases=(("a house", 1.0),), page_size=9)
        page = one.rounds.begin(things, "houses", things.vectors(["yes-001"])[0], settings)
        page = one.answer(page, {tile.photo_id: 1 for tile in page.tiles})
        with ThreadPoolExecutor(2) as threads:
            work = partial(change_encoder, table="things", encoder=str(model), switch=True)
            [[first], [second]] = (done.concepts for done in threads.map(work, (one, other)))
        assert first.copy == second.copy
        assert [found.id for found in one.concepts.list(name)] == [first.copy]
        kept = one.concepts.history(first.copy)
        assert len(kept) == len(one.concepts.history(page.concept.id)) == 9


def test_a_carrying_over_that_broke_off_is_done_again(explorer, concept, model, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(explorer.rounds, "refit", stop)
    with pytest.raises(KeyboardInterrupt):
        change_encoder(explorer, "things", str(model), switch=True)
    monkeypatch.undo()
    assert explorer.concepts.list("things__siglip") == []
    (begun,) = explorer.concepts.list("things__siglip", deleted=True)
    (found,) = change_encoder(explorer, "things", str(model), switch=True).concepts
    (copy,) = explorer.concepts.list("things__siglip")
    assert (copy.id, len(copy.weights)) == (found.copy, 32)
    assert copy.id == begun.id
    old, new = (explorer.concepts.history(id) for id in (concept.id, copy.id))
    assert len(new) == len(old)
    assert History(new).labels == History(old).labels


def test_a_copy_that_was_deleted_comes_back_with_what_was_answered_meanwhile(
    explorer, concept, model
):
    (found,) = change_encoder(explorer, "things", str(model), switch=True).concepts
    explorer.rounds.relabel(found.copy, {"no-100": 1})
    explorer.concepts.delete(found.copy)
    explorer.rounds.relabel(concept.id, {"no-101": 1})
    (again,) = change_encoder(explorer, "things", str(model), switch=True).concepts
    assert again.copy == found.copy
    judged = History(explorer.concepts.history(again.copy)).judged
    assert (judged["no-100"], judged["no-101"]) == (1, 1)


def test_a_concept_that_cannot_be_fitted_anew_says_why_and_the_others_go_on(
    explorer, concept, model
):
    endless = explorer.concepts.create("endless", "things", "a house " * 80)
    explorer.concepts.label(endless.id, [Label("yes-001", 1, 1, "top")], action="round:1")
    change = change_encoder(explorer, "things", str(model), switch=True)
    found = {comparison.name: comparison for comparison in change.concepts}
    assert "the model reads 24" in found["endless"].problem
    assert not found["endless"].copy
    assert found["houses"].copy


def test_concepts_that_no_list_shows_are_neither_compared_nor_carried_over(
    explorer, concept, model
):
    explorer.concepts.create("looked for once", "things", "a boat")
    change = change_encoder(explorer, "things", str(model), switch=True)
    assert [found.name for found in change.concepts] == ["houses"]


def test_a_concept_that_was_opened_from_a_file_is_told_to_go_without_its_classifier(
    explorer, model
):
    things = explorer.collection("things")
    head = Head(things.vectors(["yes-001"])[0], 0.0, 0.5)
    explorer.rounds.open_head(things, "summer", "a summer", head)
    change = change_encoder(explorer, "things", str(model), switch=True)
    [found] = change.concepts
    assert (found.opened, found.problem, bool(found.copy)) == (True, "", True)
    assert "without its saved classifier, which is of the old encoder" in describe_change(change)


def test_a_concept_begun_from_dropped_pictures_starts_at_its_own_yes(explorer, model):
    concept = explorer.concepts.create("pictures", "things", "")
    explorer.rounds.relabel(
        concept.id, {f"yes-{at:03}": 1 for at in range(5)} | {f"no-{at:03}": -1 for at in (40, 50)}
    )
    (found,) = change_encoder(explorer, "things", str(model), switch=True).concepts
    assert found.problem == ""
    start = np.asarray(Settings.read(explorer.concepts.get(found.copy).settings).anchor)
    target = explorer.collection("things__siglip")
    likely = target.vectors(["yes-020", "no-060"]) @ start
    assert likely[0] > likely[1]


def test_vectors_that_nobody_made_are_asked_for_by_the_command_that_makes_them(explorer, tmp_path):
    KINDS["align"][0](tmp_path / "align")
    with pytest.raises(NothingThere, match="python -m explorer encode --table things"):
        change_encoder(explorer, "things", str(tmp_path / "align"))


def test_the_collections_own_encoder_is_refused(explorer, model):
    with pytest.raises(BadInput, match="siglip already: name another"):
        change_encoder(explorer, "things__siglip", str(model))


def test_held_out_answers_tell_a_good_space_from_one_of_noise(explorer):
    known = explorer.rounds.memory.known("things")
    ids, vectors = small_collection()
    labels = np.asarray([1 if photo.startswith("yes") else -1 for photo in ids], np.int8)
    start = vectors[:30].mean(axis=0)
    good = score_held_out(start, known.background, vectors, labels)
    noise = np.random.default_rng(3).permutation(vectors)
    bad = score_held_out(start, known.background, noise, labels)
    assert good is not None
    assert bad is not None
    assert good > 0.9 > 0.6 > bad
    assert score_held_out(start, known.background, vectors[29:40], labels[29:40]) is None


def test_audited_photos_count_for_what_they_stand_for():
    plan = Audit(10, (Stratum(0, 10), Stratum(10, 110)), ((0, 1), (20, 40)))
    record = AuditRecord("a", 1, 0.5, 110, plan, (("a", "b"), ("c", "d")), tuple("abcd"))
    answers = {"a": 1, "b": -1, "c": 1, "d": -1}
    # a and b stand for 5 photos each, c and d for 50.
    accepted = {"a": True, "b": True, "c": False, "d": False}
    assert score_audited(record, answers, accepted) == (0.5, pytest.approx(5 / 55))
    accepted = {"a": True, "b": False, "c": True, "d": False}
    assert score_audited(record, answers, accepted) == (1, 1)
    assert score_audited(record, answers, dict.fromkeys("abcd", False)) == (None, 0)


def test_the_command_shows_old_against_new_and_switches_on_request(
    explorer, concept, model, tmp_path
):
    explorer.close()
    env = {**os.environ, "VECDB_STORE": str(tmp_path / "store")}

    def run(*more):
        command = [*python(), "-m", "explorer", "change-encoder", "--table", "things"]
        command += ["--dsn", f"chdb://{tmp_path}/chdb", "--encoder", str(model), *more]
        return subprocess.run(command, capture_output=True, text=True, env=env)

    told = run()
    assert told.returncode == 0, told.stderr
    assert "Nothing was changed: --switch carries the concepts over." in told.stdout
    switched = json.loads(run("--switch", "--json").stdout)
    assert switched["concepts"][0]["copy"]
    assert "the old ones stay" in run().stdout
