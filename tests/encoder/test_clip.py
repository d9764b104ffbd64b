import json
import shutil
import threading

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoTokenizer, CLIPModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from encoder import EmptyText, ModelNotFound, NotClip, TextTooLong, load_encoder
from encoder.errors import BadDevice


def noise(width, height, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


PICTURES = [noise(90, 60, 1), noise(33, 140, 2), noise(32, 32, 3), noise(7, 5, 4)]


def test_pictures_get_the_vectors_that_transformers_gives_them(tiny_clip):
    ours = load_encoder(str(tiny_clip)).encode_images(PICTURES)
    inputs = CLIPImageProcessorPil.from_pretrained(tiny_clip)(PICTURES, return_tensors="pt")
    model = CLIPModel.from_pretrained(tiny_clip).eval()
    with torch.inference_mode():
        theirs = model.get_image_features(inputs["pixel_values"]).pooler_output.numpy()
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    assert ours.shape == (4, 24)
    assert ours.dtype == np.float32
    assert (ours * theirs).sum(axis=1) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    "size", [(640, 480), (480, 640), (362, 512), (224, 224), (100, 50), (225, 1000), (1, 1)]
)
def test_the_window_holds_the_very_pixels_of_the_models_processor(size):
    from encoder.pixels import Window

    processor = CLIPImageProcessorPil()
    picture = noise(*size)
    theirs = processor([picture], return_tensors="np")["pixel_values"][0].transpose(1, 2, 0)
    theirs = (theirs * processor.image_std + processor.image_mean) * 255
    assert np.abs(Window(224, 224, 224).cut(picture) - theirs).max() < 0.01


def test_a_strip_of_60_000_pixels_is_cut_before_it_is_enlarged():
    from encoder.pixels import Window

    assert Window(224, 224, 224).cut(Image.new("RGB", (60_000, 1))).shape == (224, 224, 3)


def test_phrases_get_the_vectors_that_transformers_gives_them(tiny_clip):
    phrases = ["a house by the lake", "Un café", "x"]
    ours = load_encoder(str(tiny_clip)).encode_texts(phrases)
    tokens = AutoTokenizer.from_pretrained(tiny_clip)(phrases, padding=True, return_tensors="pt")
    model = CLIPModel.from_pretrained(tiny_clip).eval()
    with torch.inference_mode():
        theirs = model.get_text_features(**tokens).pooler_output.numpy()
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert np.linalg.norm(ours, axis=1) == pytest.approx(1)


def test_a_phrase_has_the_same_vector_alone_and_beside_longer_ones(tiny_clip):
    clip = load_encoder(str(tiny_clip))
    together = clip.encode_texts(["dog", "a very much longer phrase"])
    assert together[0] == pytest.approx(clip.encode_texts(["dog"])[0], abs=1e-5)


def test_a_model_says_what_it_is(tiny_clip):
    clip = load_encoder(str(tiny_clip))
    assert (clip.name, clip.dim, clip.is_clip) == (str(tiny_clip), 24, True)
    assert clip.logit_scale == pytest.approx(float(np.exp(2.6592)))


def test_nothing_in_gives_no_rows_out(tiny_clip):
    clip = load_encoder(str(tiny_clip))
    assert clip.encode_images([]).shape == (0, 24)
    assert clip.encode_texts([]).shape == (0, 24)


def test_a_phrase_of_more_than_77_tokens_is_refused_by_its_length(tiny_clip, capfd):
    clip = load_encoder(str(tiny_clip))
    assert clip.encode_texts(["x" * 75]).shape == (1, 24)
    with pytest.raises(TextTooLong, match="78 tokens long and the model reads 77"):
        clip.encode_texts(["short", "x" * 76])
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_an_empty_phrase_is_refused(tiny_clip, text):
    with pytest.raises(EmptyText, match="phrase is empty"):
        load_encoder(str(tiny_clip)).encode_texts(["fine", text])


def test_a_folder_of_another_model_is_refused_with_its_type(tiny_clip, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(NotClip, match=r"config\.json says 'bert'"):
        load_encoder(str(tmp_path))


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_a_folder_without_a_needed_file_is_refused(tiny_clip, tmp_path, missing):
    folder = tmp_path / "model"
    shutil.copytree(tiny_clip, folder)
    (folder / missing).unlink()
    with pytest.raises(NotClip, match="not a usable CLIP model"):
        load_encoder(str(folder))


def test_a_folder_without_a_vocabulary_is_refused(tiny_clip, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_clip, folder)
    for file in ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt"):
        (folder / file).unlink()
    with pytest.raises(NotClip, match="not a usable CLIP model"):
        load_encoder(str(folder))


def test_a_folder_with_damaged_weights_is_refused(tiny_clip, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_clip, folder)
    (folder / "model.safetensors").write_bytes(b"\x00" * 50)
    with pytest.raises(NotClip, match="not a usable CLIP model"):
        load_encoder(str(folder))


def test_a_name_that_neither_machine_nor_hub_knows_is_refused(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelNotFound, match="'nobody/nothing' is not on this machine"):
        load_encoder("nobody/nothing")


def test_a_device_the_machine_lacks_is_refused(tiny_clip):
    with pytest.raises(BadDevice, match="cannot use the device 'cuda:77'"):
        load_encoder(str(tiny_clip), device="cuda:77")


def test_an_encoder_is_loaded_once_and_shared(tiny_clip):
    assert load_encoder(str(tiny_clip)) is load_encoder(str(tiny_clip))


def test_many_threads_may_use_one_encoder(tiny_clip):
    clip = load_encoder(str(tiny_clip))
    phrases = [f"phrase number {i}" * (1 + i % 3) for i in range(8)]
    expected = clip.encode_texts(phrases)
    wrong = []

    def ask(i):
        for _ in range(20):
            if not np.allclose(clip.encode_texts([phrases[i]])[0], expected[i], atol=1e-5):
                wrong.append(i)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
