"""Each page as a script run on a real database, and what it says when something is not right."""

import subprocess
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from threading import Timer
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from encoder import Encoder
from encoder.errors import ModelNotFound
from explorer import Rounds, memory
from explorer.matches import Count
from pages._current import shared_explorer
from pages._session import forget_collections
from pages._words import escape_markdown, isolate
from pages.concept.news import describe_new
from pages.grid.insight import insight
from pages.searching.address import describe_count
from pages.training.offers import label_each
from tests.browser.harness import ROOT
from tests.warm import python
from vecdb import Label, LabelCounts, connect

DIM = 512


def run(page: str, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "pages" / page), default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def said(test: AppTest) -> list[str]:
    return [element.value for element in (*test.error, *test.info)]


def test_a_search_waits_for_an_encoder_that_still_loads(concept, monkeypatch):
    # In the script itself: a timer of the browser that ends too early tears the page down.
    loading: Future[Encoder] = Future()
    Timer(1, loading.set_exception, [ModelNotFound("No such model.")]).start()
    monkeypatch.setattr(shared_explorer().encoders, "start", lambda *name: loading)
    assert said(run("search.py", text="a thing")) == ["No such model."]
    assert loading.done()


@pytest.mark.parametrize("way", ["another collection", "New"])
def test_words_that_wait_for_an_encoder_are_of_their_collection_alone(concept, monkeypatch, way):
    explorer = shared_explorer()
    explorer.concepts.delete(concept)
    explorer.database.create_collection("others", "offline", 512).insert(
        explorer.database.collection("things").records.whole(["yes-000"])[0]
    )
    forget_collections()
    test = run("train.py")
    failed: Future[Encoder] = Future()
    failed.set_exception(ModelNotFound("No such model."))
    with monkeypatch.context() as patch:
        patch.setattr(explorer.encoders, "start", lambda *name: failed)
        test.text_input(key="prompt").set_value("a thing").run()
        assert "No such model." in said(test)
        if way == "New":
            next(button for button in test.button if button.label == "New").click().run()
    if way == "another collection":
        test.selectbox[0].set_value("others").run()
    test.run()
    assert explorer.concepts.list() == []


def test_example_photos_are_named_one_a_line(concept):
    test = run("train.py")
    test.text_area(key="photo_ids").set_value("a cat's photo.jpg\n")
    next(button for button in test.button if button.label == "Start with these").click().run()
    assert "a cat's photo.jpg" in test.session_state.error


@pytest.mark.parametrize("page", ["train.py", "search.py", "concepts.py", "classes.py"])
def test_an_empty_database_is_met_with_advice_and_a_way_to_data(empty, page, monkeypatch):
    links: list[str] = []
    monkeypatch.setattr("streamlit.page_link", lambda place, **link: links.append(place))
    [advice] = said(run(page))
    assert "No photos yet" in advice
    assert links == ["data.py"]


def test_a_concept_opens_in_every_view(concept):
    for view in ("results", "new", "labels", "audit", "truth", "export"):
        assert not run("concepts.py", concept=concept, view=view).error, view


def test_results_of_a_large_collection_are_estimated_and_counted_when_asked(concept, monkeypatch):
    shared = shared_explorer()
    monkeypatch.setattr(memory, "SAMPLED_ABOVE", 50)
    monkeypatch.setattr("explorer.sampling.SAMPLE_PHOTOS", 60)
    monkeypatch.setattr(shared.rounds.memory, "_known", {})
    test = run("concepts.py", concept=concept, view="results")
    found = shared.concepts.get(concept)
    truth = shared.collection("things").scores.count_above(found, found.threshold)
    [ask] = [button for button in test.button if button.key == "results_count"]
    assert ask.label.startswith("Count all")
    ask.click().run()
    assert not test.exception
    assert not {"results_count", "results_stop"} & {button.key for button in test.button}
    key = f"results_count:{found.id}:{found.updated}:{shared.collection('things').state()}"
    assert test.session_state[key] == Count(truth, truth, truth)


def test_a_view_of_a_concept_is_made_and_removed(concept):
    test = run("concepts.py", concept=concept, view="export")
    concepts = shared_explorer().concepts
    test.toggle(key=f"export_view_{concept}").set_value(True).run()
    assert concepts.view_of(concept)
    test.toggle(key=f"export_view_{concept}").set_value(False).run()
    assert not concepts.view_of(concept)


def press(test: AppTest, label: str) -> None:
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception


