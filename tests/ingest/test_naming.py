import io
import os
import shutil
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import Photo
from ingest.writer import OVERTAKEN, Writer
from tests.ingest.pictures import jpeg


def card(root, seeds, sub="DCIM/100CANON"):
    """A memory card: a picture of each seed, named by its place in the list."""
    for at, seed in enumerate(seeds):
        path = root / sub / f"IMG_{at:04}.JPG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg(seed))
    return root


def shard(path, members):
    path.parent.mkdir(exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def stored(database):
    collection = database.collection("photos")
    return sorted(collection.sample(1000, seed=0).ids)


def test_two_cards_with_the_same_names_are_two_sets_of_photos(ingest, database, tmp_path):
    a, b = card(tmp_path / "a" / "card", range(4)), card(tmp_path / "b" / "card", range(10, 14))
    c = card(tmp_path / "cardC", range(20, 24))
    assert ingest(a).inserted == ingest(b).inserted == ingest(c).inserted == 4
    names = [f"DCIM/100CANON/IMG_{at:04}.JPG" for at in range(4)]
    assert stored(database) == sorted(
        [*names, *(f"card/{name}" for name in names), *(f"cardC/{name}" for name in names)]
    )
    for root in (c, a, b, a):
        again = ingest(root)
        assert (again.inserted, again.skipped, again.failed) == (0, 4, 0)


def test_photos_of_two_ingests_at_once_that_want_the_same_ids_are_not_lost(
    ingest, database, store, tmp_path, monkeypatch
):
    a, b = card(tmp_path / "cardA", range(3)), card(tmp_path / "cardB", [0, 10, 11])
    ids = [f"DCIM/100CANON/IMG_{at:04}.JPG" for at in range(3)]
    keep = Writer._keep
    before: list[bytes | None] = []

    def keep_later(self, items):
        monkeypatch.undo()
        assert ingest(a).inserted == 3
        before.extend(store.thumbnail("photos", one) for one in ids)
        keep(self, items)

    monkeypatch.setattr(Writer, "_keep", keep_later)
    summary = ingest(b)
    assert (summary.inserted, summary.skipped, summary.reasons) == (0, 1, {OVERTAKEN: 2})
    assert [store.thumbnail("photos", one) for one in ids] == before
    again = ingest(b)
    assert (again.inserted, again.skipped, again.failed) == (2, 1, 0)
    assert len(stored(database)) == 5


def test_a_folder_of_the_same_name_has_the_folder_above_put_before_it(ingest, database, tmp_path):
    for at, place in enumerate(("x", "y", "z")):
        ingest(card(tmp_path / place / "card", [at], sub="."))
    assert stored(database) == ["IMG_0000.JPG", "card/IMG_0000.JPG", "z/card/IMG_0000.JPG"]


def test_a_moved_or_copied_folder_is_the_same_set(ingest, database, tmp_path):
    a = card(tmp_path / "cardA", range(3))
    ingest(a)
    shutil.copytree(a, tmp_path / "copy")
    assert ingest(tmp_path / "copy").skipped == 3
    a.rename(tmp_path / "renamed")
    assert ingest(tmp_path / "renamed").updated == 3
    assert len(stored(database)) == 3


def test_a_second_card_keeps_its_ids_when_the_first_is_gone(ingest, database, tmp_path):
    a, b = card(tmp_path / "cardA", range(3)), card(tmp_path / "cardB", range(10, 13))
    ingest(a)
    ingest(b)
    shutil.rmtree(a)
    assert ingest(b).skipped == 3
    assert len(stored(database)) == 6


def test_a_picture_stored_by_an_earlier_version_is_not_stored_again(ingest, database, tmp_path):
    a = card(tmp_path / "cardA", range(2), sub=".")
    detour = tmp_path / "cardA" / ".." / "cardA"  # as addresses were stored, too
    old = [Photo(f"../{path.name}", str(detour / path.name)) for path in sorted(a.iterdir())]
    assert ingest(old).inserted == 2
    new = [
        Photo(path.name, str(path), within=str(tmp_path), former=(f"../{path.name}",))
        for path in sorted(a.iterdir())
    ]
    assert ingest(new).skipped == 2
    assert len(stored(database)) == 2


def test_shards_whose_keys_start_anew_are_all_stored(ingest, database, tmp_path):
    root = tmp_path / "laion"
    for at in range(3):
        shard(root / f"{at:05}.tar", {f"{n}.jpg": jpeg(10 * at + n) for n in range(2)})
    assert ingest(root).inserted == 6
    expected = ["0", "00001/0", "00001/1", "00002/0", "00002/1", "1"]
    assert stored(database) == expected
    assert ingest(root).skipped == 6
    assert ingest(root / "00002.tar").skipped == 2
    other = tmp_path / "other"
    shard(other / "00001.tar", {"0.jpg": jpeg(99)})
    assert ingest(other / "00001.tar").inserted == 1
    assert set(stored(database)) - set(expected) == {"other/00001/0"}


def test_one_key_with_two_pictures_of_one_name_keeps_both(ingest, database, tmp_path):
    path = tmp_path / "a.tar"
    for seed in (1, 2):
        with tarfile.open(path, "a") as archive:
            data = jpeg(seed)
            member = tarfile.TarInfo("0.jpg")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        added = ingest(path)
        assert (added.inserted, added.skipped) == (1, seed - 1)
    assert stored(database) == ["0", "a/0"]
    assert ingest(path).skipped == 2


def listed(path, host, numbers, caption="", ids=None):
    """A table whose id column numbers its rows from 0."""
    path.parent.mkdir(exist_ok=True)
    rows = [
        f"{one},{host.url}/ok/{number}.jpg,{caption}"
        for one, number in zip(ids or range(len(numbers)), numbers, strict=True)
    ]
    path.write_text("\n".join(["id,url,caption", *rows]))
    return path


def addresses(database):
    collection = database.collection("photos")
    return {row["id"]: row["url"].rpartition("/")[2] for row in collection.photos(stored(database))}


def test_two_tables_that_number_their_rows_are_two_sets_of_photos(ingest, database, host, tmp_path):
    a, b = listed(tmp_path / "a.csv", host, [1, 2]), listed(tmp_path / "b.csv", host, [3, 4])
    c = listed(tmp_path / "c" / "b.csv", host, [5, 6])
    done = [ingest(table) for table in (a, b, c)]
    assert [summary.inserted for summary in done] == [2, 2, 2]
    assert [summary.renames for summary in done] == [[], ["b/0", "b/1"], ["c/b/0", "c/b/1"]]
    assert addresses(database) == {
        **{"0": "1.jpg", "1": "2.jpg", "b/0": "3.jpg", "b/1": "4.jpg"},
        **{"c/b/0": "5.jpg", "c/b/1": "6.jpg"},
    }
    for table in (b, a, c, tmp_path / "c" / "renamed.csv"):
        if not table.exists():
            c.rename(table)
        again = ingest(table)
        assert (again.inserted, again.updated, again.skipped) == (0, 0, 2)
    listed(b, host, [3, 7], caption="new")
    changed = ingest(b)
    assert (changed.inserted, changed.updated) == (0, 2)
    assert addresses(database)["1"] == "2.jpg"
    assert addresses(database)["b/1"] == "7.jpg"


def test_tables_of_one_folder_that_number_their_rows_are_all_stored(
    ingest, database, host, tmp_path
):
    for at in range(3):
        listed(tmp_path / "set" / f"part{at}.csv", host, [10 * at, 10 * at + 1])
    assert ingest(tmp_path / "set").inserted == 6
    assert stored(database) == ["0", "1", "part1/0", "part1/1", "part2/0", "part2/1"]
    assert ingest(tmp_path / "set").skipped == 6


def test_another_table_of_the_same_photos_and_a_moved_one_are_the_same_set(
    ingest, database, host, tmp_path
):
    a = listed(tmp_path / "a.csv", host, [1, 2])
    ingest(a)
    again = ingest(listed(tmp_path / "b.csv", host, [1, 2, 3], caption="words"))
    assert (again.inserted, again.updated) == (1, 2)
    a.unlink()
    moved = listed(tmp_path / "moved" / "a.csv", host, [1, 2])
    assert (ingest(moved).updated, ingest(moved).skipped) == (0, 2)
    assert ingest(listed(moved, host, [1, 8])).updated == 1
    assert addresses(database) == {"0": "1.jpg", "1": "8.jpg", "2": "3.jpg"}


def test_two_rows_of_one_table_with_one_id_are_one_photo(ingest, database, host, tmp_path):
    table = listed(tmp_path / "a.csv", host, [1, 2, 3], ids=["x", "x", "y"])
    for _ in range(2):
        summary = ingest(table)
        assert (summary.doubled, summary.doubles) == (1, ["x"])
    assert addresses(database) == {"x": "1.jpg", "y": "3.jpg"}


def test_files_that_two_tables_list_from_folders_of_their_own_are_told_apart(
    ingest, database, tmp_path
):
    for at, place in enumerate(("one", "two")):
        card(tmp_path / place, [10 * at, 10 * at + 1], sub="images")
        rows = "".join(f"{row},images/IMG_000{row}.JPG\n" for row in range(2))
        (tmp_path / place / "list.csv").write_text("id,path\n" + rows)
        assert ingest(tmp_path / place / "list.csv").inserted == 2
    assert stored(database) == ["0", "1", "list/0", "list/1"]
    (tmp_path / "one").rename(tmp_path / "renamed")
    for place in ("renamed", "two"):
        summary = ingest(tmp_path / place / "list.csv")
        assert (summary.inserted, summary.failed) == (0, 0)


@pytest.mark.parametrize("name", ["plain.jpg", "é à.jpg", "50% off #3.jpg"])
def test_a_file_by_itself_is_named_as_in_its_folder(ingest, database, tmp_path, name):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / name).write_bytes(jpeg(1))
    assert ingest(tmp_path / "a" / name).inserted == 1
    assert ingest(tmp_path / "a").skipped == 1
    assert stored(database) == [name]
    assert os.path.exists(tmp_path / "a" / name)


