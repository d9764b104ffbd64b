import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.vecdb.conftest import photos
from vecdb import Collection, Database, Filter, Label, Scope, VecdbError, connect
from vecdb.concepts import ConceptStore
from vecdb.errors import BadValue, NotFitted, UnknownCollection, UnknownConcept


def answers(labels: list[Label]) -> list[tuple[str, int]]:
    return [(row.photo_id, row.label) for row in labels]


def test_a_concept_comes_back_as_it_was_written(axes: Collection, database: Database) -> None:
    settings = {"phrases": [["a hat", 1.0], ["cap", -0.5]], "unmarked": "skip"}
    made = database.concepts.create("hats", "axes", "a hat", settings=settings)
    found = database.concepts.get(made.id)
    assert (found.name, found.collection, found.encoder, found.prompt) == (
        "hats",
        "axes",
        "by hand",
        "a hat",
    )
    assert found.settings == settings
    assert found.weights.shape == (0,)
    assert found.created == made.created
    assert not found.deleted


def test_the_fitted_head_is_kept_with_its_round(axes: Collection, database: Database) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    weights = np.array([0.1, -2, 3e-7, 4], np.float32)
    database.concepts.update(concept.id, weights=weights, bias=-0.25, threshold=0.6, round=3)
    found = database.concepts.get(concept.id)
    assert found.weights.tolist() == weights.tolist()
    assert (found.bias, found.threshold, found.round) == (-0.25, 0.6, 3)
    assert found.updated > found.created
    assert found.prompt == "a hat"


def test_a_concept_that_is_given_what_it_has_counts_as_not_changed(
    axes: Collection, database: Database
) -> None:
    first, last = (database.concepts.create(name, "axes", name) for name in ("hats", "caps"))
    database.concepts.update(first.id, name="hats", threshold=first.threshold)
    assert [one.id for one in database.concepts.list()] == [last.id, first.id]
    database.concepts.update(first.id, name="hats", threshold=0.25)
    assert [one.id for one in database.concepts.list()] == [first.id, last.id]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "caf\udce9"}, r"'caf\\udce9' cannot be stored: .* not text in UTF-8"),
        ({"prompt": "caf\udce9"}, "'hats' cannot be stored: .* not text in UTF-8"),
        ({"name": None}, "its name is None, not text"),
        ({"name": b"hats"}, "its name is b'hats', not text"),
        ({"threshold": float("nan")}, "its threshold is nan, not a number from 0 to 1"),
        ({"threshold": 10**400}, "not a number from 0 to 1"),
        ({"round": -1}, "'hats' cannot be stored: .*negative"),
        ({"round": 2**40}, "'hats' cannot be stored: .*too large"),
        ({"weights": "many"}, "'hats' cannot be stored: .*'many'"),
    ],
)
def test_what_a_concept_cannot_hold_is_one_sentence_and_changes_nothing(
    axes: Collection, database: Database, changes: dict[str, Any], words: str
) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    with pytest.raises(BadValue, match=rf"^The concept .*{words}.*\.$"):
        database.concepts.update(concept.id, **changes)
    [found] = database.concepts.list()
    assert (found.name, found.prompt, found.threshold) == ("hats", "a hat", 0.5)


@pytest.mark.parametrize(
    "answer", [Label("caf\udce9", 1), Label("a", 1, by="caf\udce9"), Label("a", 1, -1)]
)
def test_an_answer_that_cannot_be_stored_is_one_sentence(
    axes: Collection, database: Database, answer: Label
) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    with pytest.raises(BadValue, match=r"^An answer cannot be stored: .*\.$"):
        database.concepts.label(concept.id, [Label("b", 1), answer], action="one")
    assert database.concepts.history(concept.id) == []


def test_what_is_asked_for_in_no_utf8_is_one_sentence(axes: Collection, database: Database) -> None:
    for ask in (
        lambda: database.collection("caf\udce9"),
        lambda: database.concepts.get("caf\udce9"),
        lambda: database.concepts.create("hats", "caf\udce9", "a hat"),
        lambda: axes.photos(["a", "caf\udce9"]),
        lambda: axes.count(Scope(where=Filter(place="caf\udce9"))),
    ):
        with pytest.raises(BadValue, match=r"is not text in UTF-8, as all names and ids are\.$"):
            ask()


