import io

import pyarrow as pa
import pytest
import requests
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from streamlit.web.server.starlette.starlette_path_security_middleware import PathSecurityMiddleware

from api import routes
from explorer.addresses import thumbnail_url
from tests.api.conftest import serving


@pytest.mark.parametrize("photo", ["plain", "folder/with slash.jpg", "a?b#c%20", "снег ☃", '"><b>'])
def test_a_stored_thumbnail_is_served_whatever_its_id_looks_like(server, explorer, photo):
    explorer.store.put_thumbnails("my photos", [(photo, "0" * 64, b"jpeg bytes")])
    answer = requests.get(f"{server}/" + thumbnail_url("my photos", photo), timeout=60)
    assert answer.status_code == 200
    assert answer.content == b"jpeg bytes"
    assert answer.headers["content-type"] == "image/jpeg"


def test_a_thumbnail_is_sent_again_only_after_it_changed(server, explorer):
    address = f"{server}/" + thumbnail_url("my photos", "a")

    def ask(tag=""):
        return requests.get(address, headers={"If-None-Match": tag}, timeout=60)

    explorer.store.put_thumbnails("my photos", [("a", "0" * 64, b"jpeg bytes")])
    first = ask()
    assert "max-age=60," in first.headers["cache-control"]
    for tag in (first.headers["etag"], f'"x", W/{first.headers["etag"]}'):
        assert (ask(tag).status_code, ask(tag).content) == (304, b"")
    explorer.store.put_thumbnails("my photos", [("a", "1" * 64, b"other bytes")])
    again = ask(first.headers["etag"])
    assert (again.status_code, again.content) == (200, b"other bytes")


def test_a_photo_without_a_thumbnail_is_a_404_in_words(server):
    answer = requests.get(f"{server}/" + thumbnail_url("none", "nothing"), timeout=60)
    assert answer.status_code == 404
    assert "No thumbnail" in answer.text


@pytest.mark.parametrize(
    "photo", ["../images/0.jpg", "a/../b.jpg", "..", "..\\x\\..\\0.jpg", "a..b"]
)
def test_an_id_with_two_dots_passes_the_servers_own_guard(explorer, monkeypatch, photo):
    monkeypatch.setenv("API_TOKEN", "secret")
    explorer.store.put_thumbnails("my photos", [(photo, "0" * 64, b"jpeg bytes")])
    app = Starlette(routes=routes(explorer), middleware=[Middleware(PathSecurityMiddleware)])
    with serving(app) as server:
        answer = requests.get(f"{server}/" + thumbnail_url("my photos", photo), timeout=60)
    assert answer.status_code == 200
    assert answer.content == b"jpeg bytes"


def test_a_photo_stored_without_a_picture_gets_its_thumbnail_when_it_is_looked_at(
    server, explorer, tmp_path
):
    Image.new("RGB", (900, 300), "red").save(tmp_path / "a.jpg")
    collection = explorer.database.create_collection("alone", "m", 4)
    url = (tmp_path / "a.jpg").as_uri()
    collection.insert(
        pa.table({"id": ["a", "b"], "url": [url, ""], "vector": [[1.0, 0, 0, 0]] * 2})
    )
    for _ in range(2):
        answer = requests.get(f"{server}/" + thumbnail_url("alone", "a"), timeout=60)
        assert Image.open(io.BytesIO(answer.content)).size == (384, 128)
    assert explorer.store.thumbnail("alone", "a")
    assert requests.get(f"{server}/" + thumbnail_url("alone", "b"), timeout=60).status_code == 404
