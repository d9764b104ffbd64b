import csv
import hashlib
import io
import json
import os
import shutil
import tarfile
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import Photo, SourceError
from tests.ingest.pictures import encoded, jpeg, noise
from tests.ingest.test_embedded import PACKET
from vecdb import Label, Store
from vecdb.errors import StoreUnusable
from vecdb.removal import keep_photos, remove_collection, remove_photos, restore_photos


def folder(root, **seeds):
    root.mkdir(exist_ok=True)
    for name, seed in seeds.items():
        (root / f"{name}.jpg").write_bytes(jpeg(seed))
    return root


def counts(summary):
    assert summary.error is None
    return summary.inserted, summary.updated, summary.skipped, summary.failed


def rows(database):
    collection = database.collection("photos")
    return {row["id"]: row for row in collection.photos(collection.sample(1000, seed=0).ids)}


def teach(database, *ids, name="hats"):
    concept = database.concepts.create(name, "photos", name)
    database.concepts.label(concept.id, [Label(one, 1) for one in ids], action="one")
    return concept


def table(tmp_path, lines):
    path = tmp_path / "list.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def test_an_edited_file_is_encoded_anew_under_its_id(ingest, database, store, tmp_path):
    lib = folder(tmp_path / "lib", a=1, b=2)
    ingest(lib)
    before = rows(database)["a.jpg"]["digest"]
    vector, thumbnail = (
        database.collection("photos").vectors(["a.jpg"]),
        store.thumbnail("photos", "a.jpg"),
    )
    folder(lib, a=3)
    assert counts(ingest(lib)) == (0, 1, 1, 0)
    collection = database.collection("photos")
    assert collection.count() == 2
    assert not np.array_equal(collection.vectors(["a.jpg"]), vector)
    assert store.thumbnail("photos", "a.jpg") not in {None, thumbnail}
    assert store.vectors(collection.encoder_key, [before]) == {}
    assert counts(ingest(lib)) == (0, 0, 2, 0)


def test_a_file_that_was_only_touched_is_as_it_was(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1)
    ingest(lib)
    os.utime(lib / "a.jpg", (1e9, 1e9))
    touched = ingest(lib)
    assert counts(touched) == (0, 0, 1, 0)
    assert touched.cached == 0
    assert database.collection("photos").records.origins(["a.jpg"])["a.jpg"].modified == 1e9


def test_a_renamed_folder_keeps_ids_and_gets_its_addresses(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1, b=2)
    ingest(lib)
    lib.rename(tmp_path / "new")
    moved = ingest(tmp_path / "new")
    assert counts(moved) == (0, 2, 0, 0)
    assert {row["url"] for row in rows(database).values()} == {
        (tmp_path / "new" / name).as_uri() for name in ("a.jpg", "b.jpg")
    }
    assert counts(ingest(tmp_path / "new")) == (0, 0, 2, 0)


def test_a_renamed_file_keeps_its_id_and_a_copy_is_another_photo(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1, b=2)
    ingest(lib)
    (lib / "sub").mkdir()
    (lib / "a.jpg").rename(lib / "sub" / "z.jpg")
    shutil.copy(lib / "b.jpg", lib / "c.jpg")
    assert counts(ingest(lib)) == (1, 1, 1, 0)
    assert rows(database).keys() == {"a.jpg", "b.jpg", "c.jpg"}
    assert rows(database)["a.jpg"]["url"].endswith("/lib/sub/z.jpg")
    assert counts(ingest(lib)) == (0, 0, 3, 0)


def test_what_is_gone_is_taken_out_when_asked_and_its_labels_are_told(ingest, database, tmp_path):
    lib, other = folder(tmp_path / "lib", a=1, b=2, c=3), folder(tmp_path / "other", d=4)
    ingest(lib)
    ingest(other)
    teach(database, "a.jpg", "b.jpg")
    for path in (lib / "b.jpg", lib / "c.jpg", other / "d.jpg"):
        path.unlink()
    assert ingest(lib).removed == 0
    told: list[str] = []
    pruned = ingest(lib, options={"prune": True}, warn=told.append)
    assert (pruned.removed, told) == (2, ["2 photos taken out, 1 of them had labels in 'hats'."])
    assert rows(database).keys() == {"a.jpg", "d.jpg"}


