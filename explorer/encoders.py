"""The encoders of one process: each loaded once, in the background."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast

from encoder import Encoder, EncoderError, load_known_encoder
from explorer.errors import NotReady

SECONDS = 120.0
DOES = {
    "encode_texts": "encode these words",
    "encode_images": "encode these pictures",
    "encode_prepared": "encode these pictures",
    "prepare": "prepare this picture",
}


class Encoders:
    """Encoders by name; one loads at a time. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loading: dict[tuple[str, str], Future[Encoder]] = {}
        self._loader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    def start(self, name: str, fingerprint: str = "") -> Future[Encoder]:
        """Start to load an encoder, once; a load that failed is tried again when asked.

        Args:
            fingerprint: what its weights and settings must have; empty takes any.
        """
        known = (name, fingerprint)
        with self._lock:
            future = self._loading.get(known)
            if future is None or (future.done() and future.exception()):
                future = self._loader.submit(load_guarded, name, fingerprint)
                self._loading[known] = future
            return future

    def get(self, name: str, fingerprint: str = "", seconds: float = SECONDS) -> Encoder:
        """Return an encoder, waiting while it loads.

        Raises:
            NotReady: it still loads after so many seconds.
            EncoderError: it cannot be loaded, or has other weights by now.
        """
        try:
            return self.start(name, fingerprint).result(seconds)
        except TimeoutError as error:
            raise NotReady(
                f"The encoder {name} is still loading: try again in a minute."
            ) from error


def load_guarded(name: str, fingerprint: str = "", *, device: str | None = None) -> Encoder:
    """Load an encoder as `load_known_encoder` does, one that fails in a sentence alone.

    Raises:
        EncoderError: whatever the model raises, here and whenever it encodes.
    """
    with _one_sentence(name, "be loaded"):
        return cast(Encoder, _Guarded(load_known_encoder(name, fingerprint, device=device)))


class _Guarded:
    """An encoder that fails with nothing but an EncoderError, whatever its model raises."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def __getattr__(self, name: str) -> Any:
        if name == "_encoder":  # of a copy that is not filled yet
            raise AttributeError(name)
        found = getattr(self._encoder, name)
        return self._guard(found, DOES[name]) if name in DOES else found

    def _guard(self, method: Any, what: str) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            with _one_sentence(self._encoder.name, what):
                return method(*given, **named)

        return call


@contextmanager
def _one_sentence(name: str, what: str) -> Iterator[None]:
    try:
        yield
    except EncoderError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = f"{type(error).__name__}{f': {lines[0]:.200}' if lines else ''}"
        raise EncoderError(
            f"The encoder {name} could not {what} ({reason}): try again with more memory free, or "
            "fetch the model's files anew."
        ) from error
