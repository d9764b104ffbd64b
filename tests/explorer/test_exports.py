import io
import zipfile

import pandas as pd

from explorer.exports import as_zip
from vecdb import Store


def test_a_zip_holds_the_files_themselves_whatever_their_names(collection, tmp_path):
    store = Store(tmp_path / "store")
    names = ["plain.jpg", "été à Lyon 01.jpg", "50% off #3.jpg", "IMG 0002 (copy).jpg"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 10)
        store.put_thumbnails("things", [(name, "0" * 64, b"a thumbnail")])
    frame = pd.DataFrame({"id": names, "url": [(tmp_path / name).as_uri() for name in names]})
    gone = pd.DataFrame({"id": ["plain.jpg"], "url": ["file:///no/such/file.jpg"]})
    with zipfile.ZipFile(io.BytesIO(as_zip(store, collection, frame))) as archive:
        found = [archive.read(member) for member in archive.namelist()]
    assert found == [name.encode() * 10 for name in names]
    with zipfile.ZipFile(io.BytesIO(as_zip(store, collection, gone))) as archive:
        assert [archive.read(member) for member in archive.namelist()] == [b"a thumbnail"]
