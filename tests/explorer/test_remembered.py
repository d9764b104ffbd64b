"""Words and pictures that were encoded once are not encoded again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image

from encoder.errors import EmptyText
from explorer.remembered import encode_images, encode_texts


class Counting:
    """Encodes by length and by colour, and remembers what it was asked for."""

    dim = 2

    def __init__(self) -> None:
        self.asked: list[object] = []

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        if "" in texts:
            raise EmptyText
        return np.array([[len(text), 1] for text in texts], np.float32)

    def encode_images(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        self.asked += pictures
        return np.array([np.asarray(one)[0, 0, :2] for one in pictures], np.float32)


def test_each_phrase_is_encoded_once_and_order_and_repeats_are_kept():
    encoder: Any = Counting()
    assert encode_texts(encoder, ["ab", "a", "ab"]).tolist() == [[2, 1], [1, 1], [2, 1]]
    assert encode_texts(encoder, ["abc", "a"]).tolist() == [[3, 1], [1, 1]]
    assert encoder.asked == ["ab", "a", "abc"]
    assert encode_texts(encoder, []).shape == (0, 2)


def test_each_picture_is_encoded_once_whatever_object_holds_it():
    encoder: Any = Counting()
    red, again, blue = (Image.new("RGB", (2, 2), colour) for colour in ("red", "red", "blue"))
    tall = Image.new("RGB", (1, 4), "red")
    assert encode_images(encoder, [red, blue]).tolist() == [[255, 0], [0, 0]]
    assert encode_images(encoder, [again, tall]).tolist() == [[255, 0], [255, 0]]
    assert encoder.asked == [red, blue, tall]


def test_another_encoder_encodes_for_itself():
    one: Any = Counting()
    other: Any = Counting()
    encode_texts(one, ["a"])
    encode_texts(other, ["a"])
    assert other.asked == ["a"]


def test_what_cannot_be_encoded_is_refused_each_time():
    encoder: Any = Counting()
    for _ in range(2):
        with pytest.raises(EmptyText):
            encode_texts(encoder, ["a", ""])
    assert encode_texts(encoder, ["a"]).tolist() == [[1, 1]]
