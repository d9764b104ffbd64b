"""The Data page as a script: names, choices, the queue, failures, deletion."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from encoder import load_encoder
from explorer.jobs import Job
from explorer.orders import Order
from ingest import Progress
from ingest.manners import Manners
from pages._current import shared_explorer
from pages._words import escape_markdown, isolate
from pages.adding.columns import name_controls
from pages.adding.queue import tell_progress
from tests.browser.latency import picture
from tests.encoder.tiny_clip import save_tiny_clip
from tests.pages.test_screens import run, said
from vecdb import Failure, Label


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny_clip(tmp_path_factory.mktemp("model") / "clip"))


def press(test: AppTest, label: str) -> AppTest:
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


def captions(test: AppTest) -> str:
    return "\n".join(element.value for element in test.caption)


def test_signs_of_markdown_are_shown_letter_by_letter():
    assert escape_markdown("/a_b/*c* $1$ :red[x]") == r"/a\_b/\*c\* \$1\$ \:red\[x\]"
    assert escape_markdown("one\ntwo") == "one  \ntwo"
    # Addresses become links, in which a sign would be shown.
    assert escape_markdown("http://host:8000/x, at 12:30:45") == "http://host:8000/x, at 12:30:45"


@pytest.mark.parametrize("text", [":x:", "a:smile:b", ":100:", ":+1:", "/:material/home:", "a -> b",
                                  "a <- b", "a <-> b", "a -- b", "-> a", "a ->", "<-", "a\n-- b",
                                  "a >= b", "<= 3", "a ~= b"])  # fmt: skip
def test_what_would_become_an_icon_or_an_arrow_is_broken_without_a_trace(text):
    shown = escape_markdown(text).replace("\\", "").replace("  \n", "\n")
    assert shown != text
    assert shown.replace("\u2060", "") == text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "name a contact page (--contact).",
            "name a contact page (“Contact page, under Downloads”).",
        ),
        ("choose another name, with --table.", "choose another name, with “Collection”."),
        ("leave out --limit and --where.", "leave out “Photos at most” and “Only rows where”."),
        ("--id-column takes a column", "“Column of the id” takes a column"),
        ("with --vector-column, or", "with “Column of the vector”, or"),
        ("name its encoding with --encoding.", "name its encoding with “Encoding”."),
        ("--delimiter is for tables", "“Between columns” is for tables"),
        ("photos with `python -m explorer delete`.", "photos with “Delete photos”."),
        ("/a/--where/b--limit does not exist.", "/a/--where/b--limit does not exist."),
    ],
)
def test_an_option_of_the_command_is_named_as_the_control_it_is_here(said, shown):
    assert name_controls(said) == shown


@pytest.mark.parametrize("done", [0, 40])
def test_no_time_is_told_of_an_ingest_that_is_being_stopped(done):
    job = Job(1, Order("/photos", "photos"))
    job.stop.set()
    told = tell_progress(job, Progress(total=100, downloaded=60, inserted=done))
    assert told == f"{done} of 100 photos. Storing what is under way."
    assert tell_progress(job, Progress(total=1)) == "0 of 1 photo. Storing what is under way."
    assert tell_progress(job, Progress(inserted=1)) == "1 photo. Storing what is under way."


def test_an_ingest_says_that_it_waits_for_its_encoder():
    job, waits = Job(1, Order("/photos", "photos")), "waiting for the encoder"
    fetched = Progress(total=100, seen=60, downloaded=60)
    assert waits in tell_progress(job, fetched)
    for other in (
        Progress(total=100, seen=60),
        replace(fetched, encoded=1),
        replace(fetched, cached=1),
    ):
        assert waits not in tell_progress(job, other)


@pytest.mark.parametrize("name", ["שלום", "شرق", "a שלום", "\u202eabc"])
def test_a_name_from_right_to_left_is_set_apart_from_the_numbers_behind_it(name):
    assert isolate(name) == f"\u2068{name}\u2069"
    assert isolate("été 1 -> 東 🐈") == "été 1 -> 東 🐈"


def test_the_name_starts_as_the_open_collection_and_says_what_it_becomes(concept):
    test = run("data.py")
    assert test.text_input(key="data_table").value == "things"
    assert "Has 120 photos, encoder offline" in captions(test)
    test.text_input(key="data_table").set_value("Été 2020").run()
    assert r"Stored as Ete\_2020. A new collection." in captions(test)
    test.text_input(key="data_source").set_value("/nowhere").run()
    test.text_input(key="data_table").set_value("labels").run()
    press(test, "Add to the collection")
    assert any("cannot name a collection" in words for words in said(test))


def test_the_guesses_and_the_first_five_rows_are_shown_and_can_be_set_otherwise(empty):
    rows = "".join(f"/p/{at}.jpg,a word for {at},/q/{at}.jpg\n" for at in range(9))
    (empty / "a_b$c$.csv").write_text("path,caption,other\n/p/none.jpg,,/q/none.jpg\n" + rows)
    test = run("data.py")
    test.text_input(key="data_source").set_value(f'"{empty}/a_b$c$.csv"').run()
    assert any("Read by address: path, caption: caption" in m.value for m in test.markdown)
    shown = test.dataframe[0].value
    assert len(shown) == 5
    assert list(shown["address"][:2]) == ["/p/none.jpg", "/p/0.jpg"]
    assert shown["description"].isna()[0]
    assert test.dataframe[0].proto.placeholder == ""  # where nothing is known, not "None"
    assert test.dataframe[0].proto.HasField("placeholder")
    test.selectbox(key="data_address_column").set_value("other").run()
    assert test.dataframe[0].value["address"][1] == "/q/0.jpg"
    test.text_area(key="data_where").set_value("nonsense").run()
    assert any("nonsense" in words for words in said(test))


def test_manners_and_pruning_are_set_and_go_into_the_queue(empty, model):
    folder = empty / "lib"
    folder.mkdir()
    for at in range(2):
        (folder / f"{at}.jpg").write_bytes(picture(np.random.default_rng(at)))
    test = run("data.py")
    test.text_input(key="data_source").set_value(str(folder)).run()
    test.text_input(key="data_table").set_value("pruned").run()
    test.text_input(key="data_encoder").set_value(model)
    test.text_input(key="data_contact").set_value("https://museum.example/bots")
    test.text_area(key="data_request_headers").set_value("nonsense").run()
    assert any("'nonsense' is no header" in words for words in said(test))
    test.text_area(key="data_request_headers").set_value("X-Key: a: b\nCookie: c")
    test.checkbox(key="data_ignore_opt_out").check()
    test.checkbox(key="data_prune").check()
    test.number_input(key="data_limit").set_value(1).run()
    press(test, "Add to the collection")
    assert any("“Take photos out whose files are gone” needs the" in words for words in said(test))
    test.number_input(key="data_limit").set_value(None).run()
    (folder / "1.jpg").unlink()
    press(test, "Add to the collection")
    jobs = shared_explorer().jobs
    assert jobs.thread is not None
    jobs.thread.join(60)
    job = jobs.ended()[0]
    assert job.order.options.prune
    assert job.order.options.manners == Manners(
        "VisualDatasetExplorer/0.2 (+https://museum.example/bots)",
        (("X-Key", "a: b"), ("Cookie", "c")),
        ignore_opt_out=True,
    )
    assert job.summary
    assert job.summary.inserted == 1
    (folder / "0.jpg").rename(empty / "0.jpg")
    (folder / "2.jpg").write_bytes(picture(np.random.default_rng(2)))
    press(test, "Add to the collection")
    jobs.thread.join(60)
    pruned = jobs.ended()[0].summary
    assert pruned
    assert pruned.removed == 1
    assert shared_explorer().database.collection("pruned").count() == 1


def test_a_source_that_is_not_there_is_a_sentence_with_its_path_as_it_is(empty):
    test = run("data.py")
    test.text_input(key="data_source").set_value("file:///no_such_place/a$b$").run()
    assert any(escape_markdown("/no_such_place/a$b$ does not exist") in w for w in said(test))


def test_an_app_that_others_reach_takes_no_folder_of_the_machine(empty, monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.1")
    test = run("data.py")
    test.text_input(key="data_source").set_value(str(empty)).run()
    press(test, "Add to the collection")
    assert sum(r"DATA\_FOLDERS" in words for words in said(test)) >= 2
    assert shared_explorer().jobs.running is None


def test_a_folder_is_walked_to_and_taken(empty):
    (empty / "one" / "two").mkdir(parents=True)
    test = run("data.py")
    test.session_state["data_folder"] = str(empty)
    test.run()
    test.selectbox(key=f"data_below_{empty}").set_value("one").run()
    press(test, "Take this folder")
    assert test.session_state["data_source"] == str(empty / "one")
    press(test, "Up")
    assert test.session_state["data_folder"] == str(empty)


def test_a_folder_whose_name_is_no_text_is_walked_to_and_taken(empty):
    folder = Path(os.fsdecode(os.fsencode(empty) + b"/M\xfcnchen"))
    folder.mkdir()
    (folder / "inner").mkdir()
    test = run("data.py")
    test.session_state["data_folder"] = str(empty)
    test.run()
    test.selectbox(key=f"data_below_{empty}").set_value(folder.name).run()
    press(test, "Take this folder")
    assert test.session_state["data_source"] == f"{empty.as_uri()}/M%FCnchen"
    assert not any("does not exist" in words for words in said(test))
    assert test.selectbox(key=f"data_below_{folder.as_uri()}").options == ["inner"]


def test_what_has_failed_is_listed_with_reasons_and_tried_again(empty, model):
    explorer = shared_explorer()
    explorer.database.create_collection("things", model, load_encoder(model).dim)
    (empty / "a.jpg").write_bytes(picture(np.random.default_rng(0)))
    (empty / "b.jpg").write_bytes(picture(np.random.default_rng(1)))
    explorer.database.failures.add(
        "things",
        [
            Failure("a", str(empty / "a.jpg"), "HTTP 404", permanent=True),
            Failure("b", str(empty / "b.jpg"), "timeout", permanent=False),
        ],
    )
    test = run("data.py")
    test.selectbox(key="data_reason_things").set_value("HTTP 404").run()
    assert list(test.dataframe[-1].value["Photo"]) == ["a"]
    press(test, "Try 1 photo again")
    while job := explorer.jobs.running:
        assert job.order.retry == "HTTP 404"
        assert explorer.jobs.thread is not None
        explorer.jobs.thread.join(60)
    test.run()
    assert explorer.database.failures.counts("things") == {"timeout": 1}
    assert any("1 inserted into things" in element.value for element in test.success)


def test_failures_of_an_ingest_are_shown_whatever_collection_is_open(concept, tmp_path, model):
    jobs = shared_explorer().jobs
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.jpg").write_bytes(b"no picture")
    job = jobs.add(Order(str(tmp_path / "bad"), "others", model))
    assert jobs.thread is not None
    jobs.thread.join(60)
    test = run("data.py")
    assert test.selectbox(key="data_chosen").value == "things"
    test.button(key=f"failures_{job.number}").click().run()
    assert test.selectbox(key="data_chosen").value == "others"
    assert list(test.dataframe[-1].value["Photo"]) == ["a.jpg"]
    assert next(one for one in test.expander if one.label == "Failures").proto.expanded


def test_an_ingest_that_found_no_photo_ends_in_yellow(concept, tmp_path, model):
    jobs = shared_explorer().jobs
    (tmp_path / "dropped").mkdir()
    (tmp_path / "dropped" / "photos.zip").write_bytes(b"PK\5\6" + bytes(18))
    jobs.add(Order(str(tmp_path / "dropped"), "others", model))
    assert jobs.thread is not None
    jobs.thread.join(60)
    test = run("data.py")
    assert any("unpack it" in element.value for element in test.warning)
    assert not any("unpack it" in element.value for element in test.success)


def test_photos_are_deleted_by_name_and_undo_puts_them_back(concept):
    explorer = shared_explorer()
    collection = explorer.database.collection("things")
    ids = sorted(collection.sample(3, seed=0).ids)
    vectors = collection.vectors(ids)
    explorer.database.concepts.label(concept, [Label(ids[0], 1)], action="one")
    explorer.store.put_thumbnails("things", [(ids[0], "digest", b"jpeg")])
    test = run("data.py")
    test.text_area(key="data_photos_things").set_value("\n".join([*ids, "nobody.jpg"])).run()
    assert list(test.dataframe[-1].value["Photo"]) == ids
    assert any("Not found: nobody.jpg." in element.value for element in test.warning)
    assert any("1 of them has labels, in a thing" in m.value for m in test.markdown)
    press(test, "Delete 3 photos")
    assert any("3 photos taken out, 1 of them had labels in 'a thing'" in w for w in said(test))
    assert collection.records.known_ids(ids) == set()
    assert explorer.store.thumbnail("things", ids[0]) is None
    press(test, "Undo")
    [place] = [one for one in test.expander if one.label == "Delete photos"]
    assert [info.value for info in place.info] == ["3 photos are back in things."]
    assert np.array_equal(collection.vectors(ids), vectors)
    assert collection.count() == 120
    assert explorer.store.thumbnail("things", ids[0]) == b"jpeg"
    assert not [button for button in test.button if button.label == "Undo"]


def test_no_photo_is_deleted_while_an_ingest_into_its_collection_runs(concept, monkeypatch):
    explorer = shared_explorer()
    photo = explorer.database.collection("things").sample(1, seed=0).ids[0]
    test = run("data.py")
    test.text_area(key="data_photos_things").set_value(photo).run()
    monkeypatch.setattr(explorer.jobs, "busy", lambda table: True)
    press(test, "Delete 1 photo")
    [place] = [one for one in test.expander if one.label == "Delete photos"]
    assert ["An ingest puts photos into things" in one.value for one in place.error] == [True]
    assert explorer.database.collection("things").count() == 120


def test_a_collection_goes_when_its_name_is_typed_and_not_before(concept):
    shared_explorer().store.put_thumbnails("things", [("yes-000", "digest", b"jpeg")])
    test = run("data.py")
    delete = test.button(key="data_delete_things")
    assert delete.disabled
    test.text_input(key="data_sure_things").set_value("thing").run()
    assert test.button(key="data_delete_things").disabled
    test.text_input(key="data_sure_things").set_value("things").run()
    press(test, "Delete the collection")
    assert not shared_explorer().database.collections()
    assert any("things is deleted: 120 photos taken out" in words for words in said(test))
    assert shared_explorer().store.thumbnail("things", "yes-000") is None


def test_what_goes_along_with_a_deletion_and_what_keeps_the_photos_is_told(concept):
    database, things = shared_explorer().database, "things"
    [rows] = database.collection(things).records.whole(["yes-000", "yes-001"])
    database.follow(database.derive(things, "look").name, lambda vectors: vectors)
    database.create_collection("things__other", "other", 512).insert(rows)
    test = run("data.py")
    test.selectbox(key="data_chosen").set_value(things).run()
    test.text_area(key="data_photos_things").set_value("yes-000").run()
    stay = r"In other encoders the photos stay: things\_\_other."
    along = rf"Gone from what is derived: things\_\_look. {stay}"
    assert any(along in element.value for element in test.markdown)
    press(test, "Delete 1 photo")
    assert any(along in words for words in said(test))
    test.text_input(key="data_sure_things").set_value(things).run()
    along = rf"Derived from it, and gone with it: things\_\_look. {stay}"
    assert any(along in element.value for element in test.markdown)
    press(test, "Delete the collection")
    assert any(along in words for words in said(test))


def test_vectors_of_a_new_collection_ask_for_their_encoder(empty):
    np.save(empty / "a.npy", np.eye(16, dtype=np.float32))
    table = pa.table({"url": ["https://x.org/a.jpg"], "embedding": [[0.5] * 16]})
    pq.write_table(table, empty / "b.parquet")
    for name in ("a.npy", "b.parquet"):
        test = run("data.py")
        test.text_input(key="data_source").set_value(str(empty / name)).run()
        assert any("16 numbers each" in m.value for m in test.markdown)
        press(test, "Add to the collection")
        assert any("name the encoder that made them" in words for words in said(test))


@pytest.mark.parametrize(
    ("fingerprint", "typed", "kept"), [("f", "some/model", 16), ("f", "", 0), ("", None, 16)]
)
def test_vectors_for_a_collection_of_pictures_ask_for_their_encoder(
    empty, fingerprint, typed, kept
):
    database = shared_explorer().database
    collection = database.create_collection("things", "some/model", 16, fingerprint)
    np.save(empty / "a.npy", np.eye(16, dtype=np.float32))
    test = run("data.py")
    test.text_input(key="data_table").set_value("things")
    test.text_input(key="data_source").set_value(str(empty / "a.npy")).run()
    asked = [box.key for box in test.text_input if box.key == "data_encoder"]
    assert asked == ([] if typed is None else ["data_encoder"])
    if typed:
        test.text_input(key="data_encoder").set_value(typed).run()
    press(test, "Add to the collection")
    jobs = shared_explorer().jobs
    assert jobs.thread is not None
    jobs.thread.join(60)
    job = jobs.ended()[0]
    assert collection.count() == kept
    assert ("made them with --encoder" in job.error) == (not kept)


def test_a_remembered_collection_that_was_deleted_elsewhere_is_not_offered_again(
    concept, monkeypatch
):
    monkeypatch.setattr("pages.adding.form.remembered_collection", lambda: "gone")
    assert run("data.py").text_input(key="data_table").value == "things"


def test_a_training_that_was_left_is_told_of_until_it_is_forgotten(concept):
    place = shared_explorer().store.path.parent / "training.json"
    place.write_text('{"made": "things__look"}')
    test = run("data.py")
    words = "The app was stopped before the training of things\\_\\_look had ended: train again."
    assert words in [element.value for element in test.warning]
    press(test, "Forget the training")
    assert not place.exists()
    assert words not in [element.value for element in test.warning]
