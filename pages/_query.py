"""What a user is looking for, in words and pictures, as one unit vector."""

import base64
import binascii
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from classifier import anchor
from encoder import Encoder
from vecdb import Collection

_WEIGHTED = re.compile(r"^([+-])\s*(\d+(?:\.\d+)?)?\s*(.*)$")


@dataclass(frozen=True)
class Query:
    """Phrases with weights, example pictures, and ids of photos of the collection."""

    phrases: Sequence[tuple[str, float]] = ()
    pictures: Sequence[Image.Image] = ()
    photo_ids: Sequence[str] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.phrases or self.pictures or self.photo_ids)

    def vector(self, collection: Collection, encoder: Encoder) -> np.ndarray:
        """Return (dim,) float32, unit length.

        Raises:
            EncoderError, VecdbError, ClassifierError: a phrase is too long, a photo id is not in
                the collection, or what was given cancels out.
        """
        texts = encoder.encode_texts([text for text, _ in self.phrases])
        weights = [weight for _, weight in self.phrases]
        parts = []
        if self.pictures:
            parts.append(encoder.encode_images(list(self.pictures)))
        if self.photo_ids:
            parts.append(collection.vectors(list(self.photo_ids)))
        examples = np.concatenate(parts) if parts else None
        mean = collection.moments().mean if examples is not None else None
        return anchor(list(zip(texts, weights, strict=True)), examples, mean=mean)


def picture_of(data_url: str) -> Image.Image:
    """Read a picture that the browser sent as a `data:image/jpeg;base64,...` address.

    Raises:
        ValueError: it is not one.
    """
    try:
        picture = Image.open(io.BytesIO(base64.b64decode(data_url.partition(",")[2])))
        picture.load()
    except (binascii.Error, OSError, Image.DecompressionBombError) as error:
        raise ValueError("The picture could not be read; try a JPEG or PNG file.") from error
    return picture


def parse_phrases(prompt: str, more: str = "") -> list[tuple[str, float]]:
    """Read a prompt and, one a line, further phrases such as `+ wooden` and `-0.5 snow`."""
    phrases = [(prompt.strip(), 1.0)] if prompt.strip() else []
    for line in more.splitlines():
        if not line.strip():
            continue
        match = _WEIGHTED.match(line.strip())
        sign, number, text = match.groups() if match else ("+", None, line.strip())
        if text:
            phrases.append((text, float(f"{sign}{number or 1}")))
    return phrases
