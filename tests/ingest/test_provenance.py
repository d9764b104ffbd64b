"""What several sources say of one photo: each takes back only its own."""

import csv
import io
import json
import threading
import time
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import Photo, SourceError
from ingest.admission import _chunks
from ingest.progress import Progress
from ingest.provenance import Statement, is_said, read_statements, restate, write_statements
from tests.ingest.pictures import encoded, jpeg, noise
from tests.ingest.test_embedded import PACKET
from tests.ingest.test_in_step import counts, folder, rows
from vecdb.photos import METADATA
from vecdb.records import Origin


def table(path, lines):
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def coco(path, files, **parts):
    images = [{"id": 100 + at, "file_name": name} for at, name in enumerate(files)]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"info": {}, "images": images, **parts}))
    return path


CATEGORIES = [{"id": 5, "name": "dog"}, {"id": 7, "name": "cat"}]


def captions(*words):
    return [{"image_id": 100 + at, "caption": word} for at, word in enumerate(words)]


def boxes(*classes):
    return [
        {"image_id": 100 + at, "category_id": one, "bbox": [1, 2, 3, 4]}
        for at, each in enumerate(classes)
        for one in each
    ]


def said(database, *names):
    found = rows(database).values()
    return sorted(tuple(row[name] for name in names) for row in found)


@pytest.mark.parametrize("ids", ["", "id,"])
@pytest.mark.parametrize("order", ["folder labels captions", "labels folder captions"])
def test_what_each_source_says_stays_whichever_is_read_again(
    ingest, database, tmp_path, ids, order
):
    lib = folder(tmp_path / "lib", a=1, b=2)
    head = ["id", "file"] if ids else ["file"]
    own = [["71"], ["72"]] if ids else [[], []]
    named = [[*own[0], "a.jpg"], [*own[1], "b.jpg"]]
    sources = {
        "folder": lib,
        "labels": table(
            lib / "labels.csv", [[*head, "label"], [*named[0], "cat"], [*named[1], "dog"]]
        ),
        "captions": table(
            lib / "captions.csv", [[*head, "caption"], [*named[0], "A cat."], [*named[1], "A dog."]]
        ),
    }
    for name in order.split():
        ingest(sources[name])
    expected = [("A cat.", "cat"), ("A dog.", "dog")]
    assert said(database, "description", "label") == expected
    for source in sources.values():
        assert counts(ingest(source)) == (0, 0, 2, 0)
    assert said(database, "description", "label") == expected
    # One of them says something else, and one says nothing more of a photo.
    table(lib / "labels.csv", [[*head, "label"], [*named[0], "lynx"], [*named[1], ""]])
    assert counts(ingest(sources["labels"])) == (0, 2, 0, 0)
    assert said(database, "description", "label") == [("A cat.", "lynx"), ("A dog.", None)]


def test_a_table_stands_before_a_folders_name_and_a_later_table_before_an_earlier_one(
    ingest, database, tmp_path
):
    lib = tmp_path / "lib"
    lib.mkdir()
    folder(lib / "cats", a=1)
    first = table(tmp_path / "one.csv", [["file", "label"], ["lib/cats/a.jpg", "tabby"]])
    second = table(tmp_path / "two.csv", [["file", "label"], ["lib/cats/a.jpg", "lynx"]])
    for source, label in ((lib, "cats"), (first, "tabby"), (second, "lynx")):
        ingest(source)
        assert said(database, "label") == [(label,)]
    for source in (lib, first):
        ingest(source)
        assert said(database, "label") == [("lynx",)]
    table(second, [["file", "label"], ["lib/cats/a.jpg", ""]])
    ingest(second)
    assert said(database, "label") == [(None,)]
    ingest(first)  # what it says counts again
    assert said(database, "label") == [("tabby",)]


