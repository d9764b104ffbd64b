"""Fixtures that several suites share: the sample collection, really ingested, once a session."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.harness import ROOT, chromium, environment, have_chromium


@pytest.fixture(scope="session")
def ingested_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample collection, put there by the command a user runs."""
    data = tmp_path_factory.mktemp("sample")
    env = {**os.environ, **environment(data, "sample"), "ENCODER": "offline"}
    subprocess.run([sys.executable, "-m", "sample"], cwd=ROOT, env=env, check=True)
    return data


@pytest.fixture
def sample_data(ingested_sample: Path, tmp_path: Path) -> Path:
    """A copy of that folder for one test to change."""
    # ClickHouse links metadata/default to a folder of its store: the link must stay a link.
    shutil.copytree(ingested_sample, tmp_path / "data", symlinks=True)
    return tmp_path / "data"


@pytest.fixture(scope="session")
def running_chromium() -> Iterator[Any]:
    if not have_chromium():
        pytest.skip("no Chromium is installed")
    with chromium() as running:
        yield running


@pytest.fixture
def direction() -> np.ndarray:
    """A prompt vector (16,) near, not at, the matches' direction in `small_collection`."""
    vector = np.zeros(16, np.float32)
    vector[[0, 1]] = 0.8, 0.6
    return vector
