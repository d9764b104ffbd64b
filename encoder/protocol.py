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
    def is_clip(self) -> bool:
        """False for the offline encoder: the page then says that it is not CLIP."""

    @property
    def logit_scale(self) -> float:
        """Factor that turns cosines between phrases and a picture into logits."""

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

    def encode_prepared(self, pixels: Pixels) -> Vectors:
        """Encode what `prepare` returned, stacked (n, h, w, 3) uint8, to (n, d) unit rows."""