@pytest.mark.parametrize("back", ["x.jpg", "sub/z.jpg", "kept.jpg"])
def test_a_picture_that_was_taken_out_comes_back_with_its_answers(ingest, database, tmp_path, back):
    here, there = folder(tmp_path / "a", other=1), folder(tmp_path / "b", x=2, kept=3)
    ingest(there)
    teach(database, "x.jpg")
    (there / "x.jpg").rename(tmp_path / "x.jpg")
    assert ingest(there, options={"prune": True}).removed == 1
    (here / back).parent.mkdir(exist_ok=True)
    (tmp_path / "x.jpg").rename(here / back)
    summary = ingest(here)
    assert (counts(summary), summary.returned) == ((2, 0, 0, 0), 1)
    assert summary.renamed == 0
    assert rows(database).keys() == {"kept.jpg", "other.jpg", "x.jpg"}
    assert rows(database)["x.jpg"]["url"] == (here / back).as_uri()
    assert counts(ingest(here)) == counts(ingest(tmp_path / "a")) == (0, 0, 2, 0)


def test_copies_that_were_taken_out_come_back_under_their_own_ids(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1, b=1, c=1, kept=2)
    before = ingest(lib) and rows(database).keys()
    teach(database, "b.jpg")
    for _ in range(2):
        for name in "abc":
            (lib / f"{name}.jpg").unlink()
        assert ingest(lib, options={"prune": True}).removed == 3
        folder(lib, a=1, b=1, c=1)
        ingest(lib)
        assert rows(database).keys() == before


@pytest.mark.parametrize("archive", [False, True])
def test_another_picture_gets_no_answers_of_one_that_was_taken_out(
    ingest, database, store, tmp_path, archive
):
    def put(seed):
        if archive:
            shard(tmp_path / "card.tar", {"x.jpg": jpeg(seed)})
            return tmp_path / "card.tar"
        return folder(tmp_path / "card", x=seed)

    ingest(put(1))
    [first] = rows(database)
    teach(database, first)
    remove_photos(database, store, "photos", [first])
    assert counts(ingest(put(2))) == (1, 0, 0, 0)
    [second] = rows(database)
    assert second != first
    assert counts(ingest(put(2))) == (0, 0, 1, 0)
    remove_photos(database, store, "photos", [second])  # nobody answered about it
    assert counts(ingest(put(1))) == (1, 0, 0, 0)
    assert [*rows(database)] == [first]


def test_nothing_is_pruned_from_an_empty_or_unreadable_listing(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1)
    ingest(lib)
    (lib / "a.jpg").rename(tmp_path / "a.jpg")
    told: list[str] = []
    assert ingest(lib, options={"prune": True}, warn=told.append).removed == 0
    folder(lib, b=2)
    (lib / "gone.jpg").symlink_to(lib / "nowhere")
    assert ingest(lib, options={"prune": True}, warn=told.append).removed == 0
    assert [line.partition(":")[0] for line in told] == ["Nothing was taken out"] * 2
    assert "a.jpg" in rows(database)


@pytest.mark.parametrize("leaves_folder", [True, False])
def test_nothing_is_pruned_where_the_disk_goes_while_an_ingest_runs(
    ingest, database, tmp_path, leaves_folder
):
    root = folder(tmp_path / "lib", a=1, b=2, c=3)
    ingest(root)

    def unplug(progress):
        if any(root.glob("*")):
            root.rename(tmp_path / "unplugged")
            (root if leaves_folder else tmp_path).mkdir(exist_ok=True)

    said: list[str] = []
    summary = ingest(root, options={"prune": True}, progress=unplug, warn=said.append)
    assert (summary.skipped, summary.removed) == (3, 0)
    assert any("Nothing was taken out" in sentence for sentence in said)
    assert rows(database).keys() == {"a.jpg", "b.jpg", "c.jpg"}