def test_a_picture_that_changed_keeps_what_tables_say_of_it(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1)
    (lib / "a.jpg").write_bytes(jpeg(1))
    (lib / "a.txt").write_text("beside it")
    labels = table(tmp_path / "labels.csv", [["file", "label", "iso"], ["lib/a.jpg", "cat", "1"]])
    ingest(lib)
    ingest(labels)
    (lib / "a.jpg").write_bytes(jpeg(2))
    (lib / "a.txt").write_text("beside the new one")
    assert counts(ingest(lib)) == (0, 1, 0, 0)
    row = rows(database)["a.jpg"]
    assert (row["label"], row["description"]) == ("cat", "beside the new one")
    assert row["extra"]["iso"] == 1
    assert counts(ingest(labels)) == counts(ingest(lib)) == (0, 0, 1, 0)


def test_a_moved_table_stands_for_the_one_of_its_name(ingest, database, tmp_path):
    folder(tmp_path / "lib", a=1)
    path = tmp_path / "lib" / "a.jpg"
    ingest(tmp_path / "lib")
    old = table(tmp_path / "old" / "labels.csv", [["file", "label"], [path, "cat"]])
    ingest(old)
    old.unlink()
    ingest(table(tmp_path / "new" / "labels.csv", [["file", "text"], [path, "A lynx."]]))
    assert said(database, "label", "description") == [(None, "A lynx.")]


def test_what_a_picture_says_itself_is_back_once_a_table_says_it_no_more(
    ingest, database, tmp_path
):
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "a.jpg").write_bytes(encoded(noise(), xmp=PACKET.encode()))
    ingest(lib)
    own = said(database, "description")
    assert own[0][0]
    told = table(tmp_path / "told.csv", [["file", "caption"], ["lib/a.jpg", "words of a table"]])
    ingest(told)
    assert said(database, "description") == [("words of a table",)]
    ingest(table(told, [["file", "iso"], ["lib/a.jpg", "100"]]))
    assert said(database, "description") == own


@pytest.mark.parametrize("way", ["each alone", "their folder", "the pictures' folder"])
def test_annotations_of_coco_add_up(ingest, database, tmp_path, way):
    root = tmp_path / "coco"
    root.mkdir()
    folder(root / "train2017", a=1, b=2)
    lists = root / "annotations"
    files = ["a.jpg", "b.jpg"]
    told = [
        coco(lists / "captions_train2017.json", files, annotations=captions("A cat.", "Two.")),
        coco(lists / "instances_train2017.json", files,
             annotations=boxes([7, 7], [5, 7]), categories=CATEGORIES),
        coco(lists / "person_keypoints_train2017.json", files,
             annotations=boxes([1], [1]), categories=[{"id": 1, "name": "person"}]),
    ]  # fmt: skip
    sources = {"each alone": told[:2], "their folder": [lists], "the pictures' folder": [root]}
    for source in sources[way]:
        summary = ingest(source)
        assert summary.error is None
    assert said(database, "description", "label") == [("A cat.", "cat"), ("Two.", "dog|cat")]
    assert summary.left_out == {}
    if way != "each alone":
        assert (summary.inserted, summary.seen, summary.doubled) == (2, 2, 0)
        assert summary.added == (4 if way == "the pictures' folder" else 2)
    for source in sources[way]:
        again = ingest(source)
        assert (again.inserted, again.updated, again.added, again.skipped) == (0, 0, 0, 2)
    coco(told[1], files, annotations=boxes([5], []), categories=CATEGORIES)
    for source in sources[way]:
        ingest(source)
    assert said(database, "description", "label")[0] == ("A cat.", "dog")


def test_fiftyones_export_for_coco_is_read(ingest, database, tmp_path):
    (tmp_path / "set").mkdir()
    folder(tmp_path / "set" / "data", a=1, b=2)
    told = {"annotations": boxes([7], [5, 7]), "categories": CATEGORIES}
    coco(tmp_path / "set" / "labels.json", ["a.jpg", "b.jpg"], **told)
    summary = ingest(tmp_path / "set")
    assert (summary.inserted, summary.added, summary.left_out) == (2, 2, {})
    assert said(database, "label") == [("cat",), ("dog|cat",)]


