"""Names for groups of photos: the words nearest to them, and to no other group as much."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from encoder import Encoder
from encoder.nouns import TEMPLATE, list_nouns
from vecdb import Store
from vecdb.store import keep_if_possible

PATH = Path(__file__).with_name("words.txt")
WORDS = 2  # of a name, at most
ALMOST = 0.8  # a second word is as near as this share of the first


@cache
def list_words() -> list[str]:
    """Return the words that groups can be named by: common nouns, and what photographs show."""
    return sorted({*list_nouns(), *PATH.read_text("utf-8").split("\n")} - {""})


def word_vectors(encoder: Encoder, store: Store) -> np.ndarray:
    """Return the vectors (words, d) of `list_words`; what was encoded once is kept in the store.

    Raises:
        EncoderError, StoreUnusable: they cannot be encoded, or what is kept cannot be read.
    """
    phrases = [TEMPLATE.format(word) for word in list_words()]
    digests = [hashlib.sha256(f"phrase:{phrase}".encode()).hexdigest() for phrase in phrases]
    known = store.vectors(encoder.fingerprint, digests)
    missing = [at for at, digest in enumerate(digests) if digest not in known]
    if missing:
        fresh = encoder.encode_texts([phrases[at] for at in missing])
        with keep_if_possible():
            store.put_vectors(encoder.fingerprint, [digests[at] for at in missing], fresh)
        known |= {digests[at]: row for at, row in zip(missing, fresh, strict=True)}
    return np.stack([known[digest] for digest in digests])


def name_groups(vectors: np.ndarray, groups: np.ndarray, words: np.ndarray | None) -> list[str]:
    """Name each group by up to two words, each of which names that group alone.

    What all photos share says nothing of a group, nor what all words share of a word: both are
    left out before they are compared.

    Args:
        vectors: (n, d) float32, of photos.
        groups: (n,) numbers of their groups.
        words: (m, d), of `list_words`; None where nothing encodes words.

    Returns:
        A name for each number from 0 to the highest; "group 3" where no word is near.
    """
    count = int(groups.max()) + 1
    chosen: list[list[str]] = [[] for _ in range(count)]
    if words is not None:
        scores = _compare(vectors, groups, words, count)
        _choose(scores, chosen)
    return [", ".join(names) or f"group {at + 1}" for at, names in enumerate(chosen)]


def _compare(vectors: np.ndarray, groups: np.ndarray, words: np.ndarray, count: int) -> np.ndarray:
    """Return (groups, words): how near each word is to each group."""
    means = np.stack([_mean(vectors[groups == at], vectors.shape[1]) for at in range(count)])
    means -= vectors.mean(axis=0) if count > 1 else 0
    near = words - words.mean(axis=0)
    near /= np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-9)
    return np.asarray(means @ near.T)


def _mean(vectors: np.ndarray, dim: int) -> np.ndarray:
    return vectors.mean(axis=0) if len(vectors) else np.zeros(dim, np.float32)


def _choose(scores: np.ndarray, chosen: list[list[str]]) -> None:
    """Give each word to the group that it is nearest to, the nearest pairs first."""
    words, taken = list_words(), set()
    best = scores.max(axis=1)
    for flat in np.argsort(-scores, axis=None, kind="stable"):
        at, word = divmod(int(flat), scores.shape[1])
        score = scores[at, word]
        if score <= 0:
            return
        room = not chosen[at] or (len(chosen[at]) < WORDS and score >= ALMOST * best[at])
        if room and word not in taken:
            chosen[at].append(words[word])
            taken.add(word)