def latin(path):
    """A path whose last name is latin-1, not UTF-8."""
    return path.with_name(os.fsdecode(path.name.encode("latin-1")))


def write_latin_tar(folder, seed):
    with tarfile.open(folder / "t.tar", "w", encoding="latin-1") as archive:
        for at, name in enumerate(("é.jpg", "è.jpg", "plain.jpg")):
            data = jpeg(seed + at)
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return folder / "t.tar"


def write_numbered_table(folder, seed):
    card(folder, range(seed, seed + 3), sub=".")
    rows = "".join(f"{row},IMG_000{row}.JPG\n" for row in range(3))
    (folder / "list.csv").write_text("id,path\n" + rows)
    return folder / "list.csv"


def write_table_of_paths(folder, seed):
    table = write_numbered_table(folder, seed)
    table.write_text(table.read_text().replace("id", "number"))
    return table


def write_folder_with_tar(folder, seed):
    return write_latin_tar(folder, seed).parent


@pytest.mark.parametrize(
    "write",
    [write_latin_tar, write_folder_with_tar, write_numbered_table, write_table_of_paths],
)
def test_what_lies_in_folders_whose_names_are_not_utf_8_is_stored_once(
    ingest, database, tmp_path, write
):
    sources = []
    for seed, name in ((0, "é"), (10, "è"), (20, "plain")):
        folder = latin(tmp_path / name)
        folder.mkdir()
        sources.append(write(folder, seed))
        assert ingest(sources[-1]).inserted == 3
    for source in sources:
        again = ingest(source)
        assert (again.skipped, again.updated, again.inserted, again.failed) == (3, 0, 0, 0)
    latin(tmp_path / "é").rename(latin(tmp_path / "ü"))
    moved = latin(tmp_path / "ü") / sources[0].relative_to(latin(tmp_path / "é"))
    summary = ingest(moved)
    assert (summary.updated + summary.skipped, summary.inserted, summary.failed) == (3, 0, 0)
    assert ingest(moved).skipped == 3
    assert len(stored(database)) == 9