def test_the_last_answer_about_a_photo_counts_and_none_is_lost(
    axes: Collection, database: Database
) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    first = [Label("a", 1, 1, "top"), Label("b", -1, 1, "boundary")]
    database.concepts.label(concept.id, first, action="one")
    second = [Label("a", -1, 2, "top"), Label("b", 0, 2, ""), Label("a", 1, 2, "top")]
    database.concepts.label(concept.id, second, action="two")
    current = database.concepts.labels(concept.id)
    assert answers(current) == [("b", 0), ("a", 1)]
    assert current[1].round == 2
    history = database.concepts.history(concept.id)
    assert answers(history) == [("a", 1), ("b", -1), ("a", -1), ("b", 0), ("a", 1)]
    assert [row.action for row in history] == ["one", "one", "two", "two", "two"]
    assert [row.reason for row in history[:2]] == ["top", "boundary"]
    assert history[0].created is not None
    assert history[0].created.utcoffset() is not None


@pytest.mark.parametrize("days", [-719_528, 72_328_680, -100_000_000])
def test_a_time_that_no_clock_shows_costs_no_answer(axes, database: Database, days: int) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    moment = pa.scalar(days * 86_400_000_000, pa.timestamp("us", "UTC"))
    columns = {"concept_id": concept.id, "photo_id": "a", "label": 1, "created": moment}
    database._connection.insert("labels", pa.table({n: [v] for n, v in columns.items()}))
    assert answers(database.concepts.history(concept.id)) == [("a", 1)]
    [label] = database.concepts.labels(concept.id)
    assert label.created is not None
    assert label.created.astimezone().year in (1, 9999)
    taken = pa.array([days * 86_400]).cast(pa.timestamp("s", "UTC"))
    axes.insert(photos("x", np.eye(4)[:1]).append_column("taken", taken))
    assert axes.photos(["x"])[0]["taken"].year in (1, 9999)


def test_a_label_that_is_no_answer_is_refused(axes: Collection, database: Database) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    with pytest.raises(ValueError, match="use 1, -1 or 0"):
        database.concepts.label(concept.id, [Label("a", 2)], action="one")
    database.concepts.label(concept.id, [], action="nothing")
    assert database.concepts.history(concept.id) == []


def test_concepts_are_listed_by_collection_the_latest_changed_first(
    axes: Collection, database: Database
) -> None:
    database.create_collection("other", "by hand", 4)
    hats = database.concepts.create("hats", "axes", "a hat")
    shoes = database.concepts.create("shoes", "axes", "a shoe")
    cats = database.concepts.create("cats", "other", "a cat")
    database.concepts.update(hats.id, name="all hats")
    assert [concept.id for concept in database.concepts.list("axes")] == [hats.id, shoes.id]
    assert {concept.id for concept in database.concepts.list()} == {hats.id, shoes.id, cats.id}
    assert database.concepts.list("axes")[0].name == "all hats"


def test_a_name_is_kept_in_one_line(axes: Collection, database: Database) -> None:
    concept = database.concepts.create(" hats\n and  caps ", "axes", "a hat")
    assert (concept.name, database.concepts.list()[0].name) == ("hats and caps", "hats and caps")
    database.concepts.update(concept.id, name="caps\t")
    assert database.concepts.get(concept.id).name == "caps"


def test_a_deleted_concept_can_be_restored_with_its_labels(
    axes: Collection, database: Database
) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    database.concepts.label(concept.id, [Label("a", 1)], action="one")
    database.concepts.delete(concept.id)
    assert database.concepts.list() == []
    assert [found.id for found in database.concepts.list(deleted=True)] == [concept.id]
    assert not database.concepts.restore(concept.id).deleted
    assert [found.id for found in database.concepts.list()] == [concept.id]
    assert answers(database.concepts.labels(concept.id)) == [("a", 1)]


def test_a_duplicate_lives_on_its_own(axes: Collection, database: Database) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    database.concepts.label(concept.id, [Label("a", 1), Label("b", -1)], action="one")
    database.concepts.update(concept.id, weights=[1, 2, 3, 4], bias=1)
    copy = database.concepts.duplicate(concept.id, "hats again")
    database.concepts.label(copy.id, [Label("a", -1)], action="two")
    assert answers(database.concepts.labels(concept.id)) == [("a", 1), ("b", -1)]
    assert dict(answers(database.concepts.labels(copy.id))) == {"a": -1, "b": -1}
    assert database.concepts.get(copy.id).weights.tolist() == [1, 2, 3, 4]


def test_merging_keeps_the_answers_of_the_concept_merged_into(
    axes: Collection, database: Database
) -> None:
    hats = database.concepts.create("hats", "axes", "a hat")
    caps = database.concepts.create("caps", "axes", "a cap")
    database.concepts.label(hats.id, [Label("a", 1), Label("b", 0)], action="one")
    database.concepts.label(caps.id, [Label("a", -1), Label("b", 1), Label("c", -1)], action="one")
    database.concepts.merge(hats.id, caps.id)
    assert dict(answers(database.concepts.labels(hats.id))) == {"a": 1, "b": 1, "c": -1}
    assert [concept.id for concept in database.concepts.list()] == [hats.id]
    assert len(database.concepts.history(caps.id)) == 3


