import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.vecdb.conftest import photos, unit
from tests.vecdb.servers import PASSWORD, Servers, fresh_database
from tests.warm import python
from vecdb import connect

ROOT = Path(__file__).parent.parent.parent


def vecdb(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*python(), "-m", "vecdb", *arguments],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120,
    )  # fmt: skip


@pytest.fixture(params=["chdb", "open-source"])
def dsn(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path):
    if request.param == "chdb":
        yield f"chdb://{tmp_path}/db"
    else:
        with fresh_database(servers.dsn(request.param)) as address:
            yield address


def test_an_index_is_built_shown_and_dropped(dsn: str) -> None:
    with connect(dsn) as database:
        database.create_collection("axes", "by chance", 8).insert(
            photos([f"p{at}" for at in range(300)], unit(300, 8))
        )
    before = vecdb("status", "--dsn", dsn)
    assert before.returncode == 0, before.stderr
    assert "axes: 300 photos, 8-d by by chance; no index" in before.stdout
    built = vecdb("index", VECDB_DSN=dsn, VECDB_TABLE="axes")
    assert built.returncode == 0, built.stderr
    assert "over 300 of 300" in built.stdout
    shown = vecdb("status", "--dsn", dsn, "--json")
    state = json.loads(shown.stdout)
    assert PASSWORD not in shown.stdout
    kind = state["collections"][0]["index"]["kind"]
    # The open-source server knows no MSTG.
    assert kind.startswith("vector_similarity" if dsn.startswith("chdb") else "SCANN")
    dropped = vecdb("drop-index", "--dsn", dsn, "--table", "axes")
    assert dropped.returncode == 0, dropped.stderr
    assert "no index" in dropped.stdout
    again = vecdb("drop-index", "--dsn", dsn, "--table", "axes", "--json")
    assert json.loads(again.stdout)["kind"] == ""
    assert "no index" in again.stderr


def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    for arguments in (["index", "--table", "nowhere"], ["status", "--table", "nowhere"]):
        failed = vecdb(*arguments, "--dsn", f"chdb://{tmp_path}/db")
        assert failed.returncode == 1
        assert "no collection 'nowhere'" in failed.stderr
        assert failed.stderr.count("\n") == 1
    failed = vecdb("status", "--dsn", "clickhouse://nobody:x@localhost:1/x")
    assert failed.returncode == 1
    assert "did not answer" in failed.stderr
    assert failed.stderr.count("\n") == 1
    failed = vecdb("status", "--dsn", "sqlite:///x")
    assert failed.returncode == 1
    assert "'sqlite', which is not known" in failed.stderr


def test_bad_usage_is_exit_code_2() -> None:
    assert vecdb("polish").returncode == 2


@pytest.mark.parametrize("rows", ["500", "1199"])
def test_fewer_photos_than_the_benchmark_excludes_are_bad_usage(rows: str) -> None:
    command = [*python(), "-m", "vecdb.benchmark", "--rows", rows, "--json"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert refused.returncode == 2
    assert f"argument --rows: {rows} is not 1200 or more" in refused.stderr