def test_json_of_something_else_beside_pictures_is_left_out(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1)
    coco(lib / "others.json", ["elsewhere.jpg"], annotations=captions("gone"))
    (lib / "settings.json").write_text('{"images": 3, "size": [1, 2]}')
    summary = ingest(lib)
    assert (summary.inserted, summary.failed, summary.seen) == (1, 0, 1)
    assert summary.left_out == {".json": 2}
    (lib / "broken.json").write_text('{"images": [{"file_name": "a.jpg"')
    assert "broken.json is not readable JSON" in ingest(lib).error


def test_vectors_that_changed_keep_what_a_table_says_of_their_photos(ingest, database, tmp_path):
    vectors = np.random.default_rng(0).standard_normal((2, 16)).astype("float32")
    urls = ["https://x.org/0.jpg", "https://x.org/1.jpg"]
    source = tmp_path / "vectors.parquet"

    def write(sign, city):
        told = {"id": ["0", "1"], "url": urls, "city": city, "vector": list(sign * vectors)}
        pq.write_table(pa.table(told), source)
        return ingest(source, encoder="m")

    write(1, ["Oslo", "Bergen"])
    labels = table(tmp_path / "labels.csv", [["url", "label"], [urls[0], "cat"]])
    assert counts(ingest(labels, encoder=None)) == (0, 1, 0, 0)
    assert write(-1, ["Oslo", "Rome"]).updated == 2
    assert said(database, "city", "label") == [("Oslo", "cat"), ("Rome", None)]
    assert counts(ingest(labels, encoder=None)) == (0, 0, 1, 0)
    assert write(-1, ["Oslo", "Rome"]).skipped == 2


def test_what_is_kept_of_vectors_follows_them_also_where_a_table_tells_of_each_photo(
    ingest, database, tmp_path, monkeypatch
):
    days = (datetime(2026, 1, day, tzinfo=timezone.utc) for day in range(1, 32))
    kind = METADATA["added_at"]
    monkeypatch.setattr("vecdb.photos._now", lambda n: pa.array([next(days)] * n, kind))
    url, source = "https://x.org/0.jpg", tmp_path / "vectors.parquet"
    means = []
    for sign in (1.0, -1.0):
        told = {"id": ["0"], "url": [url], "vector": [[sign] + [0.0] * 15]}
        pq.write_table(pa.table(told), source)
        ingest(source, encoder="m")
        means.append(database.collection("photos").moments().mean[0])
        ingest(table(tmp_path / "labels.csv", [["url", "label"], [url, "cat"]]), encoder=None)
    assert means == [1, -1]
    assert said(database, "label") == [("cat",)]


def test_a_table_with_ids_of_its_own_about_stored_pictures_stores_none_again(
    ingest, database, host, tmp_path
):
    lines = [["id", "url", "label"], ["7", f"{host.url}/ok/1.jpg", "cat"]]
    listed = tmp_path / "list.txt"
    listed.write_text(f"{host.url}/ok/1.jpg\n{host.url}/ok/2.jpg\n")
    ingest(listed)
    assert counts(ingest(table(tmp_path / "labels.csv", lines))) == (0, 1, 0, 0)
    more = [["number", "url", "caption"], ["1", f"{host.url}/ok/1.jpg", "A cat."]]
    assert counts(ingest(table(tmp_path / "captions.csv", more))) == (0, 1, 0, 0)
    found = rows(database).values()
    assert [row["description"] for row in found if row["label"] == "cat"] == ["A cat."]
    assert len(found) == 2


def test_rows_of_one_table_that_show_one_picture_under_ids_of_their_own_are_all_kept(
    ingest, database, host, tmp_path
):
    lines = [["id", "url"], *([str(at), f"{host.url}/ok/1.jpg"] for at in range(3))]
    shop = table(tmp_path / "shop.csv", lines)
    assert ingest(shop).inserted == 3
    assert counts(ingest(shop)) == (0, 0, 3, 0)


