"""What every encoder offers, whichever model is behind it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Vectors = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class Encoder(Protocol):
    """Turns pictures and phrases into unit vectors of one space. Safe to share between threads."""

    @property
    def name(self) -> str:
        """The name it was loaded by; collections record it."""

    @property
    def dim(self) -> int:
        """Length d of its vectors."""

    @property
    def kind(self) -> str:
        """The model's kind, as its config names it: clip, siglip and so on; or `offline`."""

    @property
    def fingerprint(self) -> str:
        """A digest of its weights and settings: the same for a model under two names."""

    @property
    def side(self) -> int:
        """How many pixels the shorter side of a picture should have at least."""

    @property
    def text_limit(self) -> int:
        """How many tokens of a phrase it reads."""

    @property
    def logit_scale(self) -> float:
        """Factor that turns cosines between phrases and a picture into logits."""

    @property
    def logit_bias(self) -> float:
        """Added to each logit: SigLIP's, whose sigmoid is then a probability; 0 elsewhere."""

    @property
    def device(self) -> str:
        """Where pictures are encoded: cpu, cuda, cuda:1 or mps."""

    @property
    def batch(self) -> int:
        """How many pictures are encoded at once; halved where the device's memory ends."""

    @batch.setter
    def batch(self, pictures: int) -> None: ...

    def encode_images(self, images: Sequence[Image.Image]) -> Vectors:
        """Encode pictures of any mode and size to (n, d) float32 unit rows."""

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode phrases to (n, d) float32 unit rows.

        Raises:
            EmptyText: a phrase holds no word.
            TextTooLong: a phrase has more tokens than the model reads.
        """

    def prepare(self, image: Image.Image) -> Pixels:
        """Resize and crop one picture to the model's input: (h, w, 3) uint8.

        Cheap and free of the model, so that it can run beside it in other threads.
        """

    def encode_prepared(self, pixels: Sequence[Pixels] | Pixels) -> Vectors:
        """Encode n pictures that `prepare` returned, also of several sizes, to (n, d) unit rows."""
