"""The original picture of a photo: its own file and no other, as a browser shows it."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import requests
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_path_security_middleware import PathSecurityMiddleware

from api import routes
from explorer.addresses import original_url, thumbnail_url
from tests.api.conftest import serving


@pytest.fixture
def stored(explorer, tmp_path: Path):
    """A collection of one photo for each file, and the address of a server with its own guard."""
    folder = tmp_path / "my photos #1"
    folder.mkdir()
    image = Image.new("RGB", (5000, 300), "red")
    image.save(folder / "wide.jpg")
    image.save(folder / "wide.tif")
    (folder / "secret.txt").write_text("secret")
    files = {"wide.jpg": "wide.jpg", "../wide.tif": "wide.tif", "text": "secret.txt", "no": "no"}
    urls = [(folder / name).as_uri() for name in files.values()] + ["https://example.org/a.jpg"]
    collection = explorer.database.create_collection("mine", "offline", 4)
    vectors = list(np.eye(4, dtype=np.float32)[[0, 1, 2, 3, 0]])
    collection.insert(pa.table({"id": [*files, "web"], "url": urls, "vector": vectors}))
    app = Starlette(routes=routes(explorer), middleware=[Middleware(PathSecurityMiddleware)])
    with serving(app) as address:
        yield address, folder


def get(stored, photo: str, headers: dict[str, str] | None = None) -> requests.Response:
    address = f"{stored[0]}/{original_url('mine', photo)}"
    return requests.get(address, headers=headers, timeout=60)


def test_a_kind_that_browsers_show_comes_as_the_file_is(stored):
    answer = get(stored, "wide.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content == (stored[1] / "wide.jpg").read_bytes()


@pytest.mark.parametrize("asked", ["0-9", "5-", "-7", "3-999999"])
def test_a_range_of_a_picture_is_answered(stored, asked):
    whole = get(stored, "wide.jpg").content
    first, last = asked.split("-")
    wanted = whole[int(first) : int(last or len(whole)) + 1] if first else whole[-int(last) :]
    answer = get(stored, "wide.jpg", {"Range": f"bytes={asked}"})
    assert (answer.status_code, answer.content) == (206, wanted)
    at = whole.index(wanted) if len(wanted) > 7 else len(whole) - 7
    place = f"bytes {at}-{at + len(wanted) - 1}/{len(whole)}"
    assert answer.headers["content-range"] == place


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,4-5", "bytes=-", "pages=1-2", "bytes=x-2", "bytes=5-2"]
)
def test_what_is_no_single_range_is_answered_with_the_whole(stored, asked):
    assert get(stored, "wide.jpg", {"Range": asked}).status_code == 200


def test_a_range_beyond_the_end_is_refused_and_one_of_another_picture_is_the_whole(stored):
    assert get(stored, "wide.jpg", {"Range": "bytes=99999999-"}).status_code == 416
    other = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert get(stored, "wide.jpg", other).status_code == 200


def test_another_kind_comes_as_a_jpeg_that_is_not_larger_than_asked(stored):
    answer = get(stored, "../wide.tif")
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) == 4096


@pytest.mark.parametrize("photo", ["text", "no", "web", "unknown", "/etc/passwd"])
def test_nothing_but_the_picture_of_a_photo_leaves_the_server(stored, photo):
    answer = get(stored, photo)
    assert answer.status_code == 404
    assert list(answer.json()) == ["error"]
    assert str(stored[1]) not in answer.text


def test_under_a_token_an_address_opens_its_own_original_only(stored, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "sesame")
    address, _ = stored
    signed = original_url("mine", "wide.jpg")
    assert get(stored, "wide.jpg").status_code == 200
    assert requests.get(f"{address}/{signed.partition('&')[0]}", timeout=60).status_code == 401
    thumbnails = thumbnail_url("mine", "wide.jpg").partition("key=")[2]
    stolen = signed.partition("&")[0] + "&key=" + thumbnails
    assert requests.get(f"{address}/{stolen}", timeout=60).status_code == 401