@pytest.mark.parametrize("order", ["above inner above inner", "inner above inner"])
def test_a_folders_name_stays_the_label_where_that_folder_is_read_alone(
    ingest, database, tmp_path, order
):
    lib = tmp_path / "lib"
    lib.mkdir()
    cats = folder(lib / "cats", a=1, b=2)
    folder(lib / "dogs", c=3)
    for name in order.split():
        ingest({"above": lib, "inner": cats}[name])
    assert said(database, "label") == [("cats",), ("cats",), ("dogs",)]
    folder(cats, a=4)
    assert counts(ingest(cats)) == (0, 1, 1, 0)
    assert said(database, "label") == [("cats",), ("cats",), ("dogs",)]


def test_a_label_from_beside_a_file_goes_with_it(ingest, database, tmp_path):
    cats = tmp_path / "lib" / "cats"
    cats.parent.mkdir()
    folder(cats, a=1)
    (cats / "a.json").write_text(json.dumps({"label": "tabby"}))
    for told, source, label in ((True, cats, "tabby"), (False, cats, None)):
        if not told:
            (cats / "a.json").unlink()
        ingest(source)
        assert said(database, "label") == [(label,)]


def test_statements_are_kept_in_a_row_and_read_back():
    for named_by in ("", "/t.csv"):
        told = [Statement("", 3, ("label",)), Statement("/a b:c.csv", 2**64 - 1, ("extra:from:x",))]
        kept = write_statements(told, named_by)
        assert read_statements(named_by, kept["mark"], kept["given"]) == told
        heads = [word for word in kept["given"] if word.startswith("from:")]
        origin = Origin("", "", mark=3, named_by=named_by, sources=heads)
        assert [one.source for one in read_statements(named_by, 3, origin.sources)] == [
            "", "/a b:c.csv",
        ]  # fmt: skip


def test_a_list_of_addresses_of_an_earlier_version_is_known_by_what_it_gives():
    url = "https://x.org/1.jpg"
    listed = Photo(url, url, {"label": "cat", "city": "Oslo"}, told_by="/list.csv")
    row: dict[str, Any] = {"named_by": "", "mark": listed.mark, "given": listed.given}
    other = Photo(url, url, {"label": "dog"}, told_by="/other.csv")
    assert [one.source for one in restate(row, other).statements] == ["", "/other.csv"]
    assert not is_said(listed, Origin(url, "", mark=listed.mark))  # its name is kept from now on
    row |= write_statements(restate(row, listed).statements, "")
    row |= write_statements(restate(row, other).statements, "")
    fewer = Photo(url, url, {"label": "cat"}, told_by="/list.csv")
    assert restate(row, fewer).unsaid == {"city"}


def test_no_more_sources_are_kept_apart_than_sixteen():
    row: dict[str, Any] = {"named_by": "", "mark": 1, "given": ["label"]}
    for at in range(40):
        photo = Photo("a", "a.jpg", {"label": f"{at}"}, told_by=f"/{at}.csv")
        row |= write_statements(restate(row, photo).statements, "")
    said_by = [one.source for one in read_statements("", row["mark"], row["given"])]
    assert said_by == ["", *(f"/{at}.csv" for at in range(25, 40))]


def test_a_picture_that_changed_is_read_once_whichever_sources_of_one_run_tell_of_it(
    ingest, database, tmp_path
):
    root = tmp_path / "coco"
    root.mkdir()
    folder(root / "train2017", a=1, b=2)
    files = ["a.jpg", "b.jpg"]
    coco(root / "captions.json", files, annotations=captions("A.", "B."))
    coco(root / "boxes.json", files, annotations=boxes([7], [5]), categories=CATEGORIES)
    ingest(root)
    folder(root / "train2017", a=3)
    coco(root / "captions.json", files, annotations=captions("Anew.", "B."))
    again = ingest(root)
    assert (*counts(again), again.seen, again.added) == (0, 1, 1, 0, 2, 1)
    assert said(database, "description", "label") == [("Anew.", "cat"), ("B.", "dog")]
    (root / "train2017" / "a.jpg").write_bytes(jpeg(4)[:300])
    assert counts(ingest(root)) == (0, 0, 1, 1)
    assert counts(ingest(root)) == (0, 0, 2, 0)