def test_where_no_photo_is_left_in_a_folder_it_is_told_how_they_are_taken_out(
    ingest, database, tmp_path
):
    root = folder(tmp_path / "lib", a=1)
    ingest(root)
    (root / "a.jpg").unlink()
    (root / "b.jpg").write_bytes(b"no picture")
    said: list[str] = []
    assert ingest(root, options={"prune": True}, warn=said.append).removed == 0
    assert f"of all photos from {root} none is there" in said[0]
    assert "`python -m explorer delete` takes them out" in said[0]
    assert rows(database).keys() == {"a.jpg"}


@pytest.mark.parametrize("given", [{"limit": 1}, {"where": ("a=1",)}])
def test_pruning_needs_a_whole_folder(ingest, tmp_path, given):
    with pytest.raises(SourceError, match="needs the whole folder"):
        ingest(folder(tmp_path / "lib", a=1), options={"prune": True, **given})
    with pytest.raises(SourceError, match="from a folder, and"):
        ingest(tmp_path / "lib" / "a.jpg", options={"prune": True})
    with pytest.raises(SourceError, match="does not exist"):
        ingest(tmp_path / "unplugged", options={"prune": True})


def test_a_changed_row_of_a_table_is_stored_without_encoding(ingest, database, host, tmp_path):
    head = ["id", "url", "caption", "label", "iso", "split"]
    first = [["p1", f"{host.url}/ok/1.jpg", "a cat", "cat", "400", "train"]]
    first += [["p2", f"{host.url}/ok/2.jpg", "a dog", "dog", "100", "val"]]
    ingest(table(tmp_path, [head, *first]))
    asked = sum(host.asked.values())
    now = [[*first[0][:2], "a lynx", "", "800", "train"], first[1]]
    changed = ingest(table(tmp_path, [[*head[:5], "part"], *now]))
    assert counts(changed) == (0, 2, 0, 0)
    assert sum(host.asked.values()) == asked
    row = rows(database)["p1"]
    assert (row["description"], row["label"]) == ("a lynx", None)
    assert row["extra"] == {"iso": 800, "part": "train"}
    assert rows(database)["p2"]["extra"] == {"iso": 100, "part": "val"}
    assert counts(ingest(table(tmp_path, [[*head[:5], "part"], *now]))) == (0, 0, 2, 0)


def shard(path, members):
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("name", ["0.json", "metadata.csv", "metadata.jsonl"])
def test_what_a_file_beside_a_picture_said_stays_while_it_cannot_be_read(
    ingest, database, tmp_path, name
):
    root = tmp_path / "set"
    (root / "cats").mkdir(parents=True)
    (root / "cats" / "0.jpg").write_bytes(jpeg(0))
    told = {"file_name": "0.jpg", "description": "a cat", "label": "tabby", "iso": "1"}
    beside = root / "cats" / name
    is_csv = name.endswith(".csv")
    table = ",".join(told) + "\n" + ",".join(told.values())
    beside.write_text(table if is_csv else json.dumps(told))
    ingest(root)
    (stored,) = database.collection("photos").photos(["cats/0.jpg"])
    assert (stored["description"], stored["label"]) == ("a cat", "tabby")
    beside.write_text("<!DOCTYPE html><html>" if is_csv else "{broken")
    for _ in range(2):
        again = ingest(root)
        assert (again.updated, again.skipped) == (0, 1)
        assert any(kind.startswith("unreadable") for kind in again.left_out)
        assert database.collection("photos").photos(["cats/0.jpg"]) == [stored]
    (root / "cats" / "0.jpg").write_bytes(jpeg(1))
    for count in (1, 0):
        assert ingest(root).updated == count
        (row,) = database.collection("photos").photos(["cats/0.jpg"])
        assert row["digest"] != stored["digest"]
        assert all(row[name] == stored[name] for name in ("description", "label", "extra"))
    (root / "cats" / "0.txt").write_text("now a dog")
    assert ingest(root).updated == 1
    beside.unlink()
    assert ingest(root).updated == 1
    (row,) = database.collection("photos").photos(["cats/0.jpg"])
    assert (row["description"], row["label"], row["extra"]) == ("now a dog", "cats", {})