def pictures(path, *seeds, paths=True):
    rows = [{"bytes": jpeg(seed), "path": f"p{seed}.jpg" if paths else None} for seed in seeds]
    table = pa.table({"image": rows, "label": [f"picture {seed}" for seed in seeds]})
    pq.write_table(table, path)
    return path


def labels(database):
    return {
        row["id"]: row["label"] for row in database.collection("photos").photos(stored(database))
    }


def test_pictures_in_a_table_keep_their_ids_when_a_row_comes_or_the_table_is_renamed(
    ingest, database, tmp_path
):
    table = pictures(tmp_path / "train.parquet", 1, 2, 3)
    assert ingest(table).inserted == 3
    pictures(table, 9, 1, 2, 3)
    summary = ingest(table)
    assert (summary.inserted, summary.skipped, summary.updated) == (1, 3, 0)
    assert labels(database) == {f"p{n}.jpg": f"picture {n}" for n in (1, 2, 3, 9)}
    summary = ingest(table.rename(tmp_path / "other.parquet"))
    assert (summary.inserted, summary.skipped) == (0, 4)


def test_pictures_that_were_named_by_their_rows_keep_these_names(ingest, database, tmp_path):
    table = pictures(tmp_path / "train.parquet", 1, 2, paths=False)
    assert ingest(table).inserted == 2
    pictures(table, 1, 2)
    summary = ingest(table)
    assert (summary.inserted, summary.updated) == (0, 2)  # the path is a column now
    assert set(labels(database)) == {"train-000000", "train-000001"}