def test_nothing_is_merged_into_a_concept_of_other_photos(axes, database: Database) -> None:
    database.create_collection("other", "by hand", 4)
    hats = database.concepts.create("hats", "axes", "a hat").id
    caps = database.concepts.create("caps", "other", "a cap").id
    database.concepts.label(caps, [Label("a", 1)], action="one")
    with pytest.raises(ValueError, match="photos of other, 'hats' about those of axes"):
        database.concepts.merge(hats, caps)
    assert database.concepts.history(hats) == []
    assert not database.concepts.get(caps).deleted


def test_nothing_is_merged_into_a_deleted_or_an_unknown_concept_or_itself(
    axes: Collection, database: Database
) -> None:
    hats, caps = (database.concepts.create(name, "axes", name).id for name in ("hats", "caps"))
    database.concepts.label(caps, [Label("a", 1)], action="one")
    with pytest.raises(ValueError, match="'caps' cannot be merged into itself"):
        database.concepts.merge(caps, caps)
    database.concepts.delete(hats)
    with pytest.raises(UnknownConcept, match="'hats' was deleted: bring it back"):
        database.concepts.merge(hats, caps)
    for pair in (("nobody", caps), (caps, "nobody")):
        with pytest.raises(UnknownConcept, match="'nobody'"):
            database.concepts.merge(*pair)
    assert database.concepts.history(hats) == []
    assert [concept.id for concept in database.concepts.list()] == [caps]


def test_unknown_names_are_errors_that_say_so(axes: Collection, database: Database) -> None:
    with pytest.raises(UnknownCollection, match="'nowhere'"):
        database.concepts.create("hats", "nowhere", "a hat")
    concept = database.concepts.create("hats", "axes", "a hat")
    with pytest.raises(TypeError, match="'encoder' cannot be changed"):
        database.concepts.update(concept.id, encoder="another")


@pytest.mark.parametrize("wrong", ["nobody", [], None, {"id": 1}], ids=repr)
def test_what_is_no_concepts_id_is_told_and_takes_no_answers(
    axes: Collection, database: Database, wrong: Any
) -> None:
    concepts, rows = database.concepts, [Label("a", 1)]
    for call in (
        lambda: concepts.get(wrong),
        lambda: concepts.update(wrong, name="hats"),
        lambda: concepts.label(wrong, rows, action="one"),
        lambda: concepts.duplicate(wrong, "hats"),
        lambda: concepts.delete(wrong),
    ):
        with pytest.raises(UnknownConcept, match=f"There is no concept {re.escape(repr(wrong))}"):
            call()
    found = database._connection.select("labels/extent", {"concept": "nobody"})
    assert found.column("count").to_pylist() == [0]


@pytest.mark.parametrize("read", ["history", "labels", "votes", "view_of"])
def test_reading_by_what_is_no_id_is_told(database: Database, read: str) -> None:
    with pytest.raises(UnknownConcept, match=r"There is no concept \[\]"):
        getattr(database.concepts, read)([])


def test_a_concept_is_applied_in_one_statement(axes: Collection, database: Database) -> None:
    concept = database.concepts.create("hats", "axes", "a hat")
    with pytest.raises(NotFitted, match="'hats' has no classifier yet"):
        database.concepts.matches(concept.id, limit=9)
    database.concepts.update(concept.id, weights=[2, 0, -2, 0.5], bias=0.25, threshold=0.6)
    found = database.concepts.matches(concept.id, limit=9)
    assert found.ids == ["a", "d"]
    assert found.scores == pytest.approx([0.9047, 0.6792], abs=1e-4)
    assert database.concepts.matches(concept.id, limit=1, offset=1).ids == ["d"]


def test_the_view_of_a_concept_follows_it_and_answers_any_client(
    axes: Collection, database: Database
) -> None:
    concept = database.concepts.create("it's a `hat`", "axes", "a hat")
    with pytest.raises(NotFitted):
        database.concepts.create_view(concept.id)
    database.concepts.update(concept.id, weights=[2, 0, -2, 0.5], bias=0.25, threshold=0.6)
    view = database.concepts.create_view(concept.id)
    assert view == "concept_it_s_a_hat"

    def matches() -> list[str]:
        with database._connection._client() as client:
            rows = client.query(f"SELECT id, score FROM {view} WHERE matches ORDER BY score DESC")
            return [photo for photo, _ in rows.result_rows]

    assert matches() == ["a", "d"]
    database.concepts.update(concept.id, threshold=0.8, name="renamed")
    assert matches() == ["a"]
    assert database.concepts.create_view(concept.id) == view
    assert database.concepts.view_of(concept.id) == view
    database.concepts.drop_view(concept.id)
    assert database.concepts.view_of(concept.id) == ""
    with pytest.raises(VecdbError):
        matches()


