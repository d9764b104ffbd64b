"""The captions of a set of pictures, each text once, and which one an epoch draws."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.sources.captions import words_of


class Texts:
    """Captions by number.

    Attributes:
        all: every text once; two that differ in case or in the form of accents alone are one.
        of: (c,) int64, the text of each caption, picture after picture.
        picture: (c,) int64, the number of the picture that each caption is of.
    """

    def __init__(self, captions: Sequence[Sequence[str]], seed: int = 0) -> None:
        """Number the captions.

        Args:
            captions: of each picture, at least one.
            seed: of what is drawn.
        """
        flat = [text for of in captions for text in of]
        spelled: dict[str, str] = {}
        for text in flat:
            spelled.setdefault(words_of(text), text)
        numbers = {words: number for number, words in enumerate(spelled)}
        found = [numbers[words_of(text)] for text in flat]
        self.all = list(spelled.values())
        self.of = np.array(found, np.int64)
        self._counts = np.array([len(of) for of in captions], np.int64)
        self._starts = np.cumsum(self._counts) - self._counts
        self.picture = np.repeat(np.arange(len(captions)), self._counts)
        self._first = np.random.default_rng(seed).integers(self._counts)

    def draw(self, epoch: int) -> NDArray[np.int64]:
        """Draw one caption a picture: in k epochs each of a picture's k captions comes once.

        Returns:
            (n,) int64, the text of each picture.
        """
        return np.asarray(self.of[self._starts + (self._first + epoch) % self._counts])

    def texts_of(self, pictures: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Return the numbers of all texts of each of some pictures."""
        starts, counts = self._starts[pictures], self._counts[pictures]
        return [self.of[at : at + n] for at, n in zip(starts, counts, strict=True)]