def test_an_export_is_prepared_said_and_offered(concept):
    head = shared_explorer().concepts.update(concept, threshold=0.1)
    total = shared_explorer().collection("things").scores.count_above(head, 0.1)
    assert total
    test = run("concepts.py", concept=concept, view="export")
    press(test, "Prepare")
    assert any(f"**{total} photos" in told.value for told in test.markdown)
    test.selectbox[1].set_value("img2dataset").run()
    assert not any("photos, " in told.value for told in test.markdown)
    press(test, "Prepare")
    assert "img2dataset downloads from addresses" in test.error[0].value


def test_new_matches_are_listed_once_and_stay_until_newer_ones_come(concept):
    explorer = shared_explorer()
    page = explorer.page(concept)
    head = explorer.answer(page, {page.tiles[0].photo_id: 1}).concept.weights
    explorer.concepts.update(concept, threshold=0.1)
    vector = head / np.linalg.norm(head)
    explorer.collection("things").insert(
        pa.table({"id": ["late"], "url": [""], "vector": [vector]})
    )
    assert describe_new(explorer.concepts.get(concept)) == ", 1 new"
    test = run("concepts.py", concept=concept, view="new")
    assert test.session_state["news"][concept].count == 1
    assert explorer.new_matches(concept).count == 0
    test.run()
    assert test.session_state["news"][concept].matches.ids == ["late"]


def test_own_labels_are_compared_and_the_concepts_label_is_chosen(concept):
    explorer = shared_explorer()
    collection = explorer.collection("things")
    ids = ["l1", "l2"]
    vectors = np.eye(DIM, dtype=np.float32)[:2]
    columns = {"id": ids, "url": ["", ""], "vector": list(vectors), "label": ["A_Thing", "other"]}
    collection.insert(pa.table(columns))
    test = run("concepts.py", concept=concept, view="truth")
    assert test.selectbox(key=f"truth_label_{concept}").value == "A_Thing"
    assert [one.label for one in test.metric][:2] == ["Precision", "Recall"]


def test_filters_name_folders_first_and_views_last(concept):
    test = run("search.py")
    order = [e.label for e in (*test.text_input, *test.number_input) if e.label != "Search"]
    assert order[:2] == ["File name or folder holds", "Folder or class"]
    assert order[-2:] == ["Views at least", "Downloads at least"]


@pytest.mark.parametrize("typed", ["abc", "25", "nan", "0.2.5"])
def test_a_similarity_that_is_none_is_told_and_not_left_out(concept, typed):
    test = run("search.py", text="a bird", similar=typed)
    assert [e.value for e in test.error] == [
        f"The similarity '{typed}' must be a number from -1 to 1, such as 0.25."
    ]


@pytest.mark.parametrize(
    "filters",
    [{"place": "x"}, {"similar": "0.9", "min_width": "5"}, {"taken_from": "2020-01-02"},
     {"no_duplicates": "yes", "orientation": "square", "where": "width>2"}],
)  # fmt: skip
def test_filters_are_counted_and_cleared_and_the_words_stay(concept, filters):
    test = run("search.py", text="yes", fold="no", **filters)
    [popover] = [b for b in test.get("popover") if b.proto.popover.label.startswith("Filters")]
    assert popover.proto.popover.label == f"Filters ({len(filters)})"
    press(test, "Clear the filters")
    assert test.query_params == {"text": "yes", "fold": "no", "collection": "things"}


@pytest.mark.parametrize("name", ["photographer", "camera", "country", "city"])
def test_a_piece_of_a_name_finds_its_photos(concept, monkeypatch, name):
    told: list[str] = []
    vectors = [np.eye(DIM, dtype=np.float32)[5]]
    row = {"id": ["one"], "url": [""], name: ["José Ñandú, São Paulo"], "vector": vectors}
    shared_explorer().collection("things").insert(pa.table(row))

    def tell(*counted: Any) -> str:
        told.append(describe_count(*counted))
        return told[-1]

    monkeypatch.setattr("pages.searching.address.describe_count", tell)
    run("search.py", **{name: "ñANDÚ"})
    assert told == ["1 photo satisfies the filters, 1 shown"]


def test_names_with_signs_of_markdown_are_shown_letter_by_letter(concept):
    name = "*hats* _and_ $caps$"
    shared_explorer().concepts.update(concept, name=name, prompt=name)
    page = shared_explorer().page(concept)
    shared_explorer().answer(page, {page.tiles[0].photo_id: 1})
    [button] = [b for b in run("train.py").button if "hats" in b.label]
    assert button.label.startswith(escape_markdown(name))


