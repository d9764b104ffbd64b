"""What all words share: the mean vector of many common nouns.

An image-text model puts all its words to one side, apart from the pictures. What every noun has in
common says nothing of one of them, yet it draws the photos that lie towards the words in general.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from encoder.protocol import Encoder, Vectors

PATH = Path(__file__).with_name("nouns.txt")
SHARES = {"clip": 0.75}
"""How much of the mean to take off a phrase, by kind of encoder: measured, see
docs/measurements/learning.md. None where nobody has, and for the offline encoder it costs."""
TEMPLATE = "a {}"


def share_of_nouns(encoder: Encoder) -> float:
    """Say how much of the nouns' mean to take off a phrase that photos are ranked by."""
    return SHARES.get(encoder.kind, 0.0)


def list_nouns() -> list[str]:
    """Return the nouns, by name."""
    return PATH.read_text("utf-8").split()


def mean_of_nouns(encoder: Encoder) -> Vectors:
    """Encode the nouns and return their mean, (d,) float32; its length tells how alike they are."""
    vectors = encoder.encode_texts([TEMPLATE.format(noun) for noun in list_nouns()])
    return np.asarray(vectors.mean(axis=0), np.float32)


@cache
def digest_of_nouns() -> str:
    """Name what `mean_of_nouns` would encode, for whoever keeps its result."""
    return sha256(PATH.read_bytes() + TEMPLATE.encode()).hexdigest()
