"""How long a running ingest still takes, from what it did in the last half minute."""

from collections import deque

from ingest import Progress

WINDOW = 30.0  # seconds
LEAST = 2.0  # seconds of work before anything is said


class Pace:
    """The photos done in a sliding window of time; what was stored before does not count."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, progress: Progress) -> None:
        """Take in how far the run is now."""
        done = progress.inserted + progress.failed
        if not done:
            self._seen.clear()  # the model still loads
        self._seen.append((progress.seconds, done))
        while progress.seconds - self._seen[0][0] > WINDOW:
            self._seen.popleft()

    @property
    def rate(self) -> float | None:
        """Photos a second; None where too little was done to tell."""
        if not self._seen:
            return None
        (start, before), (end, done) = self._seen[0], self._seen[-1]
        return (done - before) / (end - start) if end - start >= LEAST and done > before else None

    def seconds_left(self, progress: Progress) -> float | None:
        """Return how long the rest takes; None where that cannot be told yet, or ever."""
        rate = self.rate
        if rate is None or not progress.total:
            return None
        done = progress.inserted + progress.skipped + progress.failed
        return max(0, progress.total - done) / rate
