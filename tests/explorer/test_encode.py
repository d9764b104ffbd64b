"""Another encoder's vectors beside a collection: from what is stored, resumable."""

import argparse
import io
import json
import os
import shutil
import signal
import subprocess
import threading

import numpy as np
import pytest
from PIL import Image

from encoder import load_encoder
from explorer.commands.encode import encode
from explorer.encode import (
    Encoded,
    Sibling,
    encode_collection,
    find_sibling,
    list_siblings,
    sibling_name,
)
from explorer.errors import BadInput
from explorer.explorer import Explorer
from ingest import run
from tests.encoder.tiny_models import KINDS
from tests.ingest.pictures import noise
from tests.warm import python

NAMES = [f"p{i}.png" for i in range(6)]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for kind in ("clip", "siglip"):
        KINDS[kind][0](folder / kind)
    return folder


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i, name in enumerate(NAMES):
        noise(600 + i, 400, i).save(folder / name)
    return folder


@pytest.fixture
def explorer(tmp_path, models, pictures):
    with Explorer(f"chdb://{tmp_path}/db", store=tmp_path / "store") as explorer:
        run(
            pictures,
            table="things",
            encoder=str(models / "clip"),
            database=explorer.database,
            store=explorer.store,
        )
        yield explorer


def test_new_vectors_stand_beside_the_old_with_all_that_is_known(explorer, models, pictures):
    done = encode_collection(explorer, "things", str(models / "siglip"))
    assert (done.collection, done.photos, done.originals, done.known) == ("things__siglip", 6, 6, 0)
    new, old = (
        explorer.database.collection("things__siglip"),
        explorer.database.collection("things"),
    )
    assert (old.dim, new.dim) == (24, 32)
    assert new.photos(NAMES) == old.photos(NAMES)
    expected = load_encoder(str(models / "siglip")).encode_images(
        [Image.open(pictures / name) for name in NAMES]
    )
    assert new.vectors(NAMES) == pytest.approx(expected, abs=1e-5)
    assert explorer.store.thumbnail("things__siglip", NAMES[0]) is not None
    sibling = Sibling("things", "things__siglip", str(models / "siglip"))
    assert list_siblings(explorer.database) == [sibling]


def test_what_was_begun_is_gone_on_with_and_nothing_is_encoded_twice(explorer, models, monkeypatch):
    monkeypatch.setattr("explorer.encode.PAGE", 2)
    stop = threading.Event()
    begun = encode_collection(
        explorer,
        "things",
        str(models / "siglip"),
        progress=lambda done: stop.set() if done.originals else None,
        stop=stop,
    )
    assert 2 <= begun.originals < 6
    rest = encode_collection(explorer, "things", str(models / "siglip"))
    assert (rest.known, rest.originals) == (begun.originals, 6 - begun.originals)
    explorer.database.drop_collection("things__siglip")
    again = encode_collection(explorer, "things", str(models / "siglip"))
    assert (again.cached, again.originals) == (6, 0)


def test_what_changed_of_photos_is_followed_and_nothing_else_is_touched(explorer, models, pictures):
    encode_collection(explorer, "things", str(models / "siglip"))
    new = explorer.database.collection("things__siglip")
    before = new.vectors(NAMES)
    noise(600, 400, 77).save(pictures / NAMES[0])
    (pictures / NAMES[1]).rename(pictures / "moved.png")
    (pictures / "p2.txt").write_text("a caption")
    run(pictures, table="things", database=explorer.database, store=explorer.store)
    done = encode_collection(explorer, "things", str(models / "siglip"))
    old = explorer.database.collection("things")
    assert new.photos(NAMES) == old.photos(NAMES)
    assert (done.known, done.known + done.originals + done.cached + done.failed) == (3, 6)
    expected = load_encoder(str(models / "siglip")).encode_images([Image.open(pictures / NAMES[0])])
    assert new.vectors(NAMES[:1]) == pytest.approx(expected, abs=1e-5)
    assert np.array_equal(new.vectors(NAMES)[1:], before[1:])
    assert new.count() == 6
    assert encode_collection(explorer, "things", str(models / "siglip")).known == 6


def test_the_vector_stays_where_words_alone_changed_and_the_original_is_gone(
    explorer, models, pictures, tmp_path
):
    encode_collection(explorer, "things", str(models / "siglip"))
    new = explorer.database.collection("things__siglip")
    before = new.vectors(NAMES)
    (pictures / "p0.txt").write_text("a caption")
    run(pictures, table="things", database=explorer.database, store=explorer.store)
    (pictures / NAMES[0]).unlink()
    moved = Explorer(f"chdb://{tmp_path}/db", store=tmp_path / "other")
    moved._database = explorer.database
    encode_collection(moved, "things", str(models / "siglip"))
    assert new.photos(NAMES[:1])[0]["description"] == "a caption"
    assert np.array_equal(new.vectors(NAMES), before)


