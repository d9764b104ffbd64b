"""The mean of many common nouns, encoded once for each encoder and kept in the store."""

import threading
from collections.abc import Callable

import numpy as np

from encoder import Encoder, digest_of_nouns, mean_of_nouns, share_of_nouns
from vecdb import Store
from vecdb.store import keep_if_possible


class Nouns:
    """What an encoder's words share. Safe to share between threads."""

    def __init__(self, store: Callable[[], Store]) -> None:
        """Name the store that keeps the means between processes."""
        self._store = store
        self._lock = threading.Lock()
        self._means: dict[str, np.ndarray] = {}

    def find_shared(self, encoder: Encoder) -> np.ndarray | None:
        """Return what to take off each phrase, (d,); None where an encoder's words need nothing.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        share = share_of_nouns(encoder)
        return share * self._mean(encoder) if share else None

    def _mean(self, encoder: Encoder) -> np.ndarray:
        with self._lock:
            known = self._means.get(encoder.fingerprint)
            if known is None:
                known = self._read(encoder)
                self._means[encoder.fingerprint] = known
            return known

    def _read(self, encoder: Encoder) -> np.ndarray:
        store, digest = self._store(), digest_of_nouns()
        kept = store.vectors(encoder.fingerprint, [digest]).get(digest)
        if kept is None:
            kept = mean_of_nouns(encoder)
            with keep_if_possible():
                store.put_vectors(encoder.fingerprint, [digest], kept[None])
        return kept
