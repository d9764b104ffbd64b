"""Pictures of every kind on their whole way into a collection."""

import numpy as np
import pytest
from PIL import Image

from encoder.pictures import opening, versions
from ingest import Photo, run
from tests.encoder.pictures.samples import heic, one_of_each_kind
from tests.ingest.pictures import encoded, jpeg
from tests.ingest.test_embedded import CAMERA, PLACE, SAVED, camera_exif
from vecdb import Failure, Filter, Scope, connect


def test_every_kind_in_a_folder_is_stored_whatever_its_name(ingest, database, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    kinds = one_of_each_kind()
    for number, (kind, data) in enumerate(kinds.items()):
        # Targa has no mark: of those only files that are named so are taken.
        (folder / ("11.tga" if kind == "TGA" else f"{number}.jpg_large")).write_bytes(data)
    summary = ingest(folder)
    assert (summary.inserted, summary.failed, summary.reasons) == (len(kinds), 0, {})


def test_what_the_file_says_is_in_the_columns_that_filters_use(ingest, database, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.jpg").write_bytes(SAVED["JPEG"](camera_exif()))
    (tmp_path / "lib" / "b.jpg").write_bytes(jpeg(2))
    ingest(tmp_path / "lib")
    collection = database.collection("photos")
    (photo,) = collection.photos(["a.jpg"])
    assert {name: photo[name] for name in CAMERA} == CAMERA
    assert photo["extra"] == PLACE
    assert collection.count(Scope(where=Filter(camera="canon eos 5d"))) == 1


def test_the_source_knows_better_than_the_file(ingest, database, tmp_path):
    data = SAVED["JPEG"](camera_exif())
    given = {"description": "A house", "photographer": "Bob"}
    ingest([Photo("a", payload=data, metadata=given, extra={"latitude": 1.5})])
    (photo,) = database.collection("photos").photos(["a"])
    assert (photo["description"], photo["photographer"]) == ("A house", "Bob")
    assert photo["camera"] == CAMERA["camera"]
    assert photo["extra"] == {**PLACE, "latitude": 1.5}


def test_a_photo_from_before_1970_keeps_its_moment(ingest, database):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "1912:04:10 12:00:00"
    ingest([Photo("a", payload=encoded(Image.new("RGB", (40, 40)), exif=exif))])
    (photo,) = database.collection("photos").photos(["a"])
    assert photo["taken"].isoformat() == "1912-04-10T12:00:00+00:00"


def test_a_heic_that_failed_without_its_library_is_read_once_that_is_there(
    ingest, database, monkeypatch
):
    photos = [Photo("a.heic", payload=heic())]
    with monkeypatch.context() as without:
        without.setattr(opening, "_add_reader", _refuse)
        without.setattr(versions, "_describe_installed", lambda: "no reader of HEIC")
        assert ingest(photos).reasons == {"a reader of HEIC is not installed": 1}
        assert ingest(photos).failed_before == 1
    assert ingest(photos).inserted == 1


def _refuse(kind):
    from encoder.pictures import UnreadablePicture

    raise UnreadablePicture(f"a reader of {kind} is not installed")


def test_what_no_reader_mends_is_not_tried_again(ingest, database, monkeypatch):
    page = [Photo("a", payload=b"<html><body>gone</body></html>")]
    ingest(page)
    monkeypatch.setattr(versions, "_describe_installed", lambda: "another reader")
    assert ingest(page).failed_before == 1


def test_a_larger_limit_tries_again_what_had_too_many_pixels(ingest, database):
    large = encoded(Image.new("L", (1_200, 1_000)), "PNG")
    photos = [Photo("a", payload=large)]
    small = {"megapixels": 1}
    assert ingest(photos, options=small).reasons == {"too many pixels": 1}
    assert ingest(photos, options=small).failed_before == 1
    assert ingest(photos).inserted == 1


@pytest.mark.parametrize(
    "reason", ["not a picture", "damaged picture", "too many pixels", "file too large"]
)
def test_failures_of_earlier_versions_are_tried_again_after_a_migration(
    tmp_path, tiny_clip, store, reason
):
    dsn = f"chdb://{tmp_path}/old"
    with connect(dsn) as database, database._connection._client() as client:
        client.command("ALTER TABLE ingest_failures DROP COLUMN reader")
        client.command("TRUNCATE TABLE schema_version")
        client.command("INSERT INTO schema_version (version) VALUES (1)")
        client.command(
            "INSERT INTO ingest_failures VALUES ('photos', 'b', '', 'HTTP 404', 1, 1, now()), "
            f"('photos', 'a', '', '{reason}', 1, 1, now())"
        )
    photos = [Photo("a", payload=jpeg(1)), Photo("b", payload=jpeg(2))]
    with connect(dsn) as database:
        summary = run(photos, table="photos", encoder=tiny_clip, database=database, store=store)
        assert (summary.inserted, summary.failed_before) == (1, 1)


def test_the_reader_is_kept_with_the_failure(ingest, database):
    ingest([Photo("a", payload=jpeg()[:200]), Photo("b", address="")])
    kept = database.failures.latest("photos", ["a", "b"])
    assert kept["a"].reader.startswith("4, pillow")
    assert isinstance(kept["b"], Failure)
    assert kept["b"].reader == ""


def test_a_large_scan_here_is_no_download(ingest, database, tmp_path):
    scan = np.random.default_rng(0).integers(0, 255, (3_600, 3_200, 3), np.uint8)
    path = tmp_path / "scan.tif"
    Image.fromarray(scan).save(path)
    assert path.stat().st_size > 32 << 20
    (tmp_path / "film.jpg").write_bytes(bytes(33 << 20))
    summary = ingest(tmp_path)
    assert (summary.inserted, summary.reasons) == (1, {"not a picture": 1})
    (photo,) = database.collection("photos").photos(["scan.tif"])
    assert (photo["width"], photo["height"]) == (3_200, 3_600)