def test_a_picture_or_a_caption_that_changed_inside_a_tar_is_updated(
    ingest, database, store, tmp_path
):
    members = {f"{at}.{end}": b"" for at in range(3) for end in ("jpg", "txt")}
    members |= {f"{at}.jpg": jpeg(at) for at in range(3)}
    members |= {f"{at}.txt": b"a cat" for at in range(3)}
    tar = tmp_path / "00000.tar"
    shard(tar, members)
    shard(tmp_path / "00001.tar", {"1.jpg": jpeg(9)})
    assert ingest(tmp_path).inserted == 4
    before = rows(database)
    assert before.keys() == {"0", "1", "2", "00001/1"}
    shard(tar, {**members, "1.jpg": jpeg(7), "2.txt": b"a lynx"})
    shard(tmp_path / "00001.tar", {"1.jpg": jpeg(8)})
    assert counts(ingest(tmp_path)) == (0, 3, 1, 0)
    after = rows(database)
    assert after.keys() == before.keys()
    assert after["2"]["description"] == "a lynx"
    changed = {one for one in after if after[one]["digest"] != before[one]["digest"]}
    assert changed == {"1", "00001/1"}
    assert counts(ingest(tmp_path)) == (0, 0, 4, 0)


def test_a_picture_that_changed_inside_a_parquet_is_updated(ingest, database, tmp_path):
    def write(*seeds):
        pictures = [{"bytes": jpeg(seed), "path": None} for seed in seeds]
        pq.write_table(pa.table({"image": pictures}), tmp_path / "train-00000.parquet")

    write(1, 2)
    assert ingest(tmp_path).inserted == 2
    write(1, 3)
    assert counts(ingest(tmp_path)) == (0, 1, 1, 0)
    assert len(rows(database)) == 2


def test_derived_collections_follow_what_changed_and_what_was_deleted(
    ingest, database, store, tmp_path, monkeypatch
):
    lib = folder(tmp_path / "lib", a=1, b=2, c=3)
    ingest(lib)
    monkeypatch.setattr("ingest.heads.load_head", lambda name: Turned())
    derived = database.derive("photos", "turned")
    further = database.derive("photos__turned", "again")
    ingest(lib)
    folder(lib, a=4)
    (lib / "b.jpg").unlink()
    summary = ingest(lib, options={"prune": True})
    assert (summary.updated, summary.removed) == (1, 1)
    vectors = database.collection("photos").vectors(["a.jpg", "c.jpg"])
    for collection, sign in ((derived, -1), (further, 1)):
        assert collection.count() == 2
        assert np.array_equal(collection.vectors(["a.jpg", "c.jpg"]), sign * vectors)
    remove_photos(database, store, "photos", ["c.jpg"])
    assert (derived.count(), further.count()) == (1, 1)


class Turned:
    def apply(self, vectors):
        return -vectors


def test_a_new_address_of_a_photo_is_fetched_and_a_failure_leaves_what_was(
    ingest, database, host, tmp_path
):
    ingest(table(tmp_path, [["id", "url"], ["p1", f"{host.url}/ok/1.jpg"]]))
    before = rows(database)["p1"]
    gone = ingest(table(tmp_path, [["id", "url"], ["p1", f"{host.url}/missing/1.jpg"]]))
    assert (counts(gone), rows(database)["p1"]) == ((0, 0, 0, 1), before)
    assert ingest(table(tmp_path, [["id", "url"], ["p1", f"{host.url}/ok/2.jpg"]])).updated == 1
    assert rows(database)["p1"]["digest"] != before["digest"]


