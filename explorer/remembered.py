"""Vectors of words and pictures that were looked for: a page drawn again encodes nothing anew."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from PIL import Image

from encoder import Encoder
from encoder.pictures import to_rgb

MOST = 10_000  # of an encoder, 20 MB of vectors of 512 numbers
One = TypeVar("One")

_kept: WeakKeyDictionary[Encoder, OrderedDict[Hashable, np.ndarray]] = WeakKeyDictionary()
_lock = threading.Lock()


def encode_texts(encoder: Encoder, texts: Sequence[str]) -> np.ndarray:
    """Encode phrases to (n, d) float32 unit rows, each phrase once.

    Raises:
        EncoderError: see `Encoder.encode_texts`.
    """
    return _encode(encoder, texts, texts, encoder.encode_texts)


def encode_images(encoder: Encoder, pictures: Sequence[Image.Image]) -> np.ndarray:
    """Encode pictures of any mode and size to (n, d) float32 unit rows, each picture once.

    Raises:
        EncoderError: see `Encoder.encode_images`.
    """
    plain = [to_rgb(picture) for picture in pictures]
    names = [(one.size, hashlib.sha256(one.tobytes()).digest()) for one in plain]
    return _encode(encoder, names, plain, encoder.encode_images)


def _encode(
    encoder: Encoder,
    names: Sequence[Hashable],
    given: Sequence[One],
    encode: Callable[[Sequence[One]], np.ndarray],
) -> np.ndarray:
    with _lock:
        kept = _kept.setdefault(encoder, OrderedDict())
        found = {name: kept[name] for name in names if name in kept}
    missing = {name: one for name, one in zip(names, given, strict=True) if name not in found}
    if missing:
        found |= zip(missing, encode(list(missing.values())), strict=True)
    with _lock:
        for name in names:
            kept[name] = found[name]
            kept.move_to_end(name)
        while len(kept) > MOST:
            kept.popitem(last=False)
    return np.array([found[name] for name in names], np.float32).reshape(-1, encoder.dim)
