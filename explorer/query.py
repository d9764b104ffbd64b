"""What a user is looking for, in words, pictures, photos and vectors, as one unit vector."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from PIL import Image

from classifier import ClassifierError, anchor
from encoder import Encoder
from explorer.arguments import check_argument
from explorer.errors import BadInput
from explorer.metrics import measure_step
from explorer.remembered import encode_images, encode_texts
from vecdb import Collection

ELEMENTS = {
    "phrases": tuple | list,
    "pictures": Image.Image,
    "photo_ids": str,
    "vectors": Any,
}


@dataclass(frozen=True)
class Query:
    """Phrases with weights, example pictures, ids of photos of the collection, raw vectors (d,)."""

    phrases: Sequence[tuple[str, float]] = ()
    pictures: Sequence[Image.Image] = ()
    photo_ids: Sequence[str] = ()
    vectors: Sequence[Sequence[float]] = ()

    def __post_init__(self) -> None:
        for name, element in ELEMENTS.items():
            given = getattr(self, name)
            if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
                raise BadInput(f"{name} of a query must be a list, not {given!r:.80}.")
            object.__setattr__(self, name, tuple(given))
            for one in given:
                check_argument(f"Each of a query's {name}", one, element)
        for words, weight in (
            phrase if len(phrase) == 2 else (phrase, 1) for phrase in self.phrases
        ):
            check_argument("The words of a phrase", words, str)
            check_argument("The weight of a phrase", weight, Real)
        try:
            _ = [np.asarray(vector, np.float64) for vector in self.vectors]
        except (TypeError, ValueError) as error:
            raise BadInput(f"A vector of a query is no row of numbers: {error}.") from error

    def __bool__(self) -> bool:
        return bool(self.phrases or self.pictures or self.photo_ids or self.vectors)

    @classmethod
    def of(cls, asked: "Query | str") -> "Query":
        """Return a query as it is, and a phrase as a query.

        Raises:
            BadInput: it is neither.
        """
        if isinstance(asked, str):
            return cls([(asked, 1.0)])
        if not isinstance(asked, cls):
            raise BadInput(f"Look for a phrase or an `explorer.Query`, not {asked!r:.80}.")
        return asked

    @property
    def needs_encoder(self) -> bool:
        """Whether anything in it has to be encoded first."""
        return bool(self.phrases or self.pictures)

    @property
    def only_words(self) -> bool:
        """Whether phrases are all there is."""
        return bool(self.phrases) and not (self.pictures or self.photo_ids or self.vectors)

    def vector(
        self,
        collection: Collection,
        encoder: Encoder | None,
        *,
        centred: bool = True,
        shared: np.ndarray | None = None,
        mean: Callable[[], np.ndarray] | None = None,
    ) -> np.ndarray:
        """Return (dim,) float32, unit length.

        Args:
            collection: where the photos of `photo_ids` are.
            encoder: None is enough where nothing needs one.
            centred: take what all photos of the collection share off the examples, as a concept's
                start does. Without phrases a search leaves it in: a photo's own similarity is 1.
            shared: (dim,) what all words share, to be taken off each phrase.
            mean: gives what all photos share, (dim,); by default the collection's own mean.

        Raises:
            EncoderError, VecdbError, ClassifierError: a phrase is too long, a photo id is not in
                the collection, a vector is all zeros, or what was given cancels out.
        """
        if not all(np.any(vector) for vector in self.vectors):
            raise ClassifierError(
                "a vector of zeros has no direction: give one of any length but zero"
            )
        texts, parts = [], []
        if encoder is not None and self.needs_encoder:
            with measure_step("encode"):
                texts = list(encode_texts(encoder, [text for text, _ in self.phrases]))
                if self.pictures:
                    parts.append(encode_images(encoder, self.pictures))
        if shared is not None:
            texts = [text - shared for text in texts]
        weights = [weight for _, weight in self.phrases]
        directions = list(zip(texts, weights, strict=True)) + [(v, 1.0) for v in self.vectors]
        if self.photo_ids:
            parts.append(collection.vectors(list(self.photo_ids)))
        examples = np.concatenate(parts) if parts else None
        blended = examples is not None and (centred or directions)
        if not blended:
            return anchor(directions, examples)
        share = mean() if mean else collection.moments().mean
        return anchor(directions, examples, mean=share)
