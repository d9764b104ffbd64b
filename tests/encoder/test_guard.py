import copy

import numpy as np
import pytest
import torch
from PIL import Image

from encoder import EncoderError, load, load_encoder
from encoder.guard import DOES
from encoder.similarity import SimilarityHead, head_path, save_head

FAULTS = (
    RuntimeError("CUDA error\nat 0x1"),
    torch.OutOfMemoryError("CUDA out of memory"),
    MemoryError(),
    KeyError("x"),
)
GIVEN = {
    "encode_texts": ["a dog"],
    "encode_images": [Image.new("RGB", (40, 40))],
    "encode_prepared": [np.zeros((32, 32, 3), np.uint8)],
    "prepare": Image.new("RGB", (40, 40)),
}


@pytest.fixture
def named(tiny_clip, tmp_path, monkeypatch):
    """The names of an encoder of each kind."""
    monkeypatch.setenv("ENCODER_HEADS", str(tmp_path))
    head = SimilarityHead(np.eye(24, dtype=np.float32), np.zeros(24, np.float32), str(tiny_clip))
    names = {"offline": "offline", "clip": str(tiny_clip), "tuned": f"{tiny_clip}+look"}
    save_head(head_path(names["tuned"]), head)
    return names


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
@pytest.mark.parametrize("kind", ["offline", "clip", "tuned"])
def test_whatever_a_model_raises_while_it_loads_is_a_sentence(named, monkeypatch, kind, fault):
    def fail(*given, **how):
        raise fault

    monkeypatch.setattr(load, "_loaded", {})
    monkeypatch.setattr("encoder.offline.MiniLm", fail)
    monkeypatch.setattr("encoder.image_text.read_checkpoint", fail)
    with pytest.raises(
        EncoderError, match=f"could not .*{type(fault).__name__}.*try again"
    ) as said:
        load_encoder(named[kind])
    assert named[kind] in str(said.value)
    assert len(str(said.value).splitlines()) == 1


@pytest.mark.parametrize("method", DOES)
@pytest.mark.parametrize("kind", ["offline", "clip", "tuned"])
def test_whatever_a_model_raises_while_it_encodes_is_a_sentence(named, kind, method):
    broken = copy.copy(load_encoder(named[kind]))
    vars(broken).clear()
    vars(broken)["name"] = "a model"
    with pytest.raises(
        EncoderError, match=r"The encoder a model could not .*AttributeError.*try again"
    ):
        getattr(broken, method)(GIVEN[method])
