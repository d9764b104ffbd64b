"""Fixtures that several suites share: the sample collection, really ingested, once a session."""

import fcntl
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.harness import PATIENCE, ROOT, chromium, environment, have_chromium
from tests.warm import executable, python, share

# As many processes as cores run tests: threads of one product would wait for each other longer
# than they work, here and in the programs that tests start.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# What starts processes, loads real encoders, reads and writes many files or runs benchmarks.
SLOW = {
    "api/test_clip_retrieval.py", "api/test_load.py", "api/test_maps.py", "api/test_mining.py",
    "api/test_sockets.py", "api/test_turns.py",
    "classifier/test_benchmark.py", "classifier/test_development_sets.py",
    "classifier/test_rivals.py", "encoder/test_benchmark.py", "encoder/test_choice.py",
    "encoder/test_offline.py", "explorer/mapping/test_jobs.py",
    "explorer/mapping/test_layout.py", "explorer/test_agreement.py",
    "explorer/test_change_encoder.py", "explorer/test_encode.py",
    "explorer/exports/test_choice.py", "explorer/exports/test_forms.py",
    "explorer/labels/test_annotations.py", "explorer/labels/test_classes.py",
    "explorer/labels/test_commands.py", "explorer/labels/test_concepts.py",
    "explorer/labels/test_rows_left_out.py", "explorer/labels/test_tables.py",
    "explorer/test_fetching.py", "explorer/test_news.py",
    "explorer/test_saved_concepts.py", "explorer/test_search_command.py", "explorer/test_slips.py",
    "explorer/test_together.py", "explorer/test_tuning.py", "ingest/test_benchmark.py",
    "ingest/test_command.py", "ingest/test_embed.py", "ingest/test_embed_on_ray.py",
    "ingest/test_far_away.py", "ingest/test_fetch.py", "ingest/test_folders.py",
    "ingest/test_fuzz.py", "ingest/test_heads.py",
    "ingest/test_in_step.py", "ingest/test_json_forms.py", "ingest/test_manners.py",
    "ingest/test_naming.py", "ingest/test_neighbours.py", "ingest/test_pictures.py",
    "ingest/test_run.py", "ingest/test_sources.py", "ingest/test_vectors.py",
    "pages/test_change_encoder.py", "pages/test_classes.py", "pages/test_data.py",
    "pages/test_screens.py", "test_command_lines.py", "test_docs.py", "test_reach.py",
    "vecdb/test_class_sets.py", "vecdb/test_cluster.py", "vecdb/test_command_line.py",
    "vecdb/test_concurrency.py",
    "vecdb/test_condition.py", "vecdb/test_durability.py", "vecdb/test_filter.py",
    "vecdb/test_index.py", "vecdb/test_maps.py",
}  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Fork the processes that run tests, and the commands of them all, off one.

    Importing the libraries takes each of them as long as a hundred tests.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ and config.getoption("tx", None):
        share()
        head = f"popen//python={shlex.quote(executable())}"
        config.option.tx = [head if spec == "popen" else spec for spec in config.option.tx]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of slow files, for `make test-fast` to leave out, and begin with such.

    At the end there are short files for every process that runs tests.
    """
    here = Path(__file__).parent
    for item in items:
        name = item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else ""
        if name in SLOW or name.startswith("tuning/"):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: not any(map(item.get_closest_marker, ("browser", "slow"))))


@pytest.fixture(autouse=True)
def _own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back the main module, which a page that is run takes; spawned processes run it anew."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def ingested_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample collection, put there by the command a user runs.

    The processes that run tests side by side share it: nobody writes to it.
    """
    base = tmp_path_factory.getbasetemp()
    data = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample"
    with data.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not data.exists():
            making = data.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)  # of a process whose command failed
            env = {**os.environ, **environment(making, "sample"), "ENCODER": "offline"}
            subprocess.run([*python(), "-m", "sample"], cwd=ROOT, env=env, check=True)
            making.rename(data)
    return data


@pytest.fixture
def sample_data(ingested_sample: Path, tmp_path: Path) -> Path:
    """A copy of that folder for one test to change."""
    # ClickHouse links metadata/default to a folder of its store: the link must stay a link.
    shutil.copytree(ingested_sample, tmp_path / "data", symlinks=True)
    return tmp_path / "data"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an embedded database without collections: a copy is open in half the time.

    A process opens one at a time, and this one may have another open: another makes it.
    """
    folder = tmp_path_factory.mktemp("empty") / "chdb"
    making = f"from vecdb import connect; connect('chdb://{folder}').close()"
    subprocess.run([*python(), "-c", making], cwd=ROOT, check=True)
    return folder


@pytest.fixture
def embedded(empty_database: Path, tmp_path: Path) -> str:
    """The address of an embedded database of the test's own, at `chdb` in its folder."""
    shutil.copytree(empty_database, tmp_path / "chdb", symlinks=True)
    return f"chdb://{tmp_path}/chdb"


@pytest.fixture(scope="session")
def running_chromium() -> Iterator[Any]:
    if not have_chromium():
        pytest.skip("no Chromium is installed")
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def profile(running_chromium: Any) -> Any:
    """A profile for `kept_page`, of a large window."""
    context = running_chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(1000 * PATIENCE)  # of further pages in it
    return context


@pytest.fixture
def direction() -> np.ndarray:
    """A prompt vector (16,) near, not at, the matches' direction in `small_collection`."""
    vector = np.zeros(16, np.float32)
    vector[[0, 1]] = 0.8, 0.6
    return vector
