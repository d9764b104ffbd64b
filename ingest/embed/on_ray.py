"""The same worker on Ray: one a GPU, or one a processor but one, on this machine or a cluster."""

import logging
import os
import signal
import socket
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ingest.embed.worker import embed_part
from ingest.errors import IngestError, SourceError
from ingest.progress import Progress, Summary, Tally

ATTEMPTS = 4  # a part whose worker was lost is given to another so often in all
TICK = 0.5  # seconds between two looks at how far the workers are
PATIENCE = 60.0  # seconds to wait for a worker to come back where none is left
CONNECT = 5.0  # seconds to reach a cluster: Ray itself tries for minutes, deaf to Ctrl-C
SILENCE = 30.0  # seconds that the head may be away: after 60 Ray ends the process without a word
Shown = Callable[[Progress], None]


class Worker:
    """One process of a cluster, that embeds one part after the other.

    Args:
        given: what `embed_part` takes beside the part.
    """

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._progress = Progress()

    def embed(self, part: int) -> Summary:
        """Embed a part, unless it is finished."""
        self._progress = Progress()
        return embed_part(part=part, progress=self._note, **self._given)

    def progress(self) -> Progress:
        """Tell how far the part under way is; another thread asks."""
        return self._progress

    def _note(self, progress: Progress) -> None:
        self._progress = progress


def embed_on_ray(
    parts: Iterable[int],
    given: dict[str, Any],
    *,
    address: str | None = None,
    workers: int | None = None,
    show: Shown,
    warn: Callable[[str], None],
) -> Iterator[tuple[int, Summary]]:
    """Embed parts on Ray; yield each with what came of it.

    A part whose worker dies is given to another; the worker is given none until it is back. Parts
    that are finished are not made again, so a driver that was killed is simply started again.

    Args:
        given: what `embed_part` takes beside the part.
        address: of a cluster; by default Ray is started on this machine, and ended in the end.
        workers: how many; by default one a GPU, without GPUs one a processor but one.
        show: takes the progress of all parts under way.
        warn: takes a sentence about a worker that was lost.

    Raises:
        IngestError: Ray is not installed, or the cluster does not answer, or not any more.
    """
    with _connect(address) as ray:
        pool = _Pool(ray, given, workers)
        yield from pool.work(deque(parts), show, warn)


class _Pool:
    """Workers and the parts that they have."""

    def __init__(self, ray: Any, given: dict[str, Any], workers: int | None) -> None:
        self._ray = ray
        needs, number = share_resources(ray.cluster_resources(), workers)
        # Two calls at once: one works, one tells how far it is.
        actor = ray.remote(max_restarts=-1, max_concurrency=2, **needs)(Worker)
        self._idle = [actor.remote(given) for _ in range(number)]
        self._under_way: dict[Any, tuple[int, Any]] = {}
        self._lost: dict[Any, Any] = {}  # calls, each to a worker that answers once it is back
        self._attempts: Counter[int] = Counter()
        self._done = Progress()
        self._head = _Head(ray.get_runtime_context().gcs_address)

    def work(
        self, waiting: deque[int], show: Shown, warn: Callable[[str], None]
    ) -> Iterator[tuple[int, Summary]]:
        """Yield every part with what came of it; a part that cannot be made has an error."""
        served = time.monotonic()
        while waiting or self._under_way:
            self._welcome_back()
            while waiting and self._idle:
                worker, part = self._idle.pop(), waiting.popleft()
                self._attempts[part] += 1
                self._under_way[worker.embed.remote(part)] = part, worker
            if self._under_way:
                served = time.monotonic()
            elif time.monotonic() > served + PATIENCE:
                yield from ((part, _broken("No worker is left.")) for part in waiting)
                return
            self._head.check()
            ready, _ = self._ray.wait([*self._under_way, *self._lost], timeout=TICK)
            for call in self._under_way.keys() & ready:
                part, worker = self._under_way.pop(call)
                try:
                    summary = self._ray.get(call)
                except self._ray.exceptions.RayActorError:
                    self._lost[worker.progress.remote()] = worker
                    if self._attempts[part] < ATTEMPTS:
                        warn(f"The worker of part {part} was lost: another makes it.")
                        waiting.append(part)
                    else:
                        yield part, _broken(f"Its worker was lost {ATTEMPTS} times.")
                except self._ray.exceptions.RayTaskError as error:
                    self._idle.append(worker)
                    yield part, _broken(_sentence(error))
                else:
                    self._idle.append(worker)
                    self._done = _sum([self._done, summary])
                    yield part, summary
            show(_sum([self._done, *self._read_progress()]))

    def _welcome_back(self) -> None:
        """Take the lost workers that answer again; ask the others once more."""
        answered, _ = self._ray.wait(list(self._lost), timeout=0) if self._lost else ([], [])
        for call in answered:
            worker = self._lost.pop(call)
            try:
                self._ray.get(call)
            except self._ray.exceptions.RayActorError:
                time.sleep(TICK)
                self._lost[worker.progress.remote()] = worker
            else:
                self._idle.append(worker)

    def _read_progress(self) -> list[Progress]:
        asked = [worker.progress.remote() for _, worker in self._under_way.values()]
        told, _ = self._ray.wait(asked, num_returns=len(asked), timeout=TICK) if asked else ([], [])
        found = []
        for call in told:
            try:
                found.append(self._ray.get(call))
            except self._ray.exceptions.RayError:
                continue  # its worker was lost, which the part's own answer tells
        return found


