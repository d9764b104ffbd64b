import io
import tracemalloc
import zipfile

import pandas as pd

from explorer.exports import as_csv, as_zip
from vecdb import Store


def test_a_zip_holds_the_files_themselves_whatever_their_names(collection, tmp_path):
    store = Store(tmp_path / "store")
    names = ["plain.jpg", "été à Lyon 01.jpg", "50% off #3.jpg", "IMG 0002 (copy).jpg"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 10)
        store.put_thumbnails("things", [(name, "0" * 64, b"a thumbnail")])
    frame = pd.DataFrame({"id": names, "url": [(tmp_path / name).as_uri() for name in names]})
    gone = pd.DataFrame({"id": ["plain.jpg"], "url": ["file:///no/such/file.jpg"]})
    with as_zip(store, collection, frame) as held, zipfile.ZipFile(held) as archive:
        found = [archive.read(member) for member in archive.namelist()]
    assert found == [name.encode() * 10 for name in names]
    with as_zip(store, collection, gone) as held, zipfile.ZipFile(held) as archive:
        assert [archive.read(member) for member in archive.namelist()] == [b"a thumbnail"]


def test_a_csv_opens_right_in_a_spreadsheet_and_runs_nothing():
    cells = ["=HYPERLINK(1)", "+1", "-1+2", "@x", "\tx", "été", "plain"]
    frame = pd.DataFrame({"id": cells, "score": [-1.0, *range(6)], "label": [None] * 7})
    table = as_csv(frame)
    assert table.startswith(b"\xef\xbb\xbfid,score,label")
    read = pd.read_csv(io.BytesIO(table), encoding="utf-8-sig")
    assert list(read["id"]) == [*("'" + cell for cell in cells[:5]), "été", "plain"]
    assert list(read["score"]) == [-1, 0, 1, 2, 3, 4, 5]


def test_a_zip_of_many_pictures_stays_out_of_memory(collection, tmp_path):
    store = Store(tmp_path / "store")
    for at in range(40):
        (tmp_path / f"{at}.jpg").write_bytes(b"0123" * 250_000)
    urls = [(tmp_path / f"{at}.jpg").as_uri() for at in range(40)]
    frame = pd.DataFrame({"id": [str(at) for at in range(40)], "url": urls})
    tracemalloc.start()
    with as_zip(store, collection, frame) as held:
        assert isinstance(held, io.BufferedReader)  # no other file is taken for a download
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert held.seek(0, 2) > 40_000_000
    assert peak < 5_000_000
