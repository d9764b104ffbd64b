import json
import re
import shutil
import threading

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from encoder import EmptyText, EncoderError, ModelNotFound, TextTooLong, UnusableModel, load_encoder
from encoder.errors import BadDevice
from encoder.random_clip import save_random_clip
from ingest.vector_length import find_length


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
    assert (clip.name, clip.dim, clip.kind) == (str(tiny_clip), 24, "clip")
    assert (clip.side, clip.text_limit, clip.logit_bias) == (32, 77, 0)
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


@pytest.mark.parametrize("text", ["caf\udce9", "\ud800"])
def test_half_a_letter_is_refused(tiny_clip, text):
    with pytest.raises(EncoderError, match="is no text: type it anew, in UTF-8"):
        load_encoder(str(tiny_clip)).encode_texts(["fine", text])


@pytest.mark.parametrize(
    ("kind", "lacks"),
    [
        ("bert", "config.json says 'bert', a model without a picture side"),
        ("dinov2", "config.json says 'dinov2', a model without a text side"),
        ("clip_vision_model", "a model without a text side"),
        ("clip_text_model", "a model without a picture side"),
        ("wav2vec2", "which does not bring pictures and text together"),
        ("no-such-model", "its config.json cannot be read"),
        ("clip", "Validation error for field 'logit_scale_init_value': TypeError: Field 'logit"),
    ],
)
def test_a_folder_of_another_model_is_refused_with_what_it_lacks(tmp_path, kind, lacks):
    config = {"model_type": kind, "logit_scale_init_value": "much"}  # which is no number
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UnusableModel, match=re.escape(lacks)) as refused:
        load_encoder(str(tmp_path))
    assert len(str(refused.value).splitlines()) == 1