def test_what_changed_and_cannot_be_read_is_counted_once(explorer, models, pictures, monkeypatch):
    encode_collection(explorer, "things", str(models / "siglip"))
    noise(600, 400, 77).save(pictures / NAMES[0])
    run(pictures, table="things", database=explorer.database, store=explorer.store)
    (pictures / NAMES[0]).unlink()
    monkeypatch.setattr(type(explorer.store), "thumbnail", lambda *given: None)
    told: list[Encoded] = []
    done = encode_collection(explorer, "things", str(models / "siglip"), progress=told.append)
    assert (done.known, done.failed) == (5, 1)
    assert [each.done for each in told] == [5, 6]


@pytest.mark.parametrize("again", [False, True], ids=["new", "changed"])
def test_the_command_says_that_it_was_stopped(explorer, models, pictures, monkeypatch, again):
    monkeypatch.setattr("explorer.encode.PAGE", 2)
    if again:
        encode_collection(explorer, "things", str(models / "siglip"))
        for name in NAMES:
            (pictures / name).with_suffix(".txt").write_text("a caption")
        run(pictures, table="things", database=explorer.database, store=explorer.store)
    whole = encode_collection

    def interrupted(*arguments, **options):
        os.kill(os.getpid(), signal.SIGINT)
        return whole(*arguments, **options)

    monkeypatch.setattr("explorer.commands.encode.encode_collection", interrupted)
    options = argparse.Namespace(
        table="things", encoder=str(models / "siglip"), device=None, json=True
    )
    with pytest.raises(KeyboardInterrupt, match=r"of 6 photos have .* Run it again to go on\."):
        encode(explorer, options)


def test_thumbnails_stand_in_for_originals_that_are_gone_and_are_told_of(
    explorer, models, pictures
):
    (pictures / NAMES[0]).unlink()
    (pictures / NAMES[1]).write_bytes(b"no picture any more")
    done = encode_collection(explorer, "things", str(models / "siglip"))
    assert (done.originals, done.thumbnails, done.failed) == (4, 2, 0)
    small = Image.open(io.BytesIO(explorer.store.thumbnail("things", NAMES[0])))
    expected = load_encoder(str(models / "siglip")).encode_images([small])
    vector = explorer.database.collection("things__siglip").vectors(NAMES[:1])
    assert vector == pytest.approx(expected, abs=1e-5)


def test_the_collections_own_encoder_is_refused(explorer, models, tmp_path):
    moved = shutil.copytree(models / "clip", tmp_path / "copy")
    with pytest.raises(BadInput, match=r"has vectors of .* already"):
        encode_collection(explorer, "things", str(moved))


def test_encoders_whose_names_end_alike_are_kept_apart(explorer, models, tmp_path):
    encode_collection(explorer, "things", str(models / "siglip"))
    other = tmp_path / "siglip"
    KINDS["align"][0](other)
    done = encode_collection(explorer, "things", str(other))
    fingerprint = load_encoder(str(other)).fingerprint
    assert done.collection == f"things__siglip_{fingerprint[:8]}"
    source = explorer.database.collection("things")
    found = find_sibling(explorer.database, source, load_encoder(str(other)))
    assert found is not None
    assert found.name == done.collection
    assert encode_collection(explorer, "things", str(other)).known == 6


def test_a_siblings_name_can_always_be_a_tables():
    assert sibling_name("t", "google/siglip2-base-patch16-224") == "t__siglip2_base_patch16_224"
    long = sibling_name("t" * 50, "openai/clip-vit-base-patch32")
    assert len(long) <= 63
    assert long != sibling_name("t" * 50, "openai/clip-vit-base-patch16")


def test_the_command_tells_where_the_vectors_are(explorer, models, tmp_path):
    explorer.close()
    command = [*python(), "-m", "explorer", "encode", "--dsn", f"chdb://{tmp_path}/db"]
    command += ["--table", "things", "--encoder", str(models / "siglip")]
    env = {**os.environ, "VECDB_STORE": str(tmp_path / "store")}
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["originals"] == 6
    told = subprocess.run(command, capture_output=True, text=True, env=env)
    assert "things__siglip: 6 of 6 photos have vectors" in told.stdout
    wrong = subprocess.run([*command[:-1], str(tmp_path)], capture_output=True, text=True, env=env)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "holds no config.json" in wrong.stderr


def test_vectors_of_the_sibling_are_searched_by_their_own_encoder(explorer, models):
    encode_collection(explorer, "things", str(models / "siglip"))
    found = explorer.search("a house", 6, table="things__siglip")
    expected = load_encoder(str(models / "siglip")).encode_texts(["a house"])[0]
    vectors = explorer.database.collection("things__siglip").vectors(NAMES)
    assert found.ids == [NAMES[at] for at in np.argsort(-(vectors @ expected))]