@pytest.mark.parametrize("was_stored", [False, True])
@pytest.mark.parametrize("kept", [100, 0])
def test_a_file_that_failed_is_tried_again_once_it_is_whole(
    ingest, database, tmp_path, was_stored, kept
):
    lib = folder(tmp_path / "lib", a=1)
    if was_stored:
        ingest(lib)
    whole = jpeg(2)
    # Still being copied, by a program that sets the time first.
    (lib / "a.jpg").write_bytes(whole[:kept] + b"0" * (90 - kept))
    os.utime(lib / "a.jpg", (1e9, 1e9))
    assert counts(ingest(lib)) == (0, 0, 0, 1)
    assert ingest(lib).failed_before == 1
    (lib / "a.jpg").write_bytes(whole)
    os.utime(lib / "a.jpg", (1e9, 1e9))
    assert counts(ingest(lib)) == ((0, 1, 0, 0) if was_stored else (1, 0, 0, 0))
    assert rows(database)["a.jpg"]["digest"] == hashlib.sha256(whole).hexdigest()


def test_a_picture_that_failed_in_a_table_is_tried_again_once_it_is_another(ingest, tmp_path):
    path = tmp_path / "set.parquet"
    for data, stored in ((jpeg(1)[:200], 0), (jpeg(1), 1)):
        pq.write_table(pa.table({"id": ["a"], "image": [data]}), path)
        assert ingest(path).inserted == stored


def test_a_row_whose_new_path_leads_nowhere_fails_and_leaves_what_was(ingest, database, tmp_path):
    folder(tmp_path, a=1)
    ingest(table(tmp_path, [["id", "path"], ["p1", "a.jpg"]]))
    before = rows(database)["p1"]
    gone = ingest(table(tmp_path, [["id", "path"], ["p1", "b.jpg"]]))
    assert (gone.reasons, rows(database)["p1"]) == ({"no such file": 1}, before)


def test_two_rows_for_one_photo_are_told_and_the_first_counts(ingest, database, host, tmp_path):
    head = ["id", "url", "caption"]
    lines = [[f"p{n % 2}", f"{host.url}/ok/{n % 2}.jpg", f"caption {n}"] for n in range(4)]
    for _ in range(2):
        summary = ingest(table(tmp_path, [head, *lines]))
        assert (summary.doubled, summary.doubles, summary.updated) == (2, ["p0", "p1"], 0)
    assert rows(database)["p0"]["description"] == "caption 0"


def test_rows_of_before_are_compared_once(ingest, database, tmp_path):
    lib = folder(tmp_path / "lib", a=1, b=2)
    ingest(lib)
    collection = database.collection("photos")
    for whole in collection.records.whole(["a.jpg", "b.jpg"]):
        collection.replace(whole.drop_columns(["modified", "size", "mark", "given"]))
    assert collection.records.origins(["a.jpg"])["a.jpg"].size == 0
    folder(lib, b=3)
    assert counts(ingest(lib)) == (0, 1, 1, 0)
    assert collection.records.origins(["a.jpg"])["a.jpg"].size == (lib / "a.jpg").stat().st_size


def test_a_replacement_that_was_broken_off_is_finished(ingest, database, tmp_path, monkeypatch):
    lib = folder(tmp_path / "lib", a=1)
    ingest(lib)
    collection = database.collection("photos")
    folder(lib, a=3)
    with monkeypatch.context() as broken:
        broken.setattr(collection, "_delete_older", lambda ids, revision: None)
        ingest(lib)
    assert collection.count() == 2
    assert counts(ingest(lib)) == (0, 0, 1, 0)
    assert collection.count() == 1