def test_the_guided_start_is_gone_once_a_round_is_done(concept):
    def is_guided():
        return any("A minute to a classifier" in text.value for text in run("train.py").markdown)

    assert is_guided()
    page = shared_explorer().page(concept)
    shared_explorer().answer(page, {page.tiles[0].photo_id: 1})
    assert not is_guided()


def test_words_of_another_language_get_a_hint_on_search_and_on_train(concept):
    shared_explorer().encoders.start("offline").result(120)
    hints = said(run("search.py", text="ein Haus am See"))
    assert any("taught English alone" in hint for hint in hints)
    assert said(run("search.py", text="a house by the lake")) == []
    test = run("train.py")
    test.text_input(key="prompt").set_value("дом у озера").run()
    assert any("taught English alone" in hint for hint in said(test))


def test_equal_names_are_told_apart(concept):
    database = shared_explorer().database
    names = [database.concepts.create("hats", "things", "hats") for _ in range(3)]
    for made in names:
        database.concepts.label(made.id, [Label("yes-000", 1)], action="one")
    test = run("concepts.py", concept=names[1].id, view="labels")
    options = test.selectbox(key="concept_pick").options
    assert len(set(options)) == len(options) == 3
    test.selectbox(key="concept_pick").set_value(names[2].id).run()
    assert test.session_state["concept_id"] == names[2].id


def test_cards_of_equal_names_and_counts_say_when_the_concepts_were_begun(concept):
    concepts = shared_explorer().concepts
    for name in ("hats", "hats", "coats"):
        concepts.label(concepts.create(name, "things", name).id, [Label("yes-000", 1)], action="a")
    cards = [text.value for text in run("concepts.py").text]
    begun = f", begun {concepts.list()[0].created:%-d %b %Y}"
    assert [begun in card for card in cards] == [False, True, True]


def test_what_is_open_stays_open_on_the_next_page_and_closes_with_its_collection(concept):
    test = run("train.py", concept=concept)
    assert not test.error
    assert test.session_state["concept_id"] == concept
    test.query_params.clear()
    test.run()
    assert test.session_state["page"].concept.id == concept
    test.button[-1].click().run()
    assert test.session_state["concept_id"] == ""


@pytest.mark.parametrize("way", ["another collection", "deletion"])
def test_the_words_of_a_concept_that_was_left_can_be_asked_for_again(concept, way):
    explorer = shared_explorer()
    explorer.database.create_collection("others", "offline", 512).insert(
        explorer.database.collection("things").records.whole(["yes-000"])[0]
    )
    forget_collections()
    test = run("train.py", concept=concept)
    words = test.text_input[0].value
    if way == "deletion":
        explorer.concepts.delete(concept)
        test.run()
    else:
        test.selectbox[0].set_value("others").run()
    assert [test.text_input[0].value, words] == ["", "a thing"]
    test.text_input[0].set_value("something else").run()
    assert test.session_state["page"].concept.prompt == "something else"


def test_the_same_words_again_offer_what_was_taught_before(concept):
    page = shared_explorer().page(concept)
    taught = shared_explorer().answer(page, {page.tiles[0].photo_id: 1})
    other = shared_explorer().concepts.duplicate(concept, "another").id
    shared_explorer().encoders.start("offline").result(120)
    test = run("train.py")
    test.text_input(key="prompt").set_value(taught.concept.prompt.upper()).run()
    begun = test.session_state["concept_id"]
    assert begun not in (concept, other)
    assert len([text for text in test.text if "was taught before" in text.value]) == 1
    assert test.button(key=f"continue_{other}").label.startswith("Continue")
    test.button(key=f"continue_{concept}").click().run()
    assert test.session_state["concept_id"] == concept
    assert shared_explorer().concepts.get(begun).deleted


def test_a_twin_that_was_deleted_meanwhile_is_not_offered(concept):
    page = shared_explorer().page(concept)
    taught = shared_explorer().answer(page, {page.tiles[0].photo_id: 1})
    shared_explorer().encoders.start("offline").result(120)
    test = run("train.py")
    test.text_input(key="prompt").set_value(taught.concept.prompt).run()
    shared_explorer().concepts.delete(concept)
    test.run()
    assert not test.exception
    assert not [button for button in test.button if button.key == f"continue_{concept}"]


