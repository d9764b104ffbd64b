import io

from explorer.jobs import keep_uploads
from vecdb import Store


class Dropped(io.BytesIO):
    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name = name


def test_pictures_of_one_name_are_two_files_and_one_dropped_twice_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    files = [Dropped("a.jpg", b"one"), Dropped("../../a.jpg", b"two"), Dropped("a.jpg", b"one")]
    folder = keep_uploads(Store(), "my/photos", files)
    assert folder == tmp_path / "uploads" / "my_photos"
    assert sorted(path.read_bytes() for path in folder.iterdir()) == [b"one", b"two"]
