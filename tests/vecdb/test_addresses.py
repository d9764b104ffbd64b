import os
import sys
import unicodedata
from pathlib import Path

import pytest

from vecdb.addresses import local_path


@pytest.mark.parametrize(
    "name",
    ["plain.jpg", "IMG 0002 (copy).jpg", "été à Lyon.jpg", "50% off #3.jpg", "a?b.jpg", "a%20b.jpg",
     "100%25.jpg", "a+b&c=d;e.jpg", "日本/写真.jpg", "a:b.jpg", "~tilde.jpg"],
)  # fmt: skip
def test_a_stored_file_address_leads_back_to_its_file(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    address = path.as_uri()
    assert local_path(address) == path
    assert local_path(address.replace("file://", "file://localhost")) == path
    assert local_path(address.replace("file://", "file:")) == path
    assert local_path(address.replace("file://", "FILE://")) == path
    assert local_path(str(path)) == path


@pytest.mark.parametrize("name", ["a b#1.jpg", "50% off.jpg", "100%41.jpg", "été?.jpg"])
def test_a_file_address_that_nobody_encoded_leads_to_its_file_too(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    assert local_path(f"file://{path}") == path


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_accents_may_be_composed_or_not(tmp_path, stored, asked):
    path = tmp_path / unicodedata.normalize(stored, "Ångström") / "été.jpg"
    path.parent.mkdir()
    path.write_bytes(b"")
    wanted = tmp_path / unicodedata.normalize(asked, "Ångström") / "été.jpg"
    found = local_path(wanted.as_uri())
    assert found is not None
    assert found.samefile(path)


def test_a_name_that_is_not_utf8_is_found(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))
    path.write_bytes(b"")
    assert local_path(path.as_uri()) == path


def test_a_file_that_is_gone_keeps_its_decoded_path():
    assert local_path("file:///no/such/a%20b.jpg") == Path("/no/such/a b.jpg")
    assert local_path("file:///no/such/100%.jpg") == Path("/no/such/100%.jpg")
    assert local_path("file:///" + "a" * 5000) == Path("/" + "a" * 5000)


@pytest.mark.parametrize(
    "url",
    ["", "http://a/b.jpg", "https://a/b%20c.jpg", "s3://bucket/key", "data:image/png;base64,AA",
     "mailto:a@b", "file:///a\0b"],
)  # fmt: skip
def test_what_is_no_file_has_no_path(url):
    assert local_path(url) is None


def test_a_drive_of_windows_is_a_path_there(monkeypatch):
    assert local_path("C:\\photos\\a.jpg") == Path("C:\\photos\\a.jpg")
    monkeypatch.setattr(sys, "platform", "win32")
    assert local_path("file:///C:/My%20Photos/a.jpg") == Path("C:/My Photos/a.jpg")
