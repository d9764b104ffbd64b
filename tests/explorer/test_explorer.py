"""`Explorer` from a program: apply, audit and export, beside what the pages' tests show."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from classifier import ClassifierError, load
from explorer import BadInput, Explorer, ExplorerError, MovedOn, Page, Query
from explorer.exports import Choice
from ingest import IngestError, Photo
from tests.explorer.conftest import disk_full_after
from vecdb import Database, Filter
from vecdb.errors import BadCondition, NotFitted, UnknownConcept
from vecdb.records import Records

NO_LABELS = (2, 0.5, 1.9, float("nan"), "1", True, False, None)


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
    first = {photo: np.float32(truth[photo]) for photo in asked[:3]}
    assert explorer.answer_audit(taught, first) is None
    assert explorer.audit(taught) == asked[3:]
    findings = explorer.answer_audit(taught, truth)
    assert findings is not None
    assert findings.precision.low <= findings.precision.value <= findings.precision.high


@pytest.mark.parametrize("width", ["x", None, float("nan"), 0, 1, -0.1])
def test_an_audits_width_is_a_share(explorer, taught, width):
    with pytest.raises((BadInput, ClassifierError), match="width"):
        explorer.audit(taught, width=width)


def test_answers_to_questions_that_were_not_asked_are_refused(explorer, taught):
    with pytest.raises(BadInput, match="no answers to an audit"):
        explorer.answer_audit(taught, {"yes-000": 1})
    explorer.audit(taught)
    for answers, words in (
        ({"nobody": 1}, "'nobody' is not asked about"),
        ({5: 1, "nobody": 1}, "5 is not asked about"),
        ({"yes-000": 7}, "must be 1"),
    ):
        with pytest.raises(BadInput, match=words):
            explorer.answer_audit(taught, answers)


@pytest.fixture
def page(explorer: Explorer, direction: np.ndarray) -> Page:
    return explorer.begin(Query(vectors=[direction.tolist()]), table="things", page_size=9)


@pytest.mark.parametrize(
    ("marks", "unmarked", "words"),
    [
        *(({"yes-000": wrong}, "skip", "label of 'yes-000' must be 1") for wrong in NO_LABELS),
        ({"no such photo": 1}, "skip", "'no such photo' is not on this page"),
        ({5: 1}, "skip", "5 is not on this page"),
        ({"yes-000": 1}, "negatives", "must be 'skip' or 'negative', not 'negatives'"),
        ({"yes-000": 1}, None, "not None"),
    ],
)
def test_answers_that_cannot_be_taken_are_refused_and_nothing_is_stored(
    explorer, page, marks, unmarked, words
):
    with pytest.raises(BadInput, match=words):
        explorer.answer(page, marks, unmarked=unmarked)
    assert explorer.concepts.history(page.concept.id) == []


def test_a_name_with_spaces_around_it_is_the_same_person(explorer, page):
    explorer.answer(page, {page.tiles[0].photo_id: 1}, by=" Ann ")
    assert {row.by for row in explorer.concepts.history(page.concept.id)} == {"Ann"}


def test_labels_may_be_of_any_type_of_number_and_photos_off_the_page(explorer, page):
    shown = {tile.photo_id for tile in page.tiles}
    elsewhere = next(photo for photo in ("no-118", "no-119") if photo not in shown)
    on_page = page.tiles[0].photo_id
    marks = {on_page: np.int8(1), elsewhere: -1.0}
    assert explorer.answer(page, marks).history.judged == {on_page: 1, elsewhere: -1}


def test_a_page_whose_photos_alone_are_marked_is_not_looked_up(explorer, page, monkeypatch):
    monkeypatch.setattr(Records, "known_ids", lambda *_: pytest.fail("a query too many"))
    explorer.answer(page, {page.tiles[0].photo_id: 1})


@pytest.mark.parametrize("label", NO_LABELS)
def test_a_single_label_is_checked_like_a_page(explorer, taught, label):
    before = explorer.concepts.history(taught)
    with pytest.raises(BadInput, match="must be 1"):
        explorer.rounds.relabel(taught, {"yes-000": label})
    assert explorer.concepts.history(taught) == before


def test_a_page_is_answered_once_and_again_after_undo(explorer, page):
    marks = {tile.photo_id: 1 for tile in page.tiles}
    second = explorer.answer(page, marks)
    before = explorer.concepts.history(page.concept.id)
    with pytest.raises(MovedOn):
        explorer.answer(page, dict.fromkeys(marks, -1))
    assert explorer.concepts.history(page.concept.id) == before
    assert explorer.answer(explorer.undo(page.concept.id), marks).concept.round == 2
    assert explorer.answer(explorer.page(second.concept.id), {}).history.judged == marks


@pytest.mark.parametrize(
    "how",
    [
        *({name: wrong} for name in ("k", "offset") for wrong in (-1, 2**32, None, "5", 2.5)),
        *({"threshold": wrong} for wrong in (float("nan"), 2, 10**400, "high")),
    ],
)
def test_a_search_for_impossible_numbers_is_refused(explorer, direction, how):
    with pytest.raises(BadInput, match=f"{next(iter(how))} must be a"):
        explorer.search(Query(vectors=[direction]), table="things", **how)


@pytest.mark.parametrize(
    "how",
    [
        *({name: wrong} for name in ("limit", "offset") for wrong in (-1, 2**32, None, "5", 2.5)),
        *({"threshold": wrong} for wrong in (float("nan"), 70, 10**400, "high")),
    ],
)
def test_matches_of_impossible_numbers_are_refused(explorer, taught, how):
    asks = [explorer.apply]
    if "threshold" not in how:
        asks.append(explorer.new_matches)
    if "limit" in how:
        asks.append(explorer.compare_with_labels)
    for ask in asks:
        with pytest.raises(BadInput, match=f"{next(iter(how))} must be a"):
            ask(taught, **how)


@pytest.mark.parametrize("size", [0, -1, "20", 2.5, None, 2**31])
def test_a_page_of_impossible_size_is_refused(explorer, direction, size):
    with pytest.raises(BadInput, match="page_size must be a whole number from 1"):
        explorer.begin(Query(vectors=[direction]), table="things", page_size=size)
    assert explorer.concepts.list() == []


def test_a_search_beside_a_concept_that_is_not_there_is_refused(explorer, direction):
    with pytest.raises(UnknownConcept, match="no concept 'nobody'"):
        explorer.search(Query(vectors=[direction]), table="things", exclude_concept="nobody")


@pytest.mark.parametrize("limit", [-1, "5", 2.5])
def test_an_ingest_of_an_impossible_number_is_refused(explorer, tmp_path, limit):
    with pytest.raises(IngestError, match="limit must be a whole number from 0"):
        explorer.ingest(tmp_path, table="things", limit=limit)


@pytest.mark.parametrize("given", [["a.jpg"], [Path("a.jpg")], [7], None, 7])
def test_an_ingest_that_ends_early_is_an_error_that_says_why(explorer, given):
    with pytest.raises(IngestError, match=r"is no photo: give `ingest\.Photo`s, or one source"):
        explorer.ingest(given, table="new", encoder="offline")


def test_a_photos_address_may_be_a_path_and_its_id_must_be_a_text(tmp_path):
    path: Any = tmp_path / "a.jpg"
    assert Photo("a", path).address == str(path)
    given: Any
    for given in ((7, "a.jpg"), ("a", None), ("a", 7), (None, "a.jpg")):
        with pytest.raises(IngestError, match="id and the address of a photo must be texts"):
            Photo(*given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"payload": "a.jpg"}, "payload must be the bytes of a picture's file, not 'a.jpg'"),
        ({"payload": Path("a.jpg")}, "payload must be the bytes"),
        ({"payload": np.zeros(3)}, "payload must be the bytes"),
        ({"extra": None}, "extra must be a dict, not None"),
        ({"extra": {"tags": ["a"]}}, r"'tags' must be a text, a number, .* not \['a'\]"),
        ({"extra": {3: "a"}}, "extra must have texts for names, not 3"),
        ({"metadata": [1]}, r"metadata must be a dict, not \[1\]"),
        ({"metadata": {"label": 3}}, "label must be string, not 3"),
        ({"metadata": {"taken": "2020-01-01"}}, "taken must be timestamp"),
        ({"metadata": {"views": -1}}, "views must be uint64, not -1"),
        ({"metadata": {"mood": "calm"}}, "a column 'mood', which belongs into extra"),
    ],
)
def test_what_a_photo_cannot_hold_is_refused_by_its_name(explorer, given, words):
    with pytest.raises(IngestError, match=f"The photo 'a' cannot be stored: its .*{words}"):
        explorer.ingest([Photo("a", "a.jpg", **given)], table="new", encoder="offline")


def test_texts_that_are_not_utf8_are_refused_by_their_argument(explorer, taught):
    broken, query = "caf\udce9", Query(vectors=[np.eye(16)[0]])
    calls: list[tuple[str, Callable[[], object]]] = [
        ("name", lambda: explorer.begin(query, name=broken)),
        ("prompt", lambda: explorer.begin(query, prompt=broken)),
        ("table", lambda: explorer.search(query, table=broken)),
        ("where", lambda: explorer.search(query, table="things", where=f"label={broken}")),
        ("exclude_concept", lambda: explorer.search(query, exclude_concept=broken)),
        ("concept_id", lambda: explorer.page(broken)),
        ("photo_ids", lambda: explorer.search(Query(photo_ids=[broken]))),
    ]
    for name, call in calls:
        with pytest.raises(BadInput, match=f"{name} must be text in UTF-8"):
            call()
    with pytest.raises(BadInput, match="not on this page, nor in things"):
        explorer.answer(explorer.page(taught), {broken: 1})
    assert len(explorer.concepts.list()) == 1


@pytest.mark.parametrize("asked", [None, 7, ["a dog"], b"dog", np.zeros(16)])
def test_what_is_neither_phrase_nor_query_is_refused(explorer, asked):
    with pytest.raises(BadInput, match=r"Look for a phrase or an `explorer\.Query`, not"):
        explorer.search(asked, table="things")
    with pytest.raises(BadInput, match=r"Look for a phrase or an `explorer\.Query`, not"):
        explorer.begin(asked, table="things")


def test_a_search_takes_conditions_as_they_are_typed(explorer, direction):
    query = Query(vectors=[direction])
    for where in ("id~yes-00", ["id~yes-00", "width<1"], Filter(conditions=())):
        found = explorer.search(query, k=200, table="things", where=where)
        assert len(found) == {str: 10, list: 0, Filter: 120}[type(where)]
    with pytest.raises(BadCondition, match="'mood' is not a column of things"):
        explorer.search(query, table="things", where="mood=calm")
    for bad in (7, [7], b"a=b"):
        with pytest.raises(BadInput, match="where must be a condition, several, or a"):
            explorer.search(query, table="things", where=bad)


def test_a_name_of_spaces_is_none(explorer, direction):
    page = explorer.begin(Query(vectors=[direction]), table="things", name="  ", prompt="a dog")
    assert page.concept.name == "a dog"


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


@pytest.mark.parametrize("name", ["m.csv", "m.parquet", "m.npz", "m.sql", "m.zip"])
def test_an_export_that_finds_no_room_is_refused_and_leaves_nothing(
    explorer, taught, tmp_path, name
):
    with disk_full_after(10), pytest.raises(ExplorerError) as refused:
        explorer.export(taught, tmp_path / name)
    assert str(refused.value).endswith(": File too large: make room, then do this again.")
    assert not list(tmp_path.glob("m.*"))


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


def test_queries_of_the_same_phrases_are_one_in_a_set():
    assert hash(Query((("a dog", 1.0),))) == hash(Query([("a dog", 1.0)]))


OF_NO_USE = (None, 5, 2.5, ["a"], b"x", np.int64(3), np.array([1, 2]))


@pytest.mark.parametrize("given", OF_NO_USE, ids=repr)
def test_arguments_of_other_types_are_refused_and_change_nothing(explorer, taught, given):
    query = Query(vectors=[np.eye(16)[0]])
    page, before = explorer.page(taught), len(explorer.concepts.history(taught))
    weight: Any = str(given)
    calls: list[Callable[[], object]] = [
        lambda: explorer.page(given),
        lambda: explorer.answer(given, {}),
        lambda: explorer.answer(page, given),
        lambda: explorer.answer(page, {"yes-000": 1}, by=given),
        lambda: explorer.answer_audit(taught, given),
        lambda: explorer.undo(given),
        lambda: explorer.export(taught, given),
        lambda: explorer.encoder_of(given),
        lambda: explorer.search(Query(photo_ids=[given]), table="things"),
        lambda: explorer.search(Query(phrases=[given]), table="things"),
        lambda: explorer.search(Query(phrases=[("a thing", weight)]), table="things"),
    ]
    if given is not None:
        calls += [
            lambda: explorer.begin(query, name=given),
            lambda: explorer.begin(query, prompt=given),
            lambda: explorer.collection(given),
            lambda: explorer.search(query, exclude_concept=given),
            lambda: explorer.export(taught, "x.csv", choice=given),
        ]
    if not isinstance(given, int | np.integer):
        calls.append(lambda: explorer.mark_seen(taught, given))
    for call in calls:
        with pytest.raises(BadInput, match="must be"):
            call()
    assert len(explorer.concepts.history(taught)) == before
    assert len(explorer.concepts.list()) == 1


def test_arguments_of_numpys_types_are_taken(explorer, taught):
    id: str = np.str_(taught)
    ids: Any = np.array(["yes-000"])
    vectors: Any = np.eye(16)[:1]
    assert explorer.page(id).concept.id == taught
    assert explorer.search(Query(photo_ids=ids), np.int64(2), fold=np.True_).ids
    assert explorer.search(Query(vectors=vectors), 2, table=np.str_("things")).ids
    explorer.mark_seen(id, np.int64(5))


@pytest.mark.parametrize("name", ["page", "answer", "undo", "apply", "begin"])
def test_an_argument_that_is_missing_is_told_with_the_methods_name(explorer, name):
    with pytest.raises(TypeError, match=f"{name}\\(\\) missing"):
        getattr(explorer, name)()