class _Head:
    """The process that a cluster hangs on.

    Args:
        address: its host and port; one that cannot be reached from here is not watched.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._is_watched = _answers(address)
        self._heard = time.monotonic()

    def check(self) -> None:
        """Refuse to go on where it has been away for too long.

        Raises:
            IngestError: it has.
        """
        if not self._is_watched or _answers(self._address):
            self._heard = time.monotonic()
        elif time.monotonic() > self._heard + SILENCE:
            raise IngestError(
                f"Ray's head at {self._address} does not answer any more. Finished parts stay: run "
                "the same command again, on a cluster once Ray is up."
            )


def _answers(address: str, seconds: float = TICK) -> bool:
    """Tell whether something listens at a host and port."""
    host, _, port = address.rpartition("/")[2].rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=seconds).close()
    except (OSError, ValueError):
        return False
    return True


def share_resources(
    resources: dict[str, float], workers: int | None = None
) -> tuple[dict[str, float], int]:
    """Return what each worker takes of a cluster, and how many there are.

    Ray hangs where actors take every processor, so one is left to it.

    Args:
        resources: `CPU` and `GPU` of the whole cluster.
        workers: how many are wanted; None leaves it to the cluster.
    """
    processors, cards = resources.get("CPU", 1.0), int(resources.get("GPU", 0))
    number = workers or cards or max(1, int(processors) - 1)
    free = max(processors - 1, processors / 2)
    needs = {"num_cpus": min(1.0, int(100 * free / number) / 100)}
    if cards:
        needs["num_gpus"] = 1.0 if number <= cards else int(100 * cards / number) / 100
    return needs, number


@contextmanager
def _connect(address: str | None) -> Iterator[Any]:
    """Give Ray, connected to a cluster, or to one of its own that leaves nothing behind."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address is None:
        # A cluster of one's own needs no token, which Ray would put into the home folder.
        os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    try:
        import ray
    except ImportError as error:
        raise IngestError(
            "--ray needs the package ray: pip install -r requirements-ray.txt."
        ) from error
    if address and ":" in address and not _answers(address, CONNECT):
        raise IngestError(f"Ray at {address} does not answer: see ray status there.")
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        own: dict[str, Any] = {}
        if address is None:
            own = {"include_dashboard": False, "_temp_dir": folder}
        stop = signal.getsignal(signal.SIGTERM) or signal.SIG_DFL
        try:
            ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **own)
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise IngestError(
                f"Ray at {address or 'this machine'} does not answer ({reason}): see ray status."
            ) from error
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, stop)  # Ray would end the process without a word
        try:
            yield ray
        finally:
            ray.shutdown()


def _broken(sentence: str) -> Summary:
    return Tally().summary(interrupted=False, error=sentence)


def _sentence(error: Any) -> str:
    """Return what a worker has raised, as a sentence.

    Raises:
        SourceError: that is it, and it would stop every part.
    """
    cause = error.cause
    if isinstance(cause, SourceError):
        raise cause from None
    text = str(cause).strip()
    return text if text.endswith(".") else f"{type(cause).__name__}: {text}."


def _sum(told: Iterable[Progress | Summary]) -> Progress:
    found = list(told)
    reasons: Counter[str] = Counter()
    for each in found:
        reasons.update(each.reasons)
    return Progress(
        inserted=sum(each.inserted for each in found),
        skipped=sum(each.skipped for each in found),
        failed=sum(each.failed for each in found),
        reasons=dict(reasons.most_common()),
    )
