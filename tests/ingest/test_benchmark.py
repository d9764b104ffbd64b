import json
import sys
import time

import numpy as np
import pytest
import torch
from PIL import Image

from encoder import load_encoder, vision
from ingest.benchmark import commands, embedding, stages, writing
from ingest.pipeline import ENCODERS
from tests.warm import executable
from vecdb import connect


@pytest.fixture
def forked(monkeypatch):
    """Let commands that this process starts be forked, too."""
    monkeypatch.setattr(sys, "executable", executable())


def test_the_use_of_a_gpu_is_read_while_the_block_runs(tmp_path, monkeypatch):
    fake = tmp_path / "nvidia-smi"
    told = tmp_path / "told"
    fake.write_text(f"#!/bin/sh\necho 90\necho [N/A]\necho 70\n> {told}\nexec sleep 120\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with stages.gpu_use() as percent:
        while not told.exists():
            time.sleep(0.01)
    assert percent == [90, 70]


def test_without_a_gpu_nothing_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with stages.gpu_use() as percent:
        pass
    assert percent == []


def test_bytes_come_round_again_each_time_with_another_end(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"A")
    (tmp_path / "b.jpg").write_bytes(b"B")
    photos = list(stages.from_bytes([tmp_path / "a.jpg", tmp_path / "b.jpg"], 3))
    assert [photo.payload for photo in photos] == [b"A0", b"B1", b"A2"]


def test_encode_for_nothing_ends_with_the_block(tiny_clip):
    encoder = load_encoder(tiny_clip)
    pixels = np.stack([encoder.prepare(Image.new("RGB", (300, 200), "red"))] * 2)
    true = encoder.encode_prepared(pixels)
    with stages.encode_for_nothing(encoder):
        drawn = encoder.encode_prepared(pixels)
    assert drawn.shape == true.shape
    assert drawn.dtype == np.float32
    assert np.linalg.norm(drawn, axis=1) == pytest.approx([1, 1])
    assert not np.allclose(drawn[0], drawn[1])
    assert encoder.encode_prepared(pixels) == pytest.approx(true)


def test_the_bare_encoder_gets_full_batches_of_a_small_folder(tmp_path, monkeypatch, tiny_clip):
    Image.new("RGB", (300, 200), "red").save(tmp_path / "one.jpg")
    encoder = load_encoder(tiny_clip)
    sizes, encode = [], encoder.encode_prepared

    def noted(pixels):
        sizes.append(len(pixels))
        return encode(pixels)

    monkeypatch.setattr(encoder, "encode_prepared", noted)
    assert stages.bare_rate(encoder, [tmp_path / "one.jpg"], seconds=0.01).per_second > 0
    assert set(sizes) == {encoder.batch}
    assert len(sizes) >= 1 + 2 * ENCODERS


@pytest.mark.usefixtures("forked")
def test_single_precision_is_kept_here_and_in_whole_commands(tmp_path, monkeypatch, tiny_clip):
    monkeypatch.setattr(vision, "choose_dtype", vision.choose_dtype)
    commands.keep_single_precision()
    assert vision.choose_dtype(torch.device("cuda")) == torch.float32
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    Image.new("RGB", (300, 200), "red").save(pictures / "one.jpg")
    seconds, _ = commands.command(pictures, tmp_path / "out", tiny_clip, fp32=True)
    assert seconds > 0
    with connect(f"chdb://{tmp_path}/out/db") as database:
        assert database.collection("photos").count() == 1


def test_the_writer_is_measured_whole_and_in_its_parts(capsys):
    assert writing.main(["--photos", "600", "--thumbnail", "100", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    parts = {"thumbnails", "vectors_by_digest", "near_duplicates", "rows"}
    assert set(found) == {"photos", "whole_stage"} | parts
    assert all(found[name]["per_second"] > 0 for name in {"whole_stage"} | parts)


@pytest.mark.usefixtures("forked")
def test_an_embedding_is_timed_whole_and_one_that_fails_is_told(tmp_path, tiny_clip):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for at, colour in enumerate(("red", "green", "blue")):
        Image.new("RGB", (64, 48), colour).save(folder / f"{at}.jpg")
    embedding.pack_pictures(folder, tmp_path / "tars", 4)
    seconds = embedding.time_command(tmp_path / "tars", tmp_path / "out", str(tiny_clip), [])
    assert seconds > 0
    assert sorted(path.name for path in (tmp_path / "out" / "img_emb").iterdir()) == [
        "img_emb_0.npy",
        "img_emb_1.npy",
    ]
    with pytest.raises(RuntimeError, match="no-such"):
        embedding.time_command(tmp_path / "tars", tmp_path / "out", "./no-such", [])
