import io
import zipfile
from pathlib import Path

import pytest

from explorer.uploads import keep_uploads, list_tables
from ingest.errors import SourceError
from ingest.sources import Source
from tests.explorer.conftest import disk_full_after
from tests.ingest.pictures import jpeg
from vecdb import Store


class Dropped(io.BytesIO):
    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name = name


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    return Store()


def test_pictures_of_one_name_are_two_files_and_one_dropped_twice_is_one(tmp_path, store):
    files = [Dropped("a.jpg", b"one"), Dropped("../../a.jpg", b"two"), Dropped("a.jpg", b"one")]
    for _ in range(2):
        [folder] = keep_uploads(store, "my/photos", files)
        assert folder == tmp_path / "uploads" / "my_photos"
        assert sorted(path.read_bytes() for path in folder.iterdir()) == [b"one", b"two"]


def test_a_dropped_picture_that_a_full_disk_cuts_off_is_not_kept(store):
    whole = Dropped("a.jpg", b"1234567890")
    [folder] = keep_uploads(store, "photos", [whole])
    with disk_full_after(5), pytest.raises(OSError, match=r"File too large|No space left"):
        keep_uploads(store, "photos", [whole, Dropped("b.jpg", b"0987654321")])
    assert [path.read_bytes() for path in folder.iterdir()] == [b"1234567890"]


@pytest.mark.parametrize("is_later", [True, False])
def test_a_table_names_the_pictures_that_are_dropped_with_it_or_were_before(store, is_later):
    dropped = [Dropped("a.jpg", jpeg(0)), Dropped("b.jpg", jpeg(1))]
    table = Dropped("photos[1].csv", b"file,label\na.jpg,cat\nb.jpg,dog\n")
    if is_later:
        [folder] = keep_uploads(store, "t", dropped)
        [kept] = keep_uploads(store, "t", [table])
    else:
        folder, kept = keep_uploads(store, "t", [table, *dropped])
    left: list[str] = []
    pictures = Source(folder, exclude=list_tables(folder), leave_out=left.append)
    assert [photo.id for photo in pictures] == ["a.jpg", "b.jpg"]
    assert left == ["excluded"]
    assert not list_tables(kept)
    found = {photo.address: photo.metadata for photo in Source(kept)}
    assert found == {
        str(folder / "a.jpg"): {"label": "cat"},
        str(folder / "b.jpg"): {"label": "dog"},
    }


def test_what_stands_beside_dropped_pictures_is_read_with_them(store):
    files = [("a.jpg", jpeg(0)), ("a.txt", b"a cat"), ("metadata.csv", b"file_name,iso\na.jpg,3\n")]
    [folder] = keep_uploads(store, "t", [Dropped(*file) for file in files])
    [photo] = Source(folder)
    assert (photo.metadata, photo.extra) == ({"description": "a cat"}, {"iso": 3})


@pytest.mark.parametrize("name", ["list.txt", "list.json", "list.csv", "list.csv.zip"])
def test_a_list_that_is_dropped_alone_is_the_source(store, name):
    text = b'[{"url": "http://a/1.jpg"}]' if ".json" in name else b"http://a/1.jpg\n"
    data = zipped(("list.csv", text)) if name.endswith("zip") else text
    [kept] = keep_uploads(store, "t", [Dropped(name, data)])
    assert [photo.address for photo in Source(kept)] == ["http://a/1.jpg"]


def test_a_zip_of_pictures_is_unpacked_within_the_folder(tmp_path, store):
    members = [("cats/1.jpg", jpeg(0)), ("../../dogs/1.jpg", jpeg(1)), ("note.pdf", b"x")]
    files = [Dropped("set.zip", zipped(*members)), Dropped("2.jpg", jpeg(2))]
    [folder] = keep_uploads(store, "t", files)
    found = {photo.id: photo.metadata.get("label") for photo in Source(folder)}
    assert found == {"2.jpg": None, "set/cats/1.jpg": "cats", "set/dogs/1.jpg": "dogs"}
    assert [path.name for path in tmp_path.glob("uploads/*")] == ["t"]


@pytest.mark.parametrize("spoil", ["cut", "changed", "large"])
def test_a_zip_that_cannot_be_unpacked_is_named_before_anything_is_kept(
    tmp_path, store, monkeypatch, spoil
):
    data = zipped(("1.jpg", bytes(100)))
    if spoil == "large":
        monkeypatch.setattr("explorer.uploads.MOST_UNPACKED", 99)
    else:
        data = data[:-30] if spoil == "cut" else data.replace(bytes(50), b"x" * 50)
    files = [Dropped("a.jpg", jpeg(0)), Dropped("set.zip", data)]
    with pytest.raises(
        SourceError, match=r"^set.zip cannot be unpacked \(.+\): drop what is in it"
    ):
        keep_uploads(store, "t", files)
    assert not list(tmp_path.glob("uploads/t/*"))