def test_pictures_from_files_of_one_name_are_all_stored(ingest, database, tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.admission.CHUNK_BYTES", 3000)
    monkeypatch.setattr("ingest.sources.rows.SAMPLE", 2)
    monkeypatch.setattr("ingest.sources.arrow_rows.SAMPLE", 2)
    rows = [{"bytes": jpeg(seed), "path": f"{seed % 4}.jpg"} for seed in range(12)]
    for count, inserted in ((4, 4), (12, 8), (12, 0)):
        pq.write_table(pa.table({"image": rows[:count]}), tmp_path / "train.parquet")
        summary = ingest(tmp_path / "train.parquet")
        assert (summary.inserted, summary.doubled) == (inserted, 0)


@pytest.mark.parametrize("column", ["column 2", "id"])
def test_a_column_that_is_no_id_any_more_stores_no_photo_again(
    ingest, database, host, tmp_path, column
):
    table = tmp_path / "shop.csv"
    numbers = [7, 3, 9, 4] if column == "column 2" else [7, 7, 9, 9]
    rows = [f"{host.url}/ok/{at}.jpg,{number}\n" for at, number in enumerate(numbers)]
    head = "" if column == "column 2" else "url,id\n"
    table.write_text(head + "".join(rows))
    taken = {f"{number}" for number in numbers}
    assert ingest(table, options={"id_column": column}).inserted == len(taken)
    other = tmp_path / "other.txt"
    other.write_text(f"{host.url}/ok/1.jpg\n")
    table.write_text(head + "".join(rows).replace("9\n", "5\n"))
    again = ingest(table)
    assert (again.inserted, again.failed) == (4 - len(taken), 0)
    assert taken <= set(stored(database))
    assert ingest(table).skipped == 4
    assert (len(stored(database)), ingest(other).inserted) == (4, 0)


@pytest.mark.parametrize("is_same", [True, False])
def test_tables_of_one_folder_that_name_the_same_pictures_store_each_once(
    ingest, database, tmp_path, is_same
):
    for at in range(4):
        (tmp_path / f"{at}.jpg").write_bytes(jpeg(at))
    for name, first in (("captions", 0), ("instances", 0 if is_same else 2)):
        rows = [f"{at},../{first + at}.jpg,{name}" for at in range(2)]
        folder = tmp_path / "lists"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.csv").write_text("\n".join(["id,path,text", *rows]))
    summary = ingest(tmp_path / "lists")
    assert (summary.inserted, summary.doubled) == (2 if is_same else 4, 0)
    assert ingest(tmp_path / "lists").inserted == 0
    assert len(stored(database)) == summary.inserted


@pytest.mark.parametrize("order", ["real link", "link real"])
def test_a_folder_by_a_link_and_by_its_real_path_is_one(ingest, database, tmp_path, order):
    card(tmp_path / "real", range(2), "pics")
    os.symlink(tmp_path / "real", tmp_path / "link")
    names = [f"pics/IMG_{at:04}.JPG" for at in range(2)]
    for way in order.split():
        ingest(tmp_path / way)
        pics = tmp_path / way / "pics"
        (pics / f"{way}.csv").write_text(f"file,label\nIMG_0000.JPG,{way}\n")
        for source in (pics, pics / f"{way}.csv"):
            assert ingest(source).inserted == 0
        assert stored(database) == names
        [photo] = database.collection("photos").photos(names[:1])
        assert photo["label"] == way
    os.symlink(pics / "IMG_0000.JPG", pics / "other.jpg")  # a copy, as it were
    assert ingest(tmp_path / "real").inserted == 1