def test_what_one_table_says_no_more_another_one_of_the_same_run_says(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1)
    lists = tmp_path / "lists"
    table(lists / "1.csv", [["file", "label"], [lib / "a.jpg", "cat"]])
    table(lists / "2.csv", [["file", "label"], [lib / "a.jpg", "lynx"]])
    ingest(lists)
    assert said(database, "label") == [("cat",)]
    table(lists / "1.csv", [["file", "label"], [lib / "a.jpg", ""]])
    ingest(lists)
    assert said(database, "label") == [("lynx",)]


def test_annotations_bring_no_picture_that_their_folder_leaves_out(ingest, database, tmp_path):
    root = tmp_path / "coco"
    root.mkdir()
    for part, seed in (("train2017", 1), ("val2017", 2), (".trash", 3)):
        folder(root / part, a=seed)
        coco(root / f"{part}.json", [f"{part}/a.jpg"], annotations=captions(part))
    summary = ingest(root, options={"exclude": ("val2017/*",)})
    assert list(rows(database)) == ["train2017/a.jpg"]
    assert (summary.seen, summary.added, summary.failed) == (1, 1, 0)


def test_the_second_row_of_a_photo_that_failed_holds_nothing_up(
    ingest, host, tmp_path, monkeypatch
):
    monkeypatch.setattr("ingest.admission.CHUNK", 1)
    monkeypatch.setattr("ingest.pipeline.LINGER", 0.01)
    gone = f"{host.url}/gone.jpg"

    def photos():
        for wait in (0.0, 1.0):
            time.sleep(wait)
            yield Photo("1", gone, named_by="/a.csv")
        yield Photo("7", gone, named_by="/b.csv")

    stop = threading.Event()
    late = threading.Timer(20, stop.set)
    late.start()
    summary = ingest(photos(), stop=stop)
    late.cancel()
    assert (summary.interrupted, summary.doubled, summary.failed) == (False, 1, 1)
    # Nor is it tried again under the other id by the next run.
    again = ingest(photos())
    assert (again.seen, again.failed_before, again.failed) == (2, 1, 0)


def test_a_stop_takes_no_row_of_a_photo_under_way_for_a_second_one(ingest, host, monkeypatch):
    monkeypatch.setattr("ingest.admission.CHUNK", 1)
    stop = threading.Event()

    def photos():
        yield Photo("1", f"{host.url}/ok/1.jpg", {"label": "cat"}, told_by="/a.csv")
        threading.Timer(0.5, stop.set).start()  # before the first one is stored
        yield Photo("1", f"{host.url}/ok/1.jpg", {"description": "A."}, told_by="/b.csv")

    summary = ingest(photos(), stop=stop)
    assert (summary.interrupted, summary.inserted, summary.doubled) == (True, 1, 0)