def test_a_folders_own_code_is_not_run_and_nobody_is_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda *asked: "y")
    code = "from pathlib import Path\n\nPath(__file__).with_name('ran').touch()\n"
    (tmp_path / "own.py").write_text(code)
    config = {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModel": "own.Own"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UnusableModel, match="contains custom code"):
        load_encoder(str(tmp_path))
    assert find_length(str(tmp_path)) is None
    assert not list(tmp_path.glob("ran"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("lacking", "cut", "words"),
    [
        ("text", "", r"lack text_model\.\S+ and \d+ more\)"),
        ("visual_projection", "", r"lack visual_projection\.weight\)"),
        ("none", "visual_projection", r"visual_projection\.weight have another shape than its"),
    ],
)
def test_weights_that_are_not_the_models_are_refused_by_name(
    tiny_clip, tmp_path, lacking, cut, words
):
    folder = tmp_path / "model"
    shutil.copytree(tiny_clip, folder)
    weights = load_file(folder / "model.safetensors")
    held = {name: value for name, value in weights.items() if not name.startswith(lacking)}
    if cut:
        held[f"{cut}.weight"] = held[f"{cut}.weight"][1:].contiguous()
    save_file(held, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UnusableModel, match=f"its weights {words}"):
        load_encoder(str(folder))


def test_a_tokenizer_of_more_words_than_the_model_knows_is_refused(tiny_clip, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_clip, folder)
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["vocab_size"] = 100
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(UnusableModel, match="vocabulary is missing or is another model's"):
        load_encoder(str(folder))


def test_a_path_that_is_no_folder_is_refused_at_once_without_asking_the_hub(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelNotFound, match="There is no folder"):
        load_encoder(str(tmp_path / "nothing"))
    for name in ("~nobody_at_all/model", "/" + "x" * 300):
        with pytest.raises(ModelNotFound, match="There is no folder"):
            load_encoder(name)
    with pytest.raises(ModelNotFound, match="is not on this machine"):
        load_encoder("x" * 300)
    with pytest.raises(UnusableModel, match=r"holds no config\.json"):
        load_encoder(str(tmp_path))
    with pytest.raises(ModelNotFound, match="No encoder is named"):
        load_encoder("  ")


def test_a_processor_that_crops_nothing_keeps_each_pictures_shape(tiny_clip, tmp_path):
    folder = shutil.copytree(tiny_clip, tmp_path / "model")
    processor = CLIPImageProcessorPil(size={"shortest_edge": 32}, do_center_crop=False)
    processor.save_pretrained(folder)
    encoder = load_encoder(str(folder))
    assert {encoder.prepare(picture).shape for picture in PICTURES[:3]} == {
        (32, 48, 3),
        (135, 32, 3),
        (32, 32, 3),
    }
    assert encoder.prepare(Image.new("RGB", (60_000, 1))).shape == (32, 256, 3)  # not gigabytes
    ours = encoder.encode_images(PICTURES[:3])
    model = CLIPModel.from_pretrained(folder).eval()
    for picture, vector in zip(PICTURES, ours, strict=False):
        pixels = processor([picture], return_tensors="pt")["pixel_values"]
        with torch.inference_mode():
            found = model.get_image_features(pixels, interpolate_pos_encoding=True).pooler_output
        theirs = torch.nn.functional.normalize(found, dim=-1).numpy()[0]
        assert vector @ theirs == pytest.approx(1, abs=1e-5)


def test_large_pictures_in_half_precision_stay_near(tmp_path):
    """Of 12 million weights, from which half precision is used where the machine has it."""
    large = {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 4}
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    folder = save_random_clip(
        tmp_path / "clip",
        text={**small, "num_attention_heads": 2, "projection_dim": 64},
        vision={**large, "num_attention_heads": 8, "projection_dim": 64, "image_size": 64},
    )
    ours = load_encoder(str(folder)).encode_images(PICTURES)
    inputs = AutoImageProcessor.from_pretrained(folder, backend="pil")(
        PICTURES, return_tensors="pt"
    )
    with torch.inference_mode():
        model = CLIPModel.from_pretrained(folder).eval()
        theirs = model.get_image_features(inputs["pixel_values"]).pooler_output.numpy()
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    assert (ours * theirs).sum(axis=1).min() > 0.9995


@pytest.mark.parametrize(
    "missing",
    [
        ["config.json"],
        ["model.safetensors"],
        ["tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt"],
    ],
    ids=["config", "weights", "vocabulary"],
)
def test_a_folder_without_a_needed_file_is_refused(tiny_clip, tmp_path, missing):
    folder = tmp_path / "model"
    shutil.copytree(tiny_clip, folder)
    for file in missing:
        (folder / file).unlink()
    with pytest.raises(UnusableModel, match="not a usable image-text model"):
        load_encoder(str(folder))


def test_a_folder_with_damaged_weights_is_refused(tiny_clip, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_clip, folder)
    (folder / "model.safetensors").write_bytes(b"\x00" * 50)
    with pytest.raises(UnusableModel, match="not a usable image-text model"):
        load_encoder(str(folder))


@pytest.mark.parametrize(
    ("file", "changed", "words"),
    [
        ("preprocessor_config", {"resample": 99}, "its picture processor fails: Unknown resampl"),
        ("preprocessor_config", {"size": {"shortest_edge": 0}}, "its picture processor fails: "),
        ("preprocessor_config", {"image_std": [0, 0, 0]}, "no difference between black and white"),
        ("config", {"vision_config": {"num_attention_heads": 0}}, "config.json cannot be read: "),
        ("tokenizer", {"model": 3}, "its tokenizer cannot be read: "),
    ],
)
def test_settings_that_make_no_model_are_refused(tiny_clip, tmp_path, file, changed, words):
    folder = shutil.copytree(tiny_clip, tmp_path / "model")
    path = folder / f"{file}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    with pytest.raises(UnusableModel, match=words):
        load_encoder(str(folder))


@pytest.mark.parametrize("part", ["visual_projection", "text_projection"])
def test_weights_that_give_no_numbers_are_refused(tiny_clip, tmp_path, part):
    folder = tmp_path / "damaged"
    shutil.copytree(tiny_clip, folder)
    weights = load_file(folder / "model.safetensors")
    weights[f"{part}.weight"] *= float("nan")
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(UnusableModel, match="its vectors are not finite"):
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
