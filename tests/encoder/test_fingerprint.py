import json
import os
import shutil

import pytest
from safetensors.torch import load_file, save_file

from encoder import fingerprint_encoder, load_encoder


@pytest.fixture
def model(tiny_clip, tmp_path):
    return shutil.copytree(tiny_clip, tmp_path / "model")


def change_one_number(folder):
    weights = load_file(folder / "model.safetensors")
    weights["visual_projection.weight"][0, 0] += 1
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_a_moved_folder_is_the_same_model(model, tiny_clip):
    assert fingerprint_encoder(str(model)) == fingerprint_encoder(str(tiny_clip))


def test_other_spellings_of_a_path_are_the_same_model(model, monkeypatch):
    expected = load_encoder(str(model))
    monkeypatch.chdir(model.parent)
    monkeypatch.setenv("HOME", str(model.parent))
    spellings = [f"{model}/", f" {model} ", f"'{model}'", f"file://{model}", "model", "./model/"]
    for name in [*spellings, "~/model", f"{model.parent}/x/../model"]:
        assert load_encoder(name) is expected, name


def test_new_weights_in_the_same_folder_are_another_model(model):
    before = load_encoder(str(model))
    change_one_number(model)
    after = load_encoder(str(model))
    assert after.fingerprint == fingerprint_encoder(str(model)) != before.fingerprint


def test_one_changed_number_among_the_weights_is_noticed_even_at_the_same_time_and_size(model):
    file = model / "model.safetensors"
    status = file.stat()
    before = fingerprint_encoder(str(model))
    change_one_number(model)
    assert file.stat().st_size == status.st_size
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert fingerprint_encoder(str(model)) != before


def test_settings_count_and_who_saved_them_does_not(model):
    before = fingerprint_encoder(str(model))
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**config, "transformers_version": "9.9"}))
    (model / "README.md").write_text("A model.")
    assert fingerprint_encoder(str(model)) == before
    settings = json.loads((model / "preprocessor_config.json").read_text())
    settings["image_mean"] = [0.5, 0.5, 0.5]
    (model / "preprocessor_config.json").write_text(json.dumps(settings))
    assert fingerprint_encoder(str(model)) != before


def test_the_offline_encoder_needs_no_files():
    assert fingerprint_encoder(" offline") == "offline"