def test_a_stop_ends_an_ingest_of_stored_photos_too(ingest, tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.admission.CHUNK", 1)
    path = folder(tmp_path / "lib", a=1) / "a.jpg"
    ingest([Photo("a", str(path))])
    stop = threading.Event()
    read = []

    def photos():
        for at in range(100):
            read.append(at)
            if at == 2:
                stop.set()
            yield Photo("a", str(path), told_by=f"/{at}.csv")

    assert ingest(photos(), stop=stop).interrupted
    assert len(read) < 5


def test_of_several_photos_at_one_address_a_table_tells_of_the_same_each_time(
    ingest, database, host, tmp_path
):
    url = f"{host.url}/ok/1.jpg"

    def shop(*ids, label):
        ingest(
            table(tmp_path / "shop.csv", [["id", "url", "label"], *([i, url, label] for i in ids)])
        )

    shop("20", "30", label="a")
    told = table(tmp_path / "told.csv", [["number", "url", "caption"], ["1", url, "A."]])
    assert counts(ingest(told)) == (0, 1, 0, 0)
    for at in range(3):
        shop("20", label=f"b{at}")  # whose row is now the last one written
        shop("10", "30", label=f"c{at}")
        assert counts(ingest(told)) == (0, 0, 1, 0)


def test_what_is_said_of_an_address_by_no_table_stays(ingest, database, host, tmp_path):
    url = f"{host.url}/ok/1.jpg"
    ingest([Photo(url, url, {"description": "from a program"})])
    ingest(table(tmp_path / "labels.csv", [["url", "label"], [url, "cat"]]))
    assert said(database, "description", "label") == [("from a program", "cat")]


def test_tables_that_hold_the_same_pictures_add_up_in_one_run(ingest, database, tmp_path):
    lists = tmp_path / "lists"
    lists.mkdir()
    for name, column, values in (("1", "label", ["cat", "dog"]), ("2", "caption", ["A.", "B."])):
        pictures = [{"bytes": jpeg(seed), "path": None} for seed in (1, 2)]
        told = {"id": ["1", "2"], "image": pictures, column: values}
        pq.write_table(pa.table(told), lists / f"{name}.parquet")
    reported: list[Progress] = []
    summary = ingest(lists, progress=reported.append)
    assert reported[-1].fraction == 1
    assert (*counts(summary), summary.added, summary.doubled) == (2, 0, 0, 0, 2, 0)
    assert said(database, "description", "label") == [("A.", "cat"), ("B.", "dog")]


def test_photos_that_sources_tell_of_in_turn_are_waited_for_once():
    told = [Photo(f"{n}", f"/{n}.jpg", told_by=by) for n in range(50) for by in ("/a", "/b", "/c")]
    chunks = list(_chunks(told))
    assert [{photo.told_by for photo in chunk} for chunk in chunks] == [{"/a"}, {"/b"}, {"/c"}]


def test_annotations_of_coco_stand_before_the_name_of_the_pictures_folder(
    ingest, database, tmp_path
):
    folder(tmp_path / "toys", a=1, b=2)
    told = {"annotations": boxes([7], []), "categories": CATEGORIES}
    coco(tmp_path / "toys" / "instances.json", ["toys/a.jpg", "toys/b.jpg"], **told)
    for _ in range(2):
        ingest(tmp_path)
        assert said(database, "label") == [("cat",), ("toys",)]


def test_a_list_on_standard_input_takes_nothing_from_others(
    ingest, database, host, tmp_path, monkeypatch
):
    def pipe(*lines):
        text = io.BytesIO("\n".join(lines).encode())
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(text))
        return ingest("-")

    toys = folder(tmp_path / "toys", a=1)
    (toys / "a.txt").write_text("A toy.")
    ingest(tmp_path)
    assert counts(pipe(str(toys / "a.jpg"))) == (0, 0, 1, 0)
    assert counts(pipe("file,label", f"{toys}/a.jpg,bear")) == (0, 1, 0, 0)
    ingest(tmp_path)
    assert said(database, "description", "label") == [("A toy.", "bear")]
    # Its ids are its own, as those of a table.
    numbers = table(tmp_path / "shop.csv", [["id", "url", "label"], ["1", host.url + "/ok/1", "x"]])
    ingest(numbers)
    for expected in ((1, 0, 0, 0), (0, 0, 1, 0)):
        assert counts(pipe("id,url,label", f"1,{host.url}/ok/2,y")) == expected
        assert counts(ingest(numbers)) == (0, 0, 1, 0)
    assert said(database, "id", "label")[:2] == [("1", "x"), ("stdin/1", "y")]


def test_what_a_table_says_of_a_copy_is_said_of_the_stored_photo(ingest, database, tmp_path):
    folder(tmp_path / "lib", a=1)
    ingest(tmp_path / "lib")
    stored = said(database, "id", "url")
    folder(tmp_path / "copy", a=1)
    labels = table(tmp_path / "copy" / "labels.csv", [["file", "label"], ["a.jpg", "cat"]])
    for expected in ((0, 1, 0, 0), (0, 0, 1, 0)):
        assert counts(ingest(labels)) == expected
        assert counts(ingest(tmp_path / "lib")) == (0, 0, 1, 0)
        assert said(database, "label") == [("cat",)]
    assert said(database, "id", "url") == stored


