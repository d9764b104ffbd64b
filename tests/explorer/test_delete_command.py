import io
import json

import numpy as np
import pytest

from explorer.__main__ import main
from explorer.errors import BadInput, NotAllowed
from tests.vecdb.conftest import photos
from vecdb import Store, connect


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
    assert capsys.readouterr().out == "2 photos taken out. Not in pets: nobody.\n"
    main(["delete", "--dsn", dsn, "--table", "pets", "c", "nobody", "--json"])
    assert json.loads(capsys.readouterr().out)["missing"] == 1
    assert held(dsn) == {"pets": 0}


def refuse(arguments):
    with pytest.raises(BadInput, match="Give ids of photos, or --all for the whole collection"):
        main(["delete", *arguments])


def test_a_list_of_ids_that_is_empty_deletes_nothing(dsn):
    for also in ([], ["--yes"], ["--json"], ["a", "--all"]):
        refuse(["--dsn", dsn, "--table", "pets", *also])
    assert held(dsn) == {"pets": 3}


def test_a_collection_wants_its_name_typed(dsn, capsys, monkeypatch):
    for typed in ("", "pet\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(NotAllowed, match="Nothing was taken out"):
            main(["delete", "--dsn", dsn, "--table", "pets", "--all"])
    assert held(dsn) == {"pets": 3}
    monkeypatch.setattr("sys.stdin", io.StringIO("pets\n"))
    main(["delete", "--dsn", dsn, "--table", "pets", "--all", "--json"])
    told = capsys.readouterr()
    assert "pets holds 3 photos. Type pets to take all of it out for good: " in told.err
    assert json.loads(told.out)["photos"] == 3
    assert held(dsn) == {}


def test_yes_deletes_a_collection_without_asking(dsn, capsys):
    main(["delete", "--dsn", dsn, "--table", "pets", "--all", "--yes", "--json"])
    assert json.loads(capsys.readouterr().out) == {
        "photos": 3, "labelled": 0, "concepts": [], "left": "", "missing": 0, "derived": [],
        "others": [],
    }  # fmt: skip
    assert held(dsn) == {}


def test_what_goes_along_and_what_stays_is_told_before_and_after(dsn, capsys, monkeypatch):
    with connect(dsn) as database:
        for made in (database.derive("pets", "look"), database.derive("pets__look", "again")):
            database.follow(made.name, lambda vectors: vectors)
        database.create_collection("pets__other", "other", 4).insert(photos("abc", np.eye(4)[:3]))
        for table in ("pets", "pets__look", "pets__other"):
            database.concepts.create("cats", table, "a cat")
    along = (
        "Derived from it, and gone with it: pets__look, pets__look__again. "
        "In other encoders the photos stay: pets__other. "
        "Put away with their answers: 2 concepts."
    )
    monkeypatch.setattr("sys.stdin", io.StringIO("pets\n"))
    main(["delete", "--dsn", dsn, "--table", "pets", "--all"])
    told = capsys.readouterr()
    assert f"pets holds 3 photos. {along} Type pets" in told.err
    gone = "3 photos taken out. There is no collection pets any more. "
    assert told.out == f"{gone}{along}\n"
    assert held(dsn) == {"pets__other": 3}


def test_of_a_derived_collection_its_source_is_told(dsn, capsys, monkeypatch):
    with connect(dsn) as database:
        for made in (database.derive("pets", "look"), database.derive("pets__look", "again")):
            database.follow(made.name, lambda vectors: vectors)
    main(["delete", "--dsn", dsn, "--table", "pets__look", "a"])
    words = "It is derived from pets, which keeps the photos"
    told = f"{words} and brings them back with its next ingest."
    assert told in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("pets__look\n"))
    main(["delete", "--dsn", dsn, "--table", "pets__look", "--all"])
    along = f"{words}. Derived from it, and gone with it: pets__look__again."
    assert f"2 photos. {along} Type pets__look" in capsys.readouterr().err
    assert held(dsn) == {"pets": 3}


def test_photos_in_another_encoder_stay_with_their_thumbnails_and_that_is_told(dsn, capsys):
    with connect(dsn) as database:
        database.create_collection("pets__other", "other", 4).insert(photos("abc", np.eye(4)[:3]))
    store = Store()
    store.put_thumbnails("pets", [(photo, photo * 64, photo.encode()) for photo in "abc"])
    main(["delete", "--dsn", dsn, "--table", "pets", "a"])
    told = "1 photo taken out. In other encoders the photos stay: pets__other.\n"
    assert capsys.readouterr().out == told
    main(["delete", "--dsn", dsn, "--table", "pets", "--all", "--yes"])
    assert [store.thumbnail("pets__other", photo) for photo in "abc"] == [b"a", b"b", b"c"]
    main(["delete", "--dsn", dsn, "--table", "pets__other", "--all", "--yes"])
    assert [store.thumbnail("pets__other", photo) for photo in "abc"] == [None] * 3
