"""The encoders of one process: each loaded once, in the background."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from encoder import Encoder, load_known_encoder
from explorer.errors import NotReady

SECONDS = 120.0


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
                future = self._loader.submit(load_known_encoder, name, fingerprint)
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