def test_tables_of_a_folder_are_left_out_where_that_is_asked_for(ingest, database, tmp_path):
    folder(tmp_path / "lib", a=1)
    for name in ("new", "old", "drafts/older"):
        path = tmp_path / "lists" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        table(path, [["file", "label"], [tmp_path / "lib" / "a.jpg", name]])
    for patterns in (("old.csv", "n*"), ("OLD*", "drafts/")):
        summary = ingest(tmp_path / "lists", options={"exclude": patterns})
    assert summary.left_out == {"excluded": 1}
    assert said(database, "label") == [("new",)]
    summary = ingest(tmp_path / "lists", options={"exclude": ("*",)})
    assert (summary.seen, summary.left_out) == (0, {"excluded": 2, "excluded folder": 1})
    assert ingest(tmp_path / "lists" / "old.csv", options={"exclude": ("*",)}).seen == 1


def test_the_table_of_a_folder_that_lacks_a_column_is_named(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1)
    table(tmp_path / "lists" / "captions.csv", [["file", "text"], [lib / "a.jpg", "A."]])
    table(tmp_path / "lists" / "labels.csv", [["file", "label"], [lib / "a.jpg", "cat"]])
    where = {"where": ("label=cat",)}
    with pytest.raises(SourceError, match=r"captions\.csv: There is no column 'label'"):
        ingest(tmp_path / "lists", options=where)
    assert ingest(tmp_path / "lists", options={**where, "exclude": ("captions*",)}).inserted == 1


def test_vectors_of_stored_pictures_keep_what_is_known_of_these(ingest, database, tmp_path):
    folder(tmp_path / "cats", a=1, b=2)
    ingest(tmp_path)
    table(tmp_path / "list.csv", [["file", "iso"], ["cats/a.jpg", "100"]])
    ingest(tmp_path / "list.csv")
    known = said(database, "id", "label", "width", "digest")
    vectors = tmp_path / "vectors.parquet"
    for sign, expected in ((1, (0, 2, 0, 0)), (1, (0, 0, 2, 0)), (-1, (0, 2, 0, 0))):
        told = {"file": ["cats/a.jpg", "cats/b.jpg"], "city": ["Oslo"] * 2}
        told["vector"] = list(sign * np.eye(24, dtype="float32")[:2])
        pq.write_table(pa.table(told), vectors)
        assert counts(ingest(vectors)) == expected
        assert said(database, "id", "label", "width", "digest") == known
        assert said(database, "city") == [("Oslo",)] * 2
        assert counts(ingest(tmp_path, options={"exclude": ("*.parquet", "*.csv")})) == (0, 0, 2, 0)


def ingest_library(ingest, tmp_path):
    """Ingest the folder `lib` with two cats, and make another beside it."""
    for place in ("lib", "elsewhere"):
        (tmp_path / place).mkdir()
    lib = folder(tmp_path / "lib" / "cats", a=1, b=2).parent
    ingest(lib)
    return lib


@pytest.mark.parametrize("kind", ["npz", "parquet"])
def test_vectors_whose_ids_are_paths_in_a_folder_that_lies_elsewhere_are_of_its_photos(
    ingest, database, tmp_path, kind
):
    lib, file = ingest_library(ingest, tmp_path), tmp_path / "elsewhere" / f"vectors.{kind}"
    stored = said(database, "id", "url", "label", "digest")
    ids = ["cats/a.jpg", "cats/b.jpg"]
    for sign, expected in ((1, (0, 2, 0, 0)), (1, (0, 0, 2, 0)), (-1, (0, 2, 0, 0))):
        vectors = sign * np.eye(24, dtype="float32")[:2]
        if kind == "npz":
            np.savez(file, vectors=vectors, ids=ids)
        else:
            pq.write_table(pa.table({"id": ids, "vector": list(vectors)}), file)
        assert counts(ingest(file)) == expected
        assert said(database, "id", "url", "label", "digest") == stored
    assert counts(ingest(lib)) == (0, 0, 2, 0)
    folder(tmp_path / "elsewhere" / "cats", a=3, b=4)
    assert counts(ingest(file)) == (0, 0, 2, 0)
    assert said(database, "id", "url", "label", "digest") == stored