def test_deleted_photos_leave_nothing_behind_but_what_others_are(ingest, database, store, tmp_path):
    lib = folder(tmp_path / "lib", a=1, b=2, c=2)
    ingest(lib)
    teach(database, "a.jpg")
    collection = database.collection("photos")
    digests = collection.records.digests(["a.jpg", "b.jpg"])
    moments = collection.moments()
    removed = remove_photos(database, store, "photos", ["a.jpg", "b.jpg", "unknown"])
    assert removed.describe() == "2 photos taken out, 1 of them had labels in 'hats'."
    assert store.thumbnail("photos", "a.jpg") is store.thumbnail("photos", "b.jpg") is None
    assert store.thumbnail("photos", "c.jpg") is not None
    kept = store.vectors(collection.encoder_key, digests.values())
    assert kept.keys() == {digests["b.jpg"]}
    assert (moments.count, collection.moments().count) == (3, 1)


def test_deleted_photos_are_put_back_as_they_were(ingest, database, store, tmp_path):
    ingest(folder(tmp_path / "lib", a=1, b=2))
    collection = database.collection("photos")
    derived = database.derive("photos", "tuned")
    database.follow(derived.name, lambda vectors: -vectors)
    before, vector = rows(database), collection.vectors(["a.jpg"])
    thumbnail = store.thumbnail("photos", "a.jpg")
    kept = keep_photos(database, store, "photos", ["a.jpg"])
    remove_photos(database, store, "photos", ["a.jpg"])
    assert (derived.count(), store.thumbnail("photos", "a.jpg")) == (1, None)
    assert restore_photos(database, store, kept) == 1
    assert rows(database) == before
    assert np.array_equal(collection.vectors(["a.jpg"]), vector)
    assert np.array_equal(derived.vectors(["a.jpg"]), -vector)
    assert store.thumbnail("photos", "a.jpg") == thumbnail
    digest = before["a.jpg"]["digest"]
    assert store.vectors(collection.encoder_key, [digest]).keys() == {digest}
    assert counts(ingest(tmp_path / "lib")) == (0, 0, 2, 0)
    assert restore_photos(database, store, kept) == 0
    assert collection.count() == 2


@contextmanager
def full_store(monkeypatch):
    """Let stores be read, and take nothing."""
    transact = Store._transaction

    def refuse(self, database, *, write=False):
        if write:
            raise StoreUnusable("The store is full: make room.")
        return transact(self, database)

    with monkeypatch.context() as full:
        full.setattr(Store, "_transaction", refuse)
        yield


def test_where_the_store_is_full_photos_go_and_come_back_and_what_stays_is_told(
    ingest, database, store, tmp_path, monkeypatch
):
    ingest(folder(tmp_path / "lib", a=1, b=2))
    before, thumbnail = rows(database), store.thumbnail("photos", "a.jpg")
    kept = keep_photos(database, store, "photos", ["a.jpg"])
    with full_store(monkeypatch):
        removed = remove_photos(database, store, "photos", ["a.jpg"])
    assert removed.describe() == (
        "1 photo taken out. Their thumbnails and cached vectors are still there. The store is "
        "full: make room."
    )
    assert database.collection("photos").count() == 1
    remove_photos(database, store, "photos", ["a.jpg"])
    store.drop_thumbnails("photos", ["a.jpg"])
    with full_store(monkeypatch), pytest.raises(StoreUnusable, match="back, without their thumb"):
        restore_photos(database, store, kept)
    assert rows(database) == before
    assert store.thumbnail("photos", "a.jpg") is None
    restore_photos(database, store, kept)
    assert store.thumbnail("photos", "a.jpg") == thumbnail
    with full_store(monkeypatch):
        assert "still there" in remove_collection(database, store, "photos").describe()
    assert database.collections() == []


