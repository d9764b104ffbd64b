"""One thread of BLAS while small matrices are worked on."""

import threading

from threadpoolctl import ThreadpoolController


class OneThread:
    """A block that all may be in at once; the last to leave gives the threads back.

    More threads gain nothing on small matrices, and their spinning makes a round take twice as
    long.
    """

    def __init__(self) -> None:
        self._libraries = ThreadpoolController()
        self._lock = threading.Lock()
        self._inside = 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._limit = self._libraries.limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limit.restore_original_limits()
