"""The views of an opened concept as scripts, and what the grids in them say."""

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.audits import AuditRecord, blind_answers
from explorer.people import Person
from pages import _session, grid
from pages._current import shared_explorer
from pages.concept import audit, label_files, labels, open_saved, together
from tests.browser.harness import ROOT
from tests.pages.test_screens import press, run
from vecdb import Label


class Grids:
    """Stands where the browser's grid is: what it was sent, and an answer to the next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (grid, audit, labels, together):
            monkeypatch.setattr(module, "photo_grid", self)
        self.keep = _session.keep
        monkeypatch.setattr(_session, "keep", self.hear)
        self.data: Any = {}
        self.event: Any = None
        self.on_event: Any = None

    def __call__(self, data: Any, *, key: str, on_event: Any) -> None:
        self.data, self.on_event = data, on_event

    def hear(self, *names: str) -> None:
        """Handle what came, as callbacks do: before the script draws anything."""
        self.keep(*names)
        event, self.event = self.event, None
        if event:
            self.on_event(event)

    def answer(self, test: AppTest, **event: Any) -> None:
        """Send an event."""
        self.event = event
        test.run()
        assert not test.exception


@pytest.fixture
def grids(monkeypatch):
    return Grids(monkeypatch)


@pytest.fixture
def taught(concept):
    """The concept with a page answered and a photo that is a no."""
    page = shared_explorer().page(concept)
    shared_explorer().answer(page, {tile.photo_id: 1 for tile in page.tiles} | {"no-050": -1})
    return concept


def words(test):
    told = (*test.error, *test.warning, *test.info, *test.text, *test.caption, *test.markdown)
    return "\n".join(element.value for element in told)


def labelled(widgets, label):
    return next(widget for widget in widgets if widget.label == label)


def judged(concept):
    return {row.photo_id: row.label for row in shared_explorer().concepts.labels(concept)}


def test_every_label_keeps_its_mark_whichever_are_shown_and_in_whatever_order(taught, grids):
    test = run("concepts.py", concept=taught, view="labels")
    everything, key = grids.data["marks"], grids.data["key"]
    assert everything["no-050"] == -1
    labelled(test.selectbox, "Order").set_value("By round, latest first").run()
    labelled(test.segmented_control, "Show").set_value("Yes").run()
    assert (grids.data["key"], grids.data["marks"]) == (key, everything)
    assert "no-050" not in [tile["id"] for tile in grids.data["tiles"]]
    grids.answer(test, type="finish", marks={**everything, "no-050": 1})
    assert judged(taught)["no-050"] == 1


def test_labels_that_were_all_cleared_can_be_brought_back_and_nothing_else_undone(concept, grids):
    test = run("concepts.py", concept=concept, view="labels")
    assert not grids.data["undoable"]
    shared_explorer().rounds.import_labels(concept, [Label("yes-000", 1)])
    test.run()
    grids.answer(test, type="finish", marks={})
    assert (grids.data["tiles"], grids.data["action"]) == ([], "Save changes")
    assert "No labels of this kind" in grids.data["note"]
    assert grids.data["undoable"]
    assert not grids.data["redoable"]
    grids.answer(test, type="undo")
    assert len(grids.data["tiles"]) == 1
    assert grids.data["redoable"]


@pytest.mark.parametrize("view", ["results", "labels", "audit", "export"])
def test_of_a_concept_that_another_window_deleted_nothing_that_was_sent_is_lost(
    taught, grids, view
):
    test = run("concepts.py", concept=taught, view=view)
    if view == "labels":
        grids.event = {"type": "finish", "marks": {**grids.data["marks"], "no-050": 1}}
    shared_explorer().concepts.delete(taught)
    test.run()
    assert not test.exception
    assert test.session_state["deleted_elsewhere"] == taught  # what the navigation tells
    shared_explorer().concepts.restore(taught)
    assert judged(taught)["no-050"] == (1 if view == "labels" else -1)


def test_labels_for_a_concept_that_another_window_deleted_make_no_other(taught):
    explorer = shared_explorer()
    file: Any = SimpleNamespace(name="l.csv", getvalue=lambda: b"id,label\nyes-001,1\n")
    opened = explorer.concepts.get(taught)
    explorer.concepts.delete(taught)
    label_files.take_in(opened, file, "", False)
    assert explorer.concepts.list() == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("mine.json", '{"images": [1], "annotations": []}', "mine.json is no COCO file"),
        ("mine.json", "[]", "holds no rows"),
        ("mine.csv", "id,label\nyes-001,cat\nno-050,dog\n", "has no class 'a thing'"),
        ("mine.csv", "id,label\nyes-001,a thing\nno-050,dog\n", "1 yes"),
    ],
)
def test_a_file_of_labels_is_told_under_its_own_name(taught, name, text, told):
    file: Any = SimpleNamespace(name=name, getvalue=text.encode)
    label_files.take_in(shared_explorer().concepts.get(taught), file, "", False)
    [said, *_] = label_files.state.pop("label_told")
    assert told in said
    assert not {"/tmp", "--"} & {word[: len("/tmp")] for word in said.split()}


@pytest.mark.parametrize("name", ["bad.safetensors", "bad.npz"])
def test_a_file_that_is_no_saved_concept_is_told_under_its_own_name(taught, grids, name):
    open_saved.state.update(saved_table="things", saved_name="")
    file: Any = SimpleNamespace(name=name, getvalue=lambda: b"nothing")
    open_saved.open_file(file)
    told = open_saved.state.pop("open_saved_error")
    assert told == f"{name} is not a file of a saved concept."


def test_an_audit_asks_under_the_name_and_tells_that_the_threshold_changed(taught, grids):
    explorer = shared_explorer()
    explorer.audit(taught, width=0.2)
    explorer.concepts.update(taught, name="a renamed thing")
    test = run("concepts.py", concept=taught, view="audit")
    assert "“a renamed thing”" in grids.data["note"]
    assert not test.warning
    explorer.concepts.update(taught, threshold=0.9)
    test.run()
    assert "changed since this audit began" in test.warning[0].value


def test_answers_of_an_audit_are_dropped_only_when_their_number_was_confirmed(taught, grids):
    test = run("concepts.py", concept=taught, view="audit")
    press(test, "Begin the audit")
    begun = AuditRecord.read(shared_explorer().concepts.get(taught))
    assert begun is not None
    assert "Begin anew" in [button.label for button in test.button]
    grids.answer(test, type="finish", marks={})
    given = len(blind_answers(shared_explorer().database, begun))
    assert given
    assert "Begin anew" not in [button.label for button in test.button]
    press(test, f"Drop {given} answers and begin")
    again = AuditRecord.read(shared_explorer().concepts.get(taught))
    assert again is not None
    assert again.id != begun.id


def test_a_page_of_an_audit_is_answered_though_another_concept_is_on_its_way(taught, grids):
    explorer = shared_explorer()
    other = explorer.concepts.duplicate(taught, "another").id
    for each in (taught, other):
        explorer.audit(each, width=0.2)
    test = run("concepts.py", concept=taught, view="audit")
    asked = [tile["id"] for tile in grids.data["tiles"]]
    test.session_state["concept_id"] = other
    grids.answer(test, type="finish", marks={asked[0]: 1})
    kept = []
    for each in (taught, other):
        record = AuditRecord.read(explorer.concepts.get(each))
        assert record is not None
        kept.append(blind_answers(explorer.database, record))
    assert kept == [dict.fromkeys(asked, -1) | {asked[0]: 1}, {}]


def test_a_threshold_is_set_where_it_was_moved_though_another_concept_is_open_by_then(
    taught, grids
):
    concepts = shared_explorer().concepts
    other = concepts.duplicate(taught, "another").id
    before = concepts.get(other).threshold
    test = run("train.py", concept=taught)
    seen = grids.on_event
    test.query_params["concept"] = other
    test.run()
    grids.on_event = seen
    grids.answer(test, type="threshold", value=0.9)
    assert concepts.get(taught).threshold == pytest.approx(0.9)
    assert concepts.get(other).threshold == before


@pytest.mark.parametrize("anew", [False, True])
def test_the_first_answers_stand_where_two_windows_answer_a_page_of_an_audit(taught, grids, anew):
    explorer = shared_explorer()
    explorer.audit(taught, width=0.2)
    test = run("concepts.py", concept=taught, view="audit")
    asked = [tile["id"] for tile in grids.data["tiles"]]
    explorer.answer_audit(taught, {asked[0]: 1, asked[1]: 0})
    if anew:
        explorer.concepts.update(taught, threshold=0.9)
        explorer.audit(taught, width=0.2)
    record = AuditRecord.read(explorer.concepts.get(taught))
    assert record is not None
    grids.answer(test, type="finish", marks={})
    answers = blind_answers(explorer.database, record)
    if anew:
        assert answers == {}
        assert "began this audit anew" in words(test)
    else:
        assert answers == dict.fromkeys(asked, -1) | {asked[0]: 1, asked[1]: 0}
        assert f"answered 2 of the {len(asked)} photos" in words(test)


def test_a_page_of_an_audit_is_taken_back_by_who_answered_it(taught, grids, monkeypatch):
    explorer = shared_explorer()
    asked = explorer.audit(taught, width=0.2)
    explorer.answer_audit(taught, {asked[0]: 1, asked[1]: 0, asked[2]: -1}, by="Ada")
    explorer.answer_audit(taught, {asked[3]: 1}, by="Ben")
    monkeypatch.setattr(audit, "current_person", lambda: Person("Cy"))
    run("concepts.py", concept=taught, view="audit")
    assert not grids.data["undoable"]
    monkeypatch.setattr(audit, "current_person", lambda: Person("Ada"))
    test = run("concepts.py", concept=taught, view="audit")
    grids.answer(test, type="undo")
    record = AuditRecord.read(explorer.concepts.get(taught))
    assert record is not None
    assert blind_answers(explorer.database, record) == {asked[3]: 1}
    assert grids.data["marks"] == {asked[0]: 1, asked[2]: -1}
    assert grids.data["unmarked"] == "skip"
    assert not grids.data["undoable"]


def test_the_view_that_was_open_is_open_again_after_another_page(taught, grids):
    test = run("concepts.py", concept=taught, view="audit")
    test.run()
    again = AppTest.from_file(str(ROOT / "pages" / "concepts.py"), default_timeout=60)
    for name in ("kept", "concept_id", "concepts_open"):  # no widget's: Streamlit forgets those
        again.session_state[name] = test.session_state[name]
    again.run()
    assert again.query_params["view"] == "audit"
    press(again, "All concepts")
    press(again, "Open")
    assert again.query_params["view"] == "results"


def test_a_page_that_comes_as_somebody_goes_back_does_not_open_its_concept_again(taught, grids):
    test = run("train.py", concept=taught)
    test.session_state["screen_before"] = "Train"
    del test.query_params["concept"]
    for _ in ("with the way back", "after it"):
        grids.answer(test, type="turned", ticket="")
        assert "concept" not in test.query_params
        assert test.session_state["concept_id"] == ""
        assert grids.data["mode"] == "welcome"


def test_a_name_that_is_emptied_stays_and_its_box_too_for_who_types_on(taught, grids):
    test = run("concepts.py")
    name = f"name_{taught}"
    test.text_input(key=name).set_value("").run()
    shown = test.text_input(key=name)
    assert (shown.value, shown.placeholder) == ("", "a thing")
    shown.set_value(" hats ").run()
    assert shared_explorer().concepts.get(taught).name == "hats"
    # What was typed into a box that another has taken the place of meanwhile is heard.
    shared_explorer().concepts.update(taught, name="coats")
    test.run()
    test.session_state[name] = "caps"
    test.text_input(key=f"{name}_1").set_value("").run()
    assert shared_explorer().concepts.get(taught).name == "caps"


def test_an_error_of_a_concept_or_a_form_is_gone_with_it(taught):
    explorer = shared_explorer()
    other = explorer.concepts.duplicate(taught, "another").id
    test = run("concepts.py", concept=taught, view="export")
    form = labelled(test.selectbox, "Form")
    form.set_value("img2dataset").run()
    press(test, "Prepare")
    assert "img2dataset downloads" in test.error[0].value
    labelled(test.selectbox, "Form").set_value("csv").run()
    assert not test.error
    labelled(test.selectbox, "Form").set_value("img2dataset").run()
    assert test.error
    test.selectbox(key="concept_pick").set_value(other).run()
    assert not test.error


@pytest.mark.parametrize("photos", ["matches", "labels"])
def test_what_is_chosen_at_the_moment_of_prepare_is_prepared(taught, photos):
    test = run("concepts.py", concept=taught, view="export")
    labelled(test.selectbox, "Photos").set_value(photos)
    labelled(test.selectbox, "Form").set_value("parquet")
    press(test, "Prepare")
    [(_, form, choice), *_] = test.session_state["export_made"]
    assert (form, choice.photos) == ("parquet", photos)
    assert any("photo" in told.value and "**" in told.value for told in test.markdown)


def test_a_concept_is_merged_into_the_one_chosen_at_that_moment(taught, grids):
    explorer = shared_explorer()
    first, second = (explorer.concepts.duplicate(taught, name).id for name in ("one", "two"))
    photo = next(iter(judged(taught)))
    for one in (first, second):
        explorer.rounds.relabel(one, {photo: 0})
    test = run("concepts.py")
    test.selectbox(key=f"into_{taught}").set_value(first).run()
    test.selectbox(key=f"into_{taught}").set_value(second)
    test.button(key=f"merge_{taught}").click().run()
    assert explorer.concepts.get(taught).deleted
    assert judged(second)[photo]
    assert not judged(first)[photo]


def test_a_merge_chosen_among_equal_names_is_of_that_concept_and_is_undone(taught, grids):
    explorer = shared_explorer()
    twins = [explorer.concepts.duplicate(taught, "twin").id for _ in range(2)]
    photo = next(iter(judged(taught)))
    for twin in twins:
        explorer.rounds.relabel(twin, {photo: 0})
    before = explorer.concepts.get(twins[0]).weights
    test = run("concepts.py")
    picker = test.selectbox(key=f"into_{taught}")
    assert len(set(picker.options)) == len(picker.options) == 2
    picker.set_value(twins[0]).run()
    test.button(key=f"merge_{taught}").click().run()
    assert explorer.concepts.get(taught).deleted
    assert judged(twins[0])[photo]
    assert (explorer.concepts.get(twins[0]).weights != before).any()
    press(test, "Undo the merge")
    assert not explorer.concepts.get(taught).deleted
    assert not judged(twins[0])[photo]


@pytest.mark.parametrize("merged", [False, True])
def test_a_merge_into_a_concept_that_another_window_deleted_is_no_more(taught, grids, merged):
    explorer = shared_explorer()
    into = explorer.concepts.duplicate(taught, "into").id
    explorer.rounds.relabel(into, {"no-050": 0})
    test = run("concepts.py")
    test.selectbox(key=f"into_{taught}").set_value(into).run()
    if merged:
        test.button(key=f"merge_{taught}").click().run()
    explorer.concepts.delete(into)
    if merged:
        press(test, "Undo the merge")
    else:
        test.button(key=f"merge_{taught}").click().run()
        assert "'into' was deleted: undo the deletion" in words(test)
    assert not test.exception
    assert not explorer.concepts.get(taught).deleted
    assert explorer.concepts.get(into).deleted


@pytest.mark.parametrize("label", ["Photos that are all of", "and none of"])
def test_concepts_of_one_name_side_by_side_are_told_apart(taught, grids, label):
    shared_explorer().concepts.duplicate(taught, shared_explorer().concepts.get(taught).name)
    test = run("concepts.py")
    test.toggle(key="concepts_together").set_value(True).run()
    options = labelled(test.multiselect, label).options
    assert len(set(options)) == len(options) == 2
    assert grids.data["tiles"][0]["reason"] == "a thing, a thing (2)"
    assert [name for name, _ in grids.data["tiles"][0]["meta"]][-2:] == ["a thing", "a thing (2)"]


def test_the_command_beside_an_export_says_all_that_was_chosen(taught):
    test = run("concepts.py", concept=taught, view="export")
    usual = f"python -m explorer export {taught} --format csv --photos both --out PATH"
    assert usual in [code.value for code in test.code]
    labelled(test.selectbox, "Train / validation / test").set_value("All in one")
    test.number_input(key="export_negatives").set_value(7)
    test.number_input(key="export_seed").set_value(3)
    test.multiselect[0].set_value(["folder", "camera"]).run()
    told = " --negatives 7 --split 1 --seed 3 --keep-together folder --keep-together camera"
    assert usual + told in [code.value for code in test.code]


@pytest.mark.parametrize("encoder", ["offline", "another"])
def test_a_concept_returns_once_its_collection_is_there_with_its_encoder(taught, grids, encoder):
    database = shared_explorer().database
    [rows] = database.collection("things").records.whole(["yes-000"])
    database.drop_collection("things")
    database.create_collection("other", "offline", 512).insert(rows)
    test = run("concepts.py")
    labelled(test.toggle, "Deleted concepts").set_value(True).run()
    assert "No deleted concept" in words(test)
    database.create_collection("things", encoder, 512).insert(rows)
    test.run()
    if encoder == "another":
        assert "No deleted concept" in words(test)
        return
    press(test, "Bring it back")
    assert not shared_explorer().concepts.get(taught).deleted
    assert "No deleted concept" in words(test)