def test_concepts_of_one_name_and_the_same_counts_say_when_they_changed(concept):
    one = shared_explorer().concepts.get(concept)
    days = [replace(one, updated=datetime(2026, 3, day, 9, 5)) for day in (1, 2)]
    counts = LabelCounts(3, 2, [])
    name = isolate(one.name)
    told = [f"{name}: 3 yes, 2 no, 1 Mar, 09:05", f"{name}: 3 yes, 2 no, 2 Mar, 09:05"]
    assert label_each([(day, counts) for day in days]) == list(map(escape_markdown, told))
    assert label_each([(one, counts)]) == [escape_markdown(f"{name}: 3 yes, 2 no")]


def test_a_concept_started_from_a_search_offers_its_twin_and_fills_the_boxes(concept):
    page = shared_explorer().page(concept)
    shared_explorer().answer(page, {page.tiles[0].photo_id: 1})
    shared_explorer().encoders.start("offline").result(120)
    start = AppTest.from_function(start_from_a_search, default_timeout=60).run()
    begun = start.session_state["page"]
    test = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    for name in ("page", "concept_id", "collection", "prompt", "page_size"):
        test.session_state[name] = start.session_state[name]
    test.run()
    assert not test.exception
    assert test.session_state["page"] is begun
    assert f"continue_{concept}" in {button.key for button in test.button}
    assert test.text_input(key="prompt").value == "a thing"
    assert test.selectbox(key="page_size").value == 25


def start_from_a_search() -> None:
    from explorer.query import Query
    from pages._current import shared_explorer
    from pages._start import start_concept

    start_concept(Query([("a thing", 1.0)]), shared_explorer().collection("things"), "a thing")


CHANGES = {
    "labels": lambda explorer, page: explorer.rounds.relabel(
        page.concept.id, {page.tiles[0].photo_id: 1}
    ),
    "the threshold": lambda explorer, page: explorer.concepts.update(
        page.concept.id, threshold=0.3
    ),
    "an audit": lambda explorer, page: explorer.concepts.update(page.concept.id, audit={"open": 1}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_another_view_changes_stands_on_train_and_the_rest_is_not_read_again(concept, what):
    explorer = shared_explorer()
    test = run("train.py", concept=concept)
    before = test.session_state["page"]
    test.run()
    assert test.session_state["page"] is before
    CHANGES[what](explorer, before)
    test.run()
    page = test.session_state["page"]
    assert page.concept == explorer.concepts.get(concept)
    assert len(page.history) == (what == "labels")
    answered = {row.photo_id for row in page.history}
    assert not answered & {tile.photo_id for tile in page.tiles}


def test_what_train_changes_itself_has_no_page_read_again(concept):
    explorer = shared_explorer()
    test = run("train.py", concept=concept)
    page = test.session_state["page"]
    page.concept = explorer.rounds.keep_settings(concept, unmarked="negative")
    test.run()
    page.concept = explorer.concepts.update(concept, threshold=0.3)
    test.run()
    assert test.session_state["page"] is page


@pytest.mark.parametrize(
    "kept", ["answered on the map", "opened from a file", "begun in another window", ""]
)
def test_only_a_concept_without_an_answer_goes_when_the_next_begins(concept, kept, tmp_path):
    explorer = shared_explorer()
    explorer.encoders.start("offline").result(120)
    if kept == "opened from a file":
        explorer.export(concept, tmp_path / "a.safetensors")
        concept = explorer.open_saved(tmp_path / "a.safetensors", "things").concept.id
    test = run("train.py", concept=concept)
    if kept in {"answered on the map", ""}:
        test.text_input(key="prompt").set_value("yes").run()
        concept = test.session_state["page"].concept.id
    if kept == "answered on the map":
        explorer.rounds.relabel(concept, {"yes-000": 1})
    next(one for one in test.text_input if one.label.startswith("What are")).set_value("no").run()
    assert explorer.concepts.get(concept).deleted == (not kept)


def test_a_concept_deleted_elsewhere_is_told_and_brought_back(concept):
    test = run("_navigation.py", concept=concept)
    shared_explorer().concepts.delete(concept)
    for _ in range(2):  # it stays until something else is opened
        test.run()
        assert [told.value for told in test.warning] == ["“a thing” was deleted."]
    press(test, "Undo the deletion")
    assert not test.warning
    assert test.session_state["page"].concept.id == concept
    shared_explorer().database.create_collection("others", "offline", DIM).insert(
        pa.table({"id": ["x"], "url": [""], "vector": [np.eye(DIM, dtype=np.float32)[0]]})
    )
    shared_explorer().database.drop_collection("things")
    test.run()
    assert "went with its collection, things" in test.warning[-1].value
    assert "Undo the deletion" not in {button.label for button in test.button}


def test_no_advice_is_given_where_no_photo_is_left(concept):
    page = shared_explorer().page(concept)
    page = shared_explorer().answer(page, {page.tiles[0].photo_id: 1})
    assert insight(page)["advice"]
    page.tiles = []
    assert not insight(page)["advice"]


def test_a_collection_that_is_gone_is_told_on_every_page(concept):
    test = AppTest.from_file(str(ROOT / "pages" / "_navigation.py"), default_timeout=60)
    test.session_state["collection"] = "gone"
    test.run()
    assert [told.value for told in test.warning] == ["There is no collection gone: this is things."]


def test_the_map_of_another_collection_leaves_the_open_concept_alone(concept):
    others = shared_explorer().database.create_collection("a_few", "offline", DIM)
    vectors = list(np.eye(9, DIM, dtype=np.float32))
    ids = [f"x{at}" for at in range(9)]
    others.insert(pa.table({"id": ids, "url": [""] * 9, "vector": vectors}))
    job = shared_explorer().maps.start("a_few")
    assert job.thread is not None
    job.thread.join()
    forget_collections()
    test = AppTest.from_file(str(ROOT / "pages" / "search.py"), default_timeout=60)
    test.session_state["concept_id"] = concept
    test.session_state["map_choice"] = {"row": 0}
    test.query_params["view"], test.query_params["collection"] = "map", "a_few"
    test.run()
    assert not test.exception
    assert test.session_state["collection"] == "a_few"


ADDRESS = "https://example.org/x.jpg"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(ADDRESS, "fetches no addresses"), (f"lake -{ADDRESS}", "not weighed or taken off")],
)
def test_the_address_of_a_picture_is_not_searched_as_words(concept, monkeypatch, text, sentence):
    monkeypatch.delenv("API_FETCH_URLS", raising=False)
    assert sentence in said(run("search.py", text=text))[0]
    test = run("train.py")
    test.text_input(key="prompt").set_value(text).run()
    assert sentence in test.session_state.error
    assert "pending" not in test.session_state


