import io
import json

import numpy as np
import pytest

from explorer.__main__ import main
from explorer.errors import NotAllowed
from tests.vecdb.conftest import photos
from vecdb import connect


@pytest.fixture
def dsn(tmp_path, monkeypatch):
    monkeypatch.setenv("VECDB_STORE", str(tmp_path / "store"))
    place = f"chdb://{tmp_path}/db"
    with connect(place) as database:
        database.create_collection("pets", "by hand", 4).insert(photos("abc", np.eye(4)[:3]))
    return place


def held(dsn):
    with connect(dsn) as database:
        return {info.name: info.count for info in database.collections()}


def test_photos_are_deleted_by_id_and_unknown_ones_are_told(dsn, capsys):
    main(["delete", "--dsn", dsn, "--table", "pets", "a", "b", "nobody"])
    assert capsys.readouterr().out == "2 photos taken out. pets held 1 of those ids not.\n"
    assert held(dsn) == {"pets": 1}


def test_a_collection_wants_its_name_typed(dsn, capsys, monkeypatch):
    for typed in ("", "pet\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(NotAllowed, match="Nothing was taken out"):
            main(["delete", "--dsn", dsn, "--table", "pets"])
    assert held(dsn) == {"pets": 3}
    monkeypatch.setattr("sys.stdin", io.StringIO("pets\n"))
    main(["delete", "--dsn", dsn, "--table", "pets", "--json"])
    told = capsys.readouterr()
    assert "pets holds 3 photos and 0 concepts." in told.err
    assert json.loads(told.out)["photos"] == 3
    assert held(dsn) == {}


def test_yes_deletes_a_collection_without_asking(dsn, capsys):
    main(["delete", "--dsn", dsn, "--table", "pets", "--yes", "--json"])
    assert json.loads(capsys.readouterr().out) == {"photos": 3, "labelled": 0, "concepts": []}
    assert held(dsn) == {}
