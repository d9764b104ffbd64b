"""Every kind of image-text model gets the vectors that transformers gives it."""

import shutil
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

from encoder import TextTooLong, UnusableModel, load_encoder
from tests.encoder.tiny_models import KINDS

PHRASES = ["a house by the lake", "The quick brown fox", "湖边的房子"]
OPTIONS: dict[str, dict[str, Any]] = {  # what the model cards tell callers of the processor to say
    "siglip": {"padding": "max_length"},
    "siglip2": {"padding": "max_length", "max_num_patches": 24, "patch_size": 8},
    "align": {"padding": "max_length"},
}


def draw_noise(width, height, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


PICTURES = [draw_noise(90, 60, 1), draw_noise(33, 140, 2), draw_noise(32, 32, 3)]


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def folder(kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / kind
    KINDS[kind][0](folder)
    return folder


@pytest.fixture(scope="module")
def encoder(folder):
    return load_encoder(str(folder))


@pytest.fixture(scope="module")
def theirs(kind, folder):
    """What the model's own processor and forward pass give."""
    processor = KINDS[kind][1](
        image_processor=AutoImageProcessor.from_pretrained(folder, backend="pil"),
        tokenizer=AutoTokenizer.from_pretrained(folder),
    )
    options = {"padding": True, **OPTIONS.get(kind, {})}
    inputs = processor(text=PHRASES, images=PICTURES, return_tensors="pt", **options)
    with torch.inference_mode():
        return AutoModel.from_pretrained(folder).eval()(**inputs)


def unit(vectors):
    return torch.nn.functional.normalize(vectors, dim=-1).numpy()


def test_pictures_and_phrases_get_the_models_own_vectors(encoder, theirs):
    seen, read = encoder.encode_images(PICTURES), encoder.encode_texts(PHRASES)
    assert (seen * unit(theirs.image_embeds)).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (read * unit(theirs.text_embeds)).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert seen.shape == read.shape == (3, encoder.dim)
    assert len({tuple(row.round(3)) for row in seen}) == 3


def test_cosines_become_the_models_own_logits(encoder, theirs):
    cosines = encoder.encode_images(PICTURES) @ encoder.encode_texts(PHRASES).T
    logits = cosines * encoder.logit_scale + encoder.logit_bias
    assert logits == pytest.approx(theirs.logits_per_image.numpy(), abs=1e-4)


def test_vectors_are_the_same_alone_and_in_company(encoder):
    together = encoder.encode_images(PICTURES)
    assert encoder.encode_images(PICTURES[1:2])[0] @ together[1] == pytest.approx(1, abs=1e-5)
    phrases = encoder.encode_texts(PHRASES)
    assert encoder.encode_texts(PHRASES[2:])[0] @ phrases[2] == pytest.approx(1, abs=1e-5)


def test_what_was_prepared_elsewhere_is_encoded_all_the_same(encoder):
    prepared = [encoder.prepare(picture) for picture in PICTURES]
    assert {pixels.dtype for pixels in prepared} == {np.dtype(np.uint8)}
    expected = encoder.encode_images(PICTURES)
    found = encoder.encode_prepared(prepared)
    assert (found * expected).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_the_longest_phrase_is_read_and_a_longer_one_refused(encoder):
    word = "湖"  # one token, or one of each letter's
    n = next(n for n in range(1, 200) if _is_too_long(encoder, word, n)) - 1
    assert encoder.encode_texts([" ".join([word] * n)]).shape == (1, encoder.dim)
    with pytest.raises(TextTooLong, match=f"the model reads {encoder.text_limit}"):
        encoder.encode_texts([" ".join([word] * (n + 1))])


def _is_too_long(encoder, word, n):
    try:
        encoder.encode_texts([" ".join([word] * n)])
    except TextTooLong:
        return True
    return False


def test_a_model_says_its_kind_and_its_measures(encoder, kind):
    assert encoder.kind == kind
    assert encoder.side >= 24
    assert encoder.text_limit == {
        "clip": 77,
        "siglip": 24,
        "altclip": 48,  # XLM-RoBERTa's positions begin behind the padding
        "siglip2": 64,
    }.get(kind, 60)
    assert (encoder.logit_bias == 0) == ("siglip" not in kind)


def test_a_folder_without_its_picture_processor_is_refused(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "model")
    (tmp_path / "model" / "preprocessor_config.json").unlink()
    with pytest.raises(UnusableModel, match="its picture processor cannot be read"):
        load_encoder(str(tmp_path / "model"))
