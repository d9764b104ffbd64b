"""The encoders of one process: each loaded once, in the background."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from encoder import Encoder, load_encoder
from explorer.errors import NotReady

SECONDS = 120.0


class Encoders:
    """Encoders by name; one loads at a time. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loading: dict[str, Future[Encoder]] = {}
        self._loader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    def start(self, name: str) -> Future[Encoder]:
        """Start to load an encoder, once; a load that failed is tried again when asked."""
        with self._lock:
            future = self._loading.get(name)
            if future is None or (future.done() and future.exception()):
                future = self._loading[name] = self._loader.submit(load_encoder, name)
            return future

    def get(self, name: str, seconds: float = SECONDS) -> Encoder:
        """Return an encoder, waiting while it loads.

        Raises:
            NotReady: it still loads after so many seconds.
            EncoderError: it cannot be loaded.
        """
        try:
            return self.start(name).result(seconds)
        except TimeoutError as error:
            raise NotReady(
                f"The encoder {name} is still loading: try again in a minute."
            ) from error
