import pytest
import requests

from explorer.addresses import thumbnail_url


@pytest.mark.parametrize("photo", ["plain", "folder/with slash.jpg", "a?b#c%20", "снег ☃", '"><b>'])
def test_a_stored_thumbnail_is_served_whatever_its_id_looks_like(server, explorer, photo):
    explorer.store.put_thumbnails("my photos", [(photo, "0" * 64, b"jpeg bytes")])
    answer = requests.get(f"{server}/" + thumbnail_url("my photos", photo), timeout=10)
    assert answer.status_code == 200
    assert answer.content == b"jpeg bytes"
    assert answer.headers["content-type"] == "image/jpeg"


def test_a_photo_without_a_thumbnail_is_a_404_in_words(server):
    answer = requests.get(f"{server}/" + thumbnail_url("none", "nothing"), timeout=10)
    assert answer.status_code == 404
    assert "No thumbnail" in answer.text