def test_an_ingest_that_replaces_pictures_ends_whole_where_the_store_is_full(
    ingest, database, store, tmp_path, monkeypatch
):
    lib = folder(tmp_path / "lib", a=1)
    ingest(lib)
    folder(lib, a=2)
    told: list[str] = []
    with full_store(monkeypatch):
        summary = ingest(lib, warn=told.append)
    assert (summary.updated, summary.error) == (1, None)
    assert [one.partition(":")[0] for one in told] == [
        "Thumbnails and cached vectors are not kept any more",
        "Thumbnails of pictures that others replaced are still there. The store is full",
    ]


def test_a_deleted_collection_takes_those_derived_from_it_along(ingest, database, store, tmp_path):
    ingest(folder(tmp_path / "lib", a=1))
    derived = database.derive("photos", "tuned")
    database.follow(derived.name, lambda vectors: vectors)
    digest = rows(database)["a.jpg"]["digest"]
    key = database.collection("photos").encoder_key
    assert remove_collection(database, store, "photos").photos == 1
    assert database.collections() == []
    assert store.thumbnail("photos", "a.jpg") is None
    assert store.vectors(key, [digest]) == {}


def test_photos_given_by_hand_are_compared_by_their_bytes(ingest, database):
    photo = Photo("p", payload=jpeg(1))
    ingest([photo])
    assert counts(ingest([photo])) == (0, 0, 1, 0)
    assert counts(ingest([replace(photo, payload=jpeg(2))])) == (0, 1, 0, 0)


def test_undoing_a_deletion_gives_other_encoders_collections_the_thumbnails_back(
    ingest, database, store, tmp_path
):
    lib = folder(tmp_path / "lib", a=1)
    ingest(lib)
    (row,) = database.collection("photos").records.whole(["a.jpg"])
    database.create_collection("photos__other", "other", len(row["vector"][0])).insert(row)
    kept = keep_photos(database, store, "photos", ["a.jpg"])
    remove_photos(database, store, "photos", ["a.jpg"])
    assert store.thumbnail("photos__other", "a.jpg") is not None
    restore_photos(database, store, kept)
    folder(lib, a=2)
    assert ingest(lib).updated == 1
    assert store.thumbnail("photos__other", "a.jpg") == store.thumbnail("photos", "a.jpg")


def test_what_a_picture_says_itself_is_back_once_a_file_beside_it_is_gone(
    ingest, database, tmp_path
):
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "a.jpg").write_bytes(encoded(noise(), xmp=PACKET.encode()))
    (lib / "b.jpg").write_bytes(jpeg(2))
    ingest(lib)
    before = rows(database)
    told = PACKET.replace("dusk", "dawn").replace("A red barn", "A barn").replace('"4"', '"2"')
    for name in ("a", "b"):
        (lib / f"{name}.xmp").write_text(told.replace("Orl\u00e9ans", "Lyon"), "utf-8")
    ingest(lib)
    during = rows(database)["a.jpg"]
    assert (during["description"], during["city"]) == ("A barn", "Lyon")
    assert dict(during["extra"])["keywords"] == "barn, dawn"
    (lib / "a.xmp").unlink()
    (lib / "b.xmp").unlink()
    assert counts(ingest(lib)) == (0, 2, 0, 0)
    assert rows(database) == before


def test_a_table_whose_ids_are_known_since_later_keeps_its_photos(ingest, database, tmp_path):
    folder(tmp_path, a=1, b=2)
    ingest(table(tmp_path, [["key 1", "file"], ["x1", "a.jpg"], ["x2", "b.jpg"]]))
    named = table(tmp_path, [["ImageID", "file"], ["x1", "a.jpg"], ["x2", "b.jpg"]])
    assert counts(ingest(named))[0] == 0
    assert sorted(rows(database)) == ["a.jpg", "b.jpg"]
    assert counts(ingest(named)) == (0, 0, 2, 0)
    assert counts(ingest(named, table="others"))[0] == 2
    others = database.collection("others")
    assert sorted(others.sample(9, seed=0).ids) == ["x1", "x2"]
