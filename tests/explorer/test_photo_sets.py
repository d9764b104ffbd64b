import pytest

from encoder import load_encoder
from explorer import photo_sets
from explorer.errors import NotAllowed
from explorer.photo_sets import of_folder
from explorer.places import Places
from tests.encoder.tiny_clip import save_tiny_clip
from tests.ingest.pictures import encoded, jpeg, noise


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return load_encoder(str(save_tiny_clip(tmp_path_factory.mktemp("models") / "clip")))


@pytest.fixture
def folder(tmp_path):
    for at, name in enumerate(["cat/0.jpg", "dog/1.jpg", "IMG_1.JPG/thumb.jpg", "@eaDir/2.jpg"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(jpeg(at))
    (tmp_path / "cat" / "scan.tif").write_bytes(encoded(noise(seed=9), "TIFF"))
    return tmp_path


def test_what_cannot_be_read_is_named_and_the_rest_is_encoded(folder, encoder):
    (folder / "dog" / "gone.jpg").symlink_to("nowhere")
    (folder / "dog" / "bad.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (folder / "film.mov").write_bytes(b"0")
    found = of_folder(str(folder), encoder)
    assert list(found.photos.ids) == ["cat/0.jpg", "cat/scan.tif", "dog/1.jpg"]
    assert list(found.photos.labels) == ["cat", "cat", "dog"]
    assert found.photos.vectors.shape == (3, encoder.dim)
    left, bad = found.notes
    assert left == "Left out: 1 @eaDir, 1 .mov."
    assert bad.startswith("3 could not be read: ")
    assert "IMG_1.JPG (a folder, not a picture)" in bad
    assert "dog/gone.jpg (a link that leads nowhere)" in bad


def test_no_more_pictures_are_taken_than_are_said(folder, encoder, monkeypatch):
    monkeypatch.setattr(photo_sets, "MOST_PICTURES", 2)
    found = of_folder(f"'{folder}'", encoder)
    assert len(found.photos.ids) == 2
    assert "Only the first 2 pictures are taken." in found.notes


@pytest.mark.parametrize("folder", ["/no/such/folder", "~nobody.here/photos"])
def test_a_folder_that_is_not_there_is_a_sentence(encoder, folder):
    with pytest.raises(OSError, match=f"There is no folder {folder}"):
        of_folder(folder, encoder)


def test_only_pictures_below_the_allowed_folders_are_read(folder, encoder):
    (folder / "cat" / "way_out.jpg").symlink_to(folder / "dog" / "1.jpg")
    places = Places((folder / "cat",))
    found = of_folder(str(folder / "cat"), encoder, places)
    assert list(found.photos.ids) == ["0.jpg", "scan.tif"]
    assert "way_out.jpg (Only folders below" in found.notes[-1]
    with pytest.raises(NotAllowed, match="Only folders below"):
        of_folder(str(folder / "dog"), encoder, places)