def test_a_view_takes_no_other_table_or_views_place(axes: Collection, database: Database) -> None:
    database.create_collection("concept_hat", "by hand", 4)
    made = [database.concepts.create("hat", "axes", "").id for _ in range(2)]
    made.append(database.concepts.create("帽子", "axes", "").id)
    for concept in made:
        database.concepts.update(concept, weights=[1, 0, 0, 0])
    views = [database.concepts.create_view(concept) for concept in made]
    assert views == [
        f"concept_hat_{made[0][:8]}", f"concept_hat_{made[1][:8]}", f"concept_{made[2]}",
    ]  # fmt: skip
    assert [database.concepts.view_of(concept) for concept in made] == views
    database.concepts.drop_view(made[0])
    assert database.concepts.view_of(made[1]) == views[1]
    assert database.collection("concept_hat").count() == 0


def test_what_another_process_writes_is_seen_beside_what_is_remembered(
    axes: Collection, database: Database
) -> None:
    ours = database.concepts
    theirs = ConceptStore(axes._connection)
    concept = ours.create("hats", "axes", "a hat")
    ours.label(concept.id, [Label("east", 1, 1, "top")], action="one")
    ours.history(concept.id).clear()
    ours.label(concept.id, [Label("north", -1, 1, "boundary")], action="two")
    assert ours.history(concept.id) == theirs.history(concept.id)
    theirs.label(concept.id, [Label("east", -1, 2, "top")], action="three")
    ours.label(concept.id, [Label("north", 1, 2, "top")], action="four")
    wanted = [("east", 1), ("north", -1), ("east", -1), ("north", 1)]
    for store in (ours, theirs):
        assert [(row.photo_id, row.label) for row in store.history(concept.id)] == wanted
    assert ours.history(concept.id) == theirs.history(concept.id)
    theirs.update(concept.id, name="caps", settings={"phrases": [["a", 1.0]]})
    renamed = ours.get(concept.id)
    assert (renamed.name, renamed.settings) == ("caps", {"phrases": [["a", 1.0]]})
    ours.update(concept.id, settings={"pair": ("a", 1)})
    assert ours.get(concept.id).settings == theirs.get(concept.id).settings == {"pair": ["a", 1]}


def test_what_another_connection_of_this_process_writes_is_seen_after_it_closed_too(
    embedded: str,
) -> None:
    with connect(embedded) as ours:
        ours.create_collection("axes", "by hand", 4)
        concept = ours.concepts.create("hats", "axes", "a hat")
        with connect(embedded) as theirs:
            theirs.concepts.update(concept.id, name="caps")
            assert ours.concepts.get(concept.id).name == "caps"
            theirs.concepts.update(concept.id, name="hoods")
            assert ours.concepts.history(concept.id) == []
            theirs.concepts.label(concept.id, [Label("east", 1, 1, "top")], action="one")
        assert [row.photo_id for row in ours.concepts.history(concept.id)] == ["east"]
        assert ours.concepts.get(concept.id).name == "hoods"
        ours.concepts.update(concept.id, round=1)
        assert ours.concepts.get(concept.id).name == "hoods"


def test_the_answers_of_several_concepts_are_counted_at_once(axes, database: Database) -> None:
    first, second, third = (database.concepts.create(name, "axes", name) for name in "xyz")
    database.concepts.label(first.id, [Label("a", 1), Label("b", 1), Label("c", -1)], action="1")
    database.concepts.label(first.id, [Label("a", 0), Label("d", 1)], action="2")
    database.concepts.label(second.id, [Label("a", -1)], action="1")
    found = database.concepts.counts([first.id, second.id, third.id], strip=1)
    assert [(found[c.id].yes, found[c.id].no) for c in (first, second, third)] == [
        (2, 1), (0, 1), (0, 0)
    ]  # fmt: skip
    assert found[first.id].latest == ["d"]


def test_answers_given_side_by_side_are_all_read_back(embedded: str) -> None:
    with connect(embedded) as database:
        database.create_collection("axes", "by hand", 4)
        concept = database.concepts.create("hats", "axes", "a hat").id
        database.concepts.history(concept)

        def label(at: int) -> None:
            database.concepts.label(concept, [Label(str(at), 1)], action=str(at))
            assert str(at) in [row.photo_id for row in database.concepts.history(concept)]

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(label, range(40)))
        seen = database.concepts.history(concept)
        assert len(seen) == 40
        with pytest.raises(ValueError, match="use 1, -1 or 0"):
            database.concepts.label(concept, [Label("x", 7)], action="x")
        assert database.concepts.history(concept) == seen
