import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from encoder import EncoderError, load, load_encoder
from encoder.guard import DOES, one_sentence, shorten
from encoder.similarity import SimilarityHead, head_path, save_head
from encoder.vision import Vision

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


@pytest.mark.parametrize("part", ["_run_batch", "_vectors"])
def test_memory_that_ends_while_a_model_is_tried_out_is_not_its_fault(named, monkeypatch, part):
    def fail(*given):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(load, "_loaded", {})
    monkeypatch.setattr(Vision, part, fail)
    with pytest.raises(EncoderError, match=r"OutOfMemoryError.*with more memory free"):
        load_encoder(named["clip"])


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ("It is gone.", "It is gone"),
        ("No weights in a.b. Get some. " + "They are large " * 20, "No weights in a.b. Get some"),
        (
            "Wrong field 'd':\n    TypeError: it is no int\nmore",
            "Wrong field 'd': TypeError: it is no int",
        ),
        ("Nothing follows:\n", "Nothing follows"),
        ("one, " * 500, "one, " * 40),
        ("", "ValueError('')"),
    ],
)
def test_of_a_librarys_long_words_what_matters_is_told(words, short):
    assert shorten(ValueError(words)) == short


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_file_of_a_model_that_may_not_be_read_is_named(named, monkeypatch, file):
    opened = Path.open

    def refuse(path, *given, **how):
        if path.name == file:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *given, **how)

    monkeypatch.setattr(load, "_loaded", {})
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(EncoderError, match=rf"denied.*{file}.*: let this user read"):
        load_encoder(named["clip"])


def test_who_stopped_the_libraries_while_they_loaded_is_told_to_start_anew():
    words = "partially initialized module 'torch' has no attribute 'autograd'"
    with (
        pytest.raises(EncoderError, match=r"stopped while they loaded: start this program anew\.$"),
        one_sentence("offline", "be loaded"),
    ):
        raise AttributeError(words)
