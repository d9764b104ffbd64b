"""What the server has done, for Prometheus and for clip-retrieval's summary."""

from contextlib import AbstractContextManager

from prometheus_client import REGISTRY, Counter, Histogram, generate_latest

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUESTS = Counter("vde_requests", "Answered HTTP requests.", ("method", "route", "status"))
STEPS = {
    name: Histogram(f"vde_{name}_seconds", f"Seconds: {words}.", buckets=BOUNDS)
    for name, words in {
        "encode": "encoding of phrases and pictures",
        "query": "database queries of a search",
        "thumbnail": "reading of a thumbnail",
        "original": "reading of an original picture",
        "map": "answers for a map",
        "knn": "requests to /knn-service, whole",
    }.items()
}


def count_request(method: str, route: str, status: int) -> None:
    """Count one answered request."""
    REQUESTS.labels(method, route, str(status)).inc()


def measure_step(step: str) -> AbstractContextManager[object]:
    """Measure one of STEPS."""
    return STEPS[step].time()


def exposition() -> str:
    """Everything, in Prometheus's text format 0.0.4."""
    lines = generate_latest(REGISTRY).decode().splitlines()
    # Whole numbers without a fraction, for readers that take a count for an integer.
    return "".join(line.removesuffix(".0") + "\n" for line in lines)


def summary() -> str:
    """Say in plain text what the steps of /knn-service cost, as clip-retrieval does."""
    count, mean = _count_and_mean("knn")
    if not count:
        return "No request yet, go do some"
    first = (
        f"Among {count}.0 calls to the knn end point with an average latency of "
        f"{mean:.4f}s per request, the step costs are (in order): \n\n"
    )
    steps = {name: _count_and_mean(name) for name in ("encode", "query")}
    rows = [f"{'name':>10} {'calls':>8} {'average':>10} {'proportion':>11}"]
    for name, (calls, average) in sorted(steps.items(), key=lambda step: -step[1][1]):
        share = f"{100 * average / mean if mean else 0:.1f}%"
        rows.append(f"{name:>10} {calls:>8} {average:>9.4f}s {share:>11}")
    return first + "\n".join(rows)


def _count_and_mean(step: str) -> tuple[int, float]:
    """Return how often a step was taken, and the seconds it took on average."""
    [metric] = STEPS[step].collect()
    values = {sample.name.rpartition("_")[2]: sample.value for sample in metric.samples}
    count = int(values["count"])
    return count, values["sum"] / count if count else 0.0