@pytest.mark.parametrize("text", ["https://example.org/1.jpg", " HTTPS://example.org/2 "])
def test_the_picture_at_an_address_is_looked_for_where_it_may_be_fetched(
    concept, monkeypatch, text
):
    data = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(data, "PNG")
    monkeypatch.setattr("pages.grid.intake.fetch_picture", lambda address: data.getvalue())
    loading: Future[Encoder] = Future()
    loading.set_exception(ModelNotFound("No such model."))
    monkeypatch.setattr(shared_explorer().encoders, "start", lambda *name: loading)
    assert said(run("search.py", text=text, like="yes-000")) == ["No such model."]
    test = run("train.py")
    test.text_input(key="prompt").set_value(text).run()
    query, _ = test.session_state.pending
    assert (len(query.pictures), list(query.phrases)) == (1, [])


def test_an_unknown_concept_in_the_address_is_one_sentence_and_a_way_on(concept, monkeypatch):
    links: list[str] = []
    monkeypatch.setattr("streamlit.page_link", lambda place, **link: links.append(place))
    test = run("train.py", concept="nobody")
    assert "nobody" in test.error[0].value
    assert links == ["concepts.py"]


def test_a_database_that_another_process_owns_is_named_with_its_owner(empty):
    program = (
        "import os, sys, vecdb; d = vecdb.connect(); print(os.getpid(), flush=True);"
        "sys.stdin.readline()"
    )
    owner = subprocess.Popen(
        [*python(), "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    assert owner.stdin is not None
    pid = owner.stdout.readline().strip()
    [sentence] = said(run("_navigation.py"))
    assert pid in sentence
    owner.communicate("\n", timeout=60)


def test_a_database_that_is_gone_is_one_sentence_on_a_page_that_asks_for_it(concept):
    shared_explorer().database.close()
    [sentence] = said(run("_navigation.py", concept=concept))
    assert "is closed: connect to it again" in sentence


def test_a_phrase_longer_than_the_model_reads_is_one_sentence_and_nothing_is_lost(concept):
    shared_explorer().encoders.start("offline").result(120)
    test = run("train.py", concept=concept)
    test.text_input(key="prompt").set_value("word " * 600).run()
    assert not test.exception
    assert test.session_state["page"].concept.id == concept
    assert "tokens" in test.session_state["error"]


def test_a_prompt_becomes_a_concept_with_a_full_page(concept):
    shared_explorer().encoders.start("offline").result(120)
    test = run("train.py")
    test.text_input(key="prompt").set_value("zzqx <b>nothing</b> “like” this 🐈").run()
    assert not test.exception
    page = test.session_state["page"]
    assert page.concept.prompt == "zzqx <b>nothing</b> “like” this 🐈"
    assert len(page.tiles) == 25


def test_ten_thousand_labels_open_and_refit(empty):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(11_000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"p{at}" for at in range(11_000)]
    with connect() as database:
        collection = database.create_collection("things", "offline", 64)
        collection.insert(pa.table({"id": ids, "url": [""] * 11_000, "vector": list(vectors)}))
        rounds = Rounds(database)
        begun = rounds.begin(collection, "a thing", vectors[0])
        sign = np.where(vectors[:, 0] > 0, 1, -1)
        rows = [Label(ids[at], int(sign[at]), 1, "top") for at in range(10_000)]
        database.concepts.label(begun.concept.id, rows, action="round:many")
        page = rounds.refit(begun.concept.id)
        assert len(page.tiles) == 25
        assert not {tile.photo_id for tile in page.tiles} & set(ids[:10_000])
    assert not run("concepts.py", concept=begun.concept.id, view="labels").error


def test_labels_are_shown_by_person_and_offered_as_files(concept):
    explorer = shared_explorer()
    rows = [Label("yes-000", 1, by="Ann"), Label("yes-001", 1, by="Bo")]
    explorer.rounds.import_labels(concept, rows)
    page = run("concepts.py", concept=concept, view="labels")
    [by] = [box for box in page.selectbox if box.label == "By"]
    assert {"Ann", "Bo"} <= set(by.options)
    by.set_value(("by", "Bo")).run()
    assert not page.exception
    *_, shown = page.session_state.labels_grid_pages.values()
    assert list(shown.args[1]) == ["yes-001"]


def test_a_name_given_once_stands_with_every_label(concept):
    page = run("train.py")
    page.text_input(key="person").set_value(" Ann ").run()
    assert not page.exception


def test_classes_takes_no_folder_of_an_app_that_others_reach(concept, monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.1")
    test = run("classes.py")
    test.segmented_control(key="class_kind").set_value("Folder").run(timeout=60)
    test.text_input(key="class_folder").set_value("/etc").run(timeout=60)
    assert any("DATA" in words and "may be looked into" in words for words in said(test))


@pytest.mark.parametrize("page", ["search", "train", "classes"])
def test_an_encoder_that_fails_on_words_is_said_on_the_page(concept, monkeypatch, page):
    offline: Any = shared_explorer().encoders.start("offline").result(120)

    def fail(texts: list[str]) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(offline._text, "encode", fail)
    words = f"words that only {page} has read"  # those of other tests are remembered
    if page == "search":
        test = run("search.py", text=words)
    else:
        test = run(f"{page}.py")
        boxes = test.text_input if page == "train" else test.text_area
        boxes(key="prompt" if page == "train" else "class_names").set_value(words).run()
    assert not test.exception
    told = test.session_state.error if page == "train" else " ".join(said(test))
    assert "could not encode these words (RuntimeError: out of memory)" in told


# Widgets that choose what is shown, or are read with what stands beside them.
SHARED = {
    *("All concepts", "Concept", "View", "Fold near-duplicates", "Show", "Order", "By"),
    *("How sure do you want to be?", "Count answers given already"),
    *("Class or column of the file that is meant", "Photos of other classes are a no"),
    *("Form", "Photos", "Train / validation / test", "Photos below the threshold as well"),
    *("Seed", "Never in two splits: photos with the same", "Prepare"),
}


@pytest.mark.parametrize("view", ["results", "new", "labels", "audit", "truth", "export"])
def test_what_changes_a_concept_is_a_widget_of_its_own(concept, view):
    # The press of one that two concepts share may come when the other one is drawn already.
    copied = shared_explorer().concepts.duplicate(concept, "A copy")
    first, second = (
        widgets(run("concepts.py", concept=c, view=view)) for c in (concept, copied.id)
    )
    assert {first[one] for one in first.keys() & second.keys()} <= SHARED


def widgets(test: AppTest) -> dict[str, str]:
    """The label of each widget by its id."""
    kinds = ["button", "button_group", "checkbox", "file_uploader", "multiselect"]
    kinds += ["number_input", "selectbox", "slider", "text_input", "toggle"]
    drawn = [each for kind in kinds for each in test.get(kind)]
    return {each.proto.id: getattr(each, "label", each.proto.label) for each in drawn}
