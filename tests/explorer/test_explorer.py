"""`Explorer` from a program: apply, audit and export, beside what the pages' tests show."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from classifier import load
from explorer import Explorer, Query
from explorer.errors import BadInput
from explorer.exports import Choice
from vecdb import Database
from vecdb.errors import NotFitted


@pytest.fixture
def explorer(database: Database, tmp_path: Path) -> Iterator[Explorer]:
    database.close()
    with Explorer(f"chdb://{tmp_path}/chdb", store=tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def taught(explorer: Explorer, direction: np.ndarray) -> str:
    page = explorer.rounds.begin(explorer.collection("things"), "a thing", direction)
    marks = {t.photo_id: 1 if t.photo_id.startswith("yes") else -1 for t in page.tiles}
    return explorer.answer(page, marks).concept.id


def test_a_name_is_not_taken_for_what_was_typed(explorer, direction):
    query = Query(vectors=[direction])
    named = explorer.begin(query, table="things", name="mine").concept
    assert (named.name, named.prompt) == ("mine", "")
    typed = explorer.begin(query, table="things", prompt="a thing -snow").concept
    assert (typed.name, typed.prompt) == ("a thing -snow", "a thing -snow")
    assert explorer.begin(query, table="things").concept.name == "from pictures"


def test_a_concept_is_applied_at_its_own_threshold_or_another(explorer, taught):
    own = explorer.apply(taught, limit=200)
    assert own.scores.min() >= 0.5
    everything = explorer.apply(taught, threshold=0, limit=200)
    assert len(everything.ids) == 120
    assert everything.ids[: len(own.ids)] == own.ids
    assert explorer.apply(taught, threshold=0, limit=5, offset=3).ids == everything.ids[3:8]


def test_an_audit_goes_on_where_it_was_left_and_ends_in_findings(explorer, taught):
    asked = explorer.audit(taught, width=0.2)
    truth = {photo: 1 if photo.startswith("yes") else -1 for photo in asked}
    first = dict(list(truth.items())[:3])
    assert explorer.answer_audit(taught, first) is None
    assert explorer.audit(taught) == asked[3:]
    findings = explorer.answer_audit(taught, truth)
    assert findings is not None
    assert findings.precision.low <= findings.precision.value <= findings.precision.high


def test_answers_to_questions_that_were_not_asked_are_refused(explorer, taught):
    with pytest.raises(BadInput, match="no answers to an audit"):
        explorer.answer_audit(taught, {"yes-000": 1})
    explorer.audit(taught)
    with pytest.raises(BadInput, match="'nobody' is not asked about"):
        explorer.answer_audit(taught, {"nobody": 1})


def test_an_export_is_of_the_kind_its_ending_says(explorer, taught, tmp_path):
    matches = explorer.apply(taught, limit=200).ids
    chosen = Choice(photos="matches")
    done = explorer.export(taught, tmp_path / "m.csv", choice=chosen)
    assert list(pd.read_csv(done.file, encoding="utf-8-sig")["id"]) == matches
    done = explorer.export(taught, tmp_path / "m.parquet", choice=chosen)
    assert list(pd.read_parquet(done.file)["id"]) == matches
    saved = load(explorer.export(taught, tmp_path / "m.safetensors").file)
    assert saved.head.weights == pytest.approx(explorer.concepts.get(taught).weights)
    with pytest.raises(BadInput, match=r"end it in \.csv"):
        explorer.export(taught, tmp_path / "m.xls")


def test_what_was_never_answered_has_nothing_to_apply_audit_or_export(explorer, tmp_path):
    concept = explorer.concepts.create("new", "things", "").id
    for ask in (
        lambda: explorer.apply(concept),
        lambda: explorer.apply(concept, threshold=0.5),
        lambda: explorer.audit(concept),
        lambda: explorer.export(concept, tmp_path / "m.csv"),
    ):
        with pytest.raises(NotFitted, match="no classifier yet"):
            ask()
