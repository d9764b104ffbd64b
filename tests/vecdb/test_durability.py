"""Kill the writing process again and again: what it was told is stored must be there, once.

Three kills of each kind here; `VECDB_KILLS=20 python -m pytest tests/vecdb/test_durability.py`
is the full number.
"""

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from tests.warm import kill, python
from vecdb import connect

KILLS = int(os.environ.get("VECDB_KILLS", "3"))
ROOT = Path(__file__).parent.parent.parent


def killed(script: str, *arguments: str, after: float) -> list[str]:
    """Run a script, kill it some seconds after its first line, and return its lines."""
    command = [*python(), "-m", f"tests.vecdb.{script}", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after)
        kill(process)
        lines = [first, *process.stdout]
    # The last line may have been cut by the kill.
    return [line.strip() for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("kill", range(KILLS))
def test_every_acknowledged_photo_is_there_once_after_a_kill(tmp_path: Path, kill: int) -> None:
    dsn = f"chdb://{tmp_path}/db"
    pause = random.Random(kill).uniform(0.05, 0.6)
    told = [int(line) for line in killed("writer", dsn, "photos", after=pause)]
    with connect(dsn) as database:
        collection = database.collection("written")
        count = collection.count()
        ids = [f"p{at}" for at in range(count)]
        assert collection.records.known_ids(ids) == set(ids)
        assert count >= max(told)
        collection.vectors(ids)
    # Going on after the kill stores every row once, whatever the last insert came to.
    killed("writer", dsn, "photos", after=pause)
    with connect(dsn) as database:
        collection = database.collection("written")
        count = collection.count()
        assert len(collection.records.known_ids([f"p{at}" for at in range(count)])) == count


@pytest.mark.parametrize("kill", range(KILLS))
def test_every_acknowledged_label_is_there_once_after_a_kill(tmp_path: Path, kill: int) -> None:
    dsn = f"chdb://{tmp_path}/db"
    pause = random.Random(100 + kill).uniform(0.05, 0.6)
    lines = killed("writer", dsn, "labels", after=pause)
    concept, told = lines[0], int(lines[-1]) if len(lines) > 1 else 0
    with connect(dsn) as database:
        ids = [row.photo_id for row in database.concepts.history(concept)]
        assert ids == [f"p{at}" for at in range(len(ids))]
        assert len(ids) >= told
        assert database.concepts.get(concept).prompt == "a hat"


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_kill_while_the_index_is_built_costs_nothing_but_the_index(
    tmp_path: Path, kill: int
) -> None:
    dsn = f"chdb://{tmp_path}/db"
    pause = random.Random(200 + kill).uniform(0.0, 0.8)
    rows = int(killed("writer", dsn, "index", after=pause)[0])
    with connect(dsn) as database:
        collection = database.collection("written")
        assert collection.count() == rows
        vector = collection.vectors(["p7"])[0]
        assert collection.nearest(vector, 1).ids == ["p7"]
        assert collection.index.build().serves
        assert collection.nearest(vector, 1).ids == ["p7"]


def test_an_index_whose_building_was_killed_is_built_on_when_the_database_is_opened(
    tmp_path: Path,
) -> None:
    dsn = f"chdb://{tmp_path}/db"
    rows = int(killed("writer", dsn, "building", after=0.1)[0])
    with connect(dsn) as database:
        collection = database.collection("written")
        deadline = time.monotonic() + 120
        while (status := collection.index.status()).building and time.monotonic() < deadline:
            time.sleep(0.1)
        assert status.kind
        assert status.indexed == status.rows == rows
