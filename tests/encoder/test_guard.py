"""Whatever a model raises is one sentence: as it loads, and as it encodes."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoder import Encoder, EncoderError, load_encoder
from encoder.image_text import ImageTextEncoder
from encoder.offline import OfflineEncoder
from encoder.similarity import SimilarityHead
from encoder.tuned import TunedEncoder
from tests.encoder.tiny_clip import save_tiny_clip

FAULTS = [RuntimeError("CUDA error\nat 0x1"), MemoryError(), KeyError("x")]
PICTURE, PIXELS = Image.new("RGB", (32, 32)), np.zeros((1, 32, 32, 3), np.uint8)
CALLS: dict[str, Callable[[Encoder], object]] = {
    "words": lambda encoder: encoder.encode_texts(texts=["a dog"]),
    "pictures": lambda encoder: encoder.encode_prepared(PIXELS),
    "whole pictures": lambda encoder: encoder.encode_images([PICTURE]),
    "cutting": lambda encoder: encoder.prepare(PICTURE),
}
PARTS = {  # what each encoder hands its words, its pictures and their cutting to
    OfflineEncoder: ("_text", "_vision", "_vision", "_window"),
    ImageTextEncoder: ("_phrases", "_vision", "_vision", "_preparation"),
    TunedEncoder: ("_head", "_head", "_head", "_base"),
}


class Broken:
    """Raises whatever is called of it."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def __getattr__(self, name: str) -> object:
        def fail(*given: object, **how: object) -> None:
            raise self.fault

        return fail


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> dict[type, Encoder]:
    """One of each class, apart from those that other tests share."""
    clip = ImageTextEncoder(str(save_tiny_clip(tmp_path_factory.mktemp("models") / "clip")))
    head = SimilarityHead(np.zeros((24, 24), np.float32), np.zeros(24, np.float32), "c")
    return {
        type(each): each for each in (OfflineEncoder(), clip, TunedEncoder("c+x", clip, head, ""))
    }


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", PARTS)
def test_what_a_model_raises_as_it_encodes(
    encoders: dict[type, Encoder],
    monkeypatch: pytest.MonkeyPatch,
    kind: type,
    call: str,
    fault: Exception,
) -> None:
    encoder = encoders[kind]
    CALLS[call](encoder)
    monkeypatch.setattr(encoder, PARTS[kind][list(CALLS).index(call)], Broken(fault))
    said = rf"{re.escape(encoder.name)} could not .*{type(fault).__name__}.*try again"
    with pytest.raises(EncoderError, match=said):
        CALLS[call](encoder)


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_what_a_model_raises_as_it_loads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Exception
) -> None:
    monkeypatch.setattr("encoder.image_text.ImageTextEncoder.__init__", Broken(fault).load)
    with pytest.raises(EncoderError, match=f"could not be loaded .*{type(fault).__name__}"):
        load_encoder(str(save_tiny_clip(tmp_path / "clip")))