@pytest.mark.parametrize("beginning", ["/home/ann/photos/", "C:\\photos\\", "renamed/"])
@pytest.mark.parametrize("column", ["id", "image_path"])
@pytest.mark.parametrize("kind", ["npz", "parquet"])
def test_vectors_at_paths_of_another_machine_are_of_the_stored_photos_these_end_in(
    ingest, database, tmp_path, kind, column, beginning
):
    lib, file = ingest_library(ingest, tmp_path), tmp_path / "elsewhere" / f"vectors.{kind}"
    stored = said(database, "id", "url", "label", "digest")
    names = ["cats/a.jpg", "cats/b.jpg", "dogs/c.jpg"]
    part = "\\" if "\\" in beginning else "/"
    paths = [beginning + name.replace("/", part) for name in names]
    for sign, expected in ((1, (1, 2, 0, 0)), (1, (0, 0, 3, 0)), (-1, (0, 3, 0, 0))):
        vectors = sign * np.eye(24, dtype="float32")[:3]
        if kind == "npz":
            arrays: dict[str, Any] = {"vectors": vectors, column: paths}
            np.savez(file, **arrays)
        else:
            pq.write_table(pa.table({column: paths, "vector": list(vectors)}), file)
        assert counts(ingest(file)) == expected
        assert [row for row in said(database, "id", "url", "label", "digest") if row[3]] == stored
    assert counts(ingest(lib)) == (0, 0, 2, 0)


def test_a_name_alone_is_that_of_many_a_picture_and_wants_its_folder(ingest, database, tmp_path):
    ingest(folder(tmp_path / "cardA", a=1, b=2))
    for at, (card, expected) in enumerate([("cardB", (2, 0, 0, 0)), ("cardA", (0, 2, 0, 0))]):
        file = tmp_path / f"{card}.npz"
        paths = [f"/media/{card}/a.jpg", f"/media/{card}/b.jpg"]
        np.savez(file, vectors=np.eye(24, dtype="float32")[at:][:2], paths=paths)
        assert counts(ingest(file)) == expected


@pytest.mark.parametrize("names", ["url", "url id", "id"])
@pytest.mark.parametrize("first", ["folder", "shop.csv", "list.txt"])
def test_vectors_that_name_stored_pictures_are_of_these(
    ingest, database, host, tmp_path, first, names
):
    lib = folder(tmp_path / "lib", a=1, b=2)
    urls = [str(lib / "a.jpg"), str(lib / "b.jpg")]
    if first != "folder":
        urls = [f"{host.url}/ok/1.jpg", f"{host.url}/ok/2.jpg"]
    table(tmp_path / "shop.csv", [["sku", "url", "label"], [7, urls[0], "x"], [8, urls[1], ""]])
    (tmp_path / "list.txt").write_text("\n".join(urls))
    pictures = lib if first == "folder" else tmp_path / first
    ingest(pictures)
    stored = said(database, "id", "url", "label", "digest")
    told = {"url": urls, "id": [stored[0][0], stored[1][0]]}
    if "url" in names:
        told["id"] = ["x1", "x2"]
    told = {name: told[name] for name in names.split()} | {"city": ["Oslo", "Rome"]}
    vectors = lib / "vectors.parquet"
    for sign, expected in ((1, (0, 2, 0, 0)), (1, (0, 0, 2, 0)), (-1, (0, 2, 0, 0))):
        rows = {**told, "vector": list(sign * np.eye(24, dtype="float32")[:2])}
        pq.write_table(pa.table(rows), vectors)
        assert counts(ingest(vectors)) == expected
        assert said(database, "id", "url", "label", "digest") == stored
        assert [city for (city,) in said(database, "city")] == ["Oslo", "Rome"]
        assert counts(ingest(pictures)) == (0, 0, 2, 0)
