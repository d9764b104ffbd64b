"""What the server has done, for Prometheus and for clip-retrieval's summary."""

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STEPS = {
    "encode": "encoding of phrases and pictures",
    "query": "database queries of a search",
    "thumbnail": "reading of a thumbnail",
    "knn": "requests to /knn-service, whole",
}


class Histogram:
    """How long one step took, by bucket."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    @property
    def count(self) -> int:
        """How often it was taken."""
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """Seconds a time, 0 before the first."""
        return self.total / self.count if self.count else 0.0


_lock = threading.Lock()
_requests: Counter[tuple[str, str, int]] = Counter()
_steps = {name: Histogram() for name in STEPS}


def count_request(method: str, route: str, status: int) -> None:
    """Count one answered request."""
    with _lock:
        _requests[method, route, status] += 1


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Measure one of STEPS."""
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - start
        with _lock:
            histogram = _steps[step]
            histogram.counts[bisect_left(BOUNDS, seconds)] += 1
            histogram.total += seconds


def exposition() -> str:
    """Everything, in Prometheus's text format 0.0.4."""
    lines = [
        "# HELP vde_requests_total Answered HTTP requests.",
        "# TYPE vde_requests_total counter",
    ]
    with _lock:
        for (method, route, status), count in sorted(_requests.items()):
            where = f'method="{method}",route="{route}",status="{status}"'
            lines.append(f"vde_requests_total{{{where}}} {count}")
        for step, words in STEPS.items():
            lines += _histogram_lines(f"vde_{step}_seconds", words, _steps[step])
    return "\n".join(lines) + "\n"


def _histogram_lines(name: str, words: str, histogram: Histogram) -> list[str]:
    lines = [f"# HELP {name} Seconds: {words}.", f"# TYPE {name} histogram"]
    below = 0
    for bound, count in zip((*BOUNDS, "+Inf"), histogram.counts, strict=True):
        below += count
        lines.append(f'{name}_bucket{{le="{bound}"}} {below}')
    return [*lines, f"{name}_sum {histogram.total:.6f}", f"{name}_count {below}"]


def summary() -> str:
    """Say in plain text what the steps of /knn-service cost, as clip-retrieval does."""
    with _lock:
        whole = _steps["knn"]
        if not whole.count:
            return "No request yet, go do some"
        first = (
            f"Among {whole.count}.0 calls to the knn end point with an average latency of "
            f"{whole.mean:.4f}s per request, the step costs are (in order): \n\n"
        )
        others = {name: step for name, step in _steps.items() if name not in {"knn", "thumbnail"}}
        rows = [f"{'name':>10} {'calls':>8} {'average':>10} {'proportion':>11}"]
        for name, step in sorted(others.items(), key=lambda entry: -entry[1].mean):
            share = f"{100 * step.mean / whole.mean if whole.mean else 0:.1f}%"
            rows.append(f"{name:>10} {step.count:>8} {step.mean:>9.4f}s {share:>11}")
    return first + "\n".join(rows)
