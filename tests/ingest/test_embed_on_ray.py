"""The same parts on a real local Ray: the same bits, whoever is killed meanwhile."""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.embed import on_ray
from ingest.embed.__main__ import main
from ingest.embed.on_ray import share_resources
from ingest.embed.worker import embed_part
from ingest.errors import IngestError
from ingest.progress import Summary
from tests.browser.harness import ROOT
from tests.ingest.test_embed import answer, files_of, ids_of, write_pictures, write_tar
from tests.warm import kill, python

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed: requirements-ray.txt"
)
PARTS, TARS, EACH = 6, 7, 80
PATIENCE = 240  # seconds that a busy machine may take for anything


@pytest.fixture
def tars(tmp_path: Path) -> Path:
    for number in range(TARS):
        keys = [f"{number}-{at:03d}" for at in range(EACH)]
        write_tar(tmp_path / "tars" / f"{number}.tar", keys, 1000 * number)
    return tmp_path / "tars"


class Driver:
    """A run of the command, with a home folder of its own, whose processes can be found."""

    def __init__(self, home: Path, source: Path, out: Path, encoder: str, *more: str) -> None:
        home.mkdir(exist_ok=True)
        self.mark = uuid.uuid4().hex
        env = {**os.environ, "HOME": str(home), "EMBED_TEST": self.mark}
        line = [*python(), "-m", "ingest.embed", str(source), "--out", str(out), "--json"]
        line += ["--parts", str(PARTS), "--encoder", encoder, "--ray", *more]
        self.process = subprocess.Popen(
            line, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def finish(self) -> tuple[dict, str]:
        """Wait for its end; return the summary and what it said."""
        out, said = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, said
        return json.loads(out), said

    def workers(self) -> list[int]:
        """Return the processes of Ray that embed a part now."""
        return self._processes(b"ray::Worker.embed")

    def _processes(self, title: bytes = b"") -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if not (folder / "cmdline").read_bytes().startswith(title):
                    continue
                if self.mark.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue  # it has ended
        return found

    def leave(self) -> None:
        """End every process that is left."""
        kill(self.process)
        for pid in self._processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.communicate()


@pytest.fixture
def start(tmp_path: Path, tars: Path, tiny_clip: str) -> Iterator[Callable[..., Driver]]:
    started: list[Driver] = []

    def call(out: str, *more: str) -> Driver:
        started.append(Driver(tmp_path / "home", tars, tmp_path / out, tiny_clip, *more))
        return started[-1]

    yield call
    for driver in started:
        driver.leave()


def wait_for(condition: Callable[[], Any], driver: Driver) -> Any:
    until = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert driver.process.poll() is None, "the run ended before it could be disturbed"
        assert time.monotonic() < until
        time.sleep(0.05)  # between two looks
    return found


def finished_files(folder: Path) -> dict[str, bytes]:
    return {k: v for k, v in files_of(folder).items() if not k.endswith(".unfinished")}


@pytest.mark.slow
@needs_ray
def test_one_worker_two_and_none_make_the_same_parts_whoever_is_killed(
    tmp_path: Path, tars: Path, tiny_clip: str, start: Callable[..., Driver]
):
    for part in range(PARTS):
        embed_part(tars, tmp_path / "alone", part, PARTS, tiny_clip)
    expected = files_of(tmp_path / "alone")

    # One worker makes some parts, two the others.
    driver = start("out", "--ray-workers", "1")
    wait_for(lambda: list((tmp_path / "out").glob("img_emb/*.npy")), driver)
    kill(driver.process)
    driver.leave()
    made = finished_files(tmp_path / "out")
    assert made
    assert made.items() < expected.items()
    driver = start("out", "--ray-workers", "2")
    os.kill(wait_for(driver.workers, driver)[0], signal.SIGKILL)
    told, said = driver.finish()
    assert "was lost: another makes it" in said
    assert (told["seen"], told["error"]) == (TARS * EACH, None)
    assert told["skipped"] >= EACH
    assert told["embedded"] + told["skipped"] == TARS * EACH
    assert finished_files(tmp_path / "out") == expected
    ids = [photo for part in range(PARTS) for photo in ids_of(tmp_path / "out", part)]
    assert sorted(ids) == [f"{number}-{at:03d}" for number in range(TARS) for at in range(EACH)]

    assert not list((tmp_path / "home").iterdir())


def take_slowly(made: Iterator[tuple[int, Summary]]) -> None:
    for _ in made:
        time.sleep(0.5)


@pytest.fixture
def two_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a cluster and a machine of it that can be taken away."""
    for name, value in (("RAY_AUTH_MODE", "disabled"), ("HOME", str(tmp_path))):
        monkeypatch.setenv(name, value)
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 2, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    yield cluster, cluster.add_node(num_cpus=2)
    cluster.shutdown()


@pytest.mark.slow
@needs_ray
@pytest.mark.parametrize("left", [True, False])
def test_a_worker_that_never_comes_back_gets_no_part(
    tmp_path: Path, two_machines: Any, tiny_clip: str, left: bool, monkeypatch: pytest.MonkeyPatch
):
    # Three workers take a machine and a half: what goes with one machine finds no other.
    monkeypatch.setattr(on_ray, "PATIENCE", 5.0)
    cluster, machine = two_machines
    pictures = write_pictures(tmp_path / "pictures", 60)
    given = {"source": pictures, "out": tmp_path / "out", "parts": 12, "encoder": tiny_clip}
    lost: list[str] = []
    told: dict[int, Summary] = {}
    before = signal.getsignal(signal.SIGTERM)
    for part, summary in on_ray.embed_on_ray(
        range(12), given, address=cluster.address, workers=3,
        show=lambda progress: None, warn=lost.append,
    ):  # fmt: skip
        if not told:
            assert signal.getsignal(signal.SIGTERM) == before
            for each in [machine] if left else [machine, cluster.head_node]:
                each.kill_raylet()
        told[part] = summary
    assert sorted(told) == list(range(12))
    errors = {summary.error for summary in told.values()} - {None}
    # A slow machine may have made all parts before the other is gone.
    assert errors <= (set() if left else {"No worker is left."})
    assert len(lost) <= 3


@pytest.mark.slow
@needs_ray
def test_a_head_that_is_gone_ends_the_run_in_a_sentence_and_made_parts_stay(
    tmp_path: Path, two_machines: Any, tiny_clip: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(on_ray, "SILENCE", 2.0)
    cluster, _ = two_machines
    pictures = write_pictures(tmp_path / "pictures", 60)
    given: dict[str, Any] = {"source": pictures, "out": tmp_path / "out", "parts": 60}
    given |= {"encoder": tiny_clip}
    made = on_ray.embed_on_ray(
        range(60),
        given,
        address=cluster.address,
        show=lambda progress: None,
        warn=lambda said: None,
    )
    part, _ = next(made)
    cluster.head_node.all_processes["gcs_server"][0].process.kill()
    head = re.escape(cluster.address)
    with pytest.raises(IngestError, match=f"head at {head} does not answer .*the same command"):
        take_slowly(made)
    assert embed_part(part=part, **given).inserted == 0


@needs_ray
@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "[::1]:1", "host:port"])
def test_a_cluster_that_is_not_there_is_one_sentence_at_once(
    tmp_path: Path, tiny_clip: str, address: str, capsys: pytest.CaptureFixture[str]
):
    source = write_pictures(tmp_path / "photos", 1)
    line = [str(source), "--out", str(tmp_path / "out"), "--parts", "1", "--encoder", tiny_clip]
    assert main([*line, "--ray", address, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told == {"error": f"Ray at {address} does not answer: see ray status there."}


@pytest.mark.parametrize(
    ("resources", "wanted", "needs", "number"),
    [
        ({"CPU": 2.0}, None, {"num_cpus": 1.0}, 1),
        ({"CPU": 2.0}, 2, {"num_cpus": 0.5}, 2),
        ({"CPU": 1.0}, None, {"num_cpus": 0.5}, 1),
        ({"CPU": 64.0}, None, {"num_cpus": 1.0}, 63),
        ({"CPU": 64.0, "GPU": 8.0}, None, {"num_cpus": 1.0, "num_gpus": 1.0}, 8),
        ({"CPU": 8.0, "GPU": 8.0}, None, {"num_cpus": 0.87, "num_gpus": 1.0}, 8),
        ({"CPU": 8.0, "GPU": 1.0}, 2, {"num_cpus": 1.0, "num_gpus": 0.5}, 2),
    ],
)
def test_a_worker_takes_a_gpu_and_a_processor_is_left_to_ray(resources, wanted, needs, number):
    assert share_resources(resources, wanted) == (needs, number)


def test_without_ray_the_sentence_says_what_to_install(
    tmp_path: Path, tiny_clip: str, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "ray", None)
    source = write_pictures(tmp_path / "photos", 1)
    line = [str(source), "--out", str(tmp_path / "out"), "--parts", "1", "--encoder", tiny_clip]
    assert main([*line, "--ray", "--json", "--quiet"]) == 1
    assert "requirements-ray.txt" in answer(capsys)["error"]
