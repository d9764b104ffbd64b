import json
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
import pytest

from tests.warm import python
from vecdb import Database
from vecdb.cluster import drop_photos
from vecdb.dsn import parse_dsn
from vecdb.statements import own_tables

ROOT = Path(__file__).parent.parent.parent
TABLES = own_tables() - {"schema_version"}
USER, PASSWORD = "tester", "s3cret/word"


class Servers:
    """Test servers, one process for each flavour, started when first asked for."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._running: dict[str, tuple[subprocess.Popen[str], int]] = {}

    def port(self, flavour: str) -> int:
        if flavour not in self._running:
            folder = self._folders.mktemp(flavour)
            command = [*python(), "-m", "tests.vecdb.server", str(folder)]
            command += ["--flavour", flavour, "--user", USER, "--password", PASSWORD]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            self._running[flavour] = process, int(process.stdout.readline())
        return self._running[flavour][1]

    def dsn(self, flavour: str) -> str:
        scheme = "clickhouse" if flavour in ("clickhouse", "cluster") else "myscale"
        password = PASSWORD.replace("/", "%2F")
        named = "?cluster=one" if flavour == "cluster" else ""
        return f"{scheme}://{USER}:{password}@127.0.0.1:{self.port(flavour)}/default{named}"

    def plan(self, flavour: str, **fault: Any) -> None:
        """Let something go wrong; see tests.vecdb.server.faults.Fault."""
        self._post(flavour, "fault", json.dumps(fault).encode())

    def seen(self, flavour: str) -> list[str]:
        """Beginnings of the statements asked since the fault was planned."""
        found: list[str] = json.loads(self._post(flavour, "seen", b""))
        return found

    def stop(self) -> None:
        for process, _ in self._running.values():
            process.kill()
            process.communicate()

    def _post(self, flavour: str, path: str, body: bytes) -> bytes:
        address = f"http://127.0.0.1:{self.port(flavour)}/{path}"
        with urllib.request.urlopen(urllib.request.Request(address, body)) as answer:
            return bytes(answer.read())


def emptied(database: Database) -> None:
    """Drop every collection and forget everything else."""
    for info in database.collections():
        drop_photos(database._connection, info.name)
    with database._connection._client() as client:
        filled = client.query(
            "SELECT DISTINCT table FROM system.parts WHERE active AND database = currentDatabase()"
        )
        for (table,) in filled.result_rows:
            if table in TABLES:
                client.command(f"TRUNCATE TABLE {table}")


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Make a database on a server, yield its address, and drop it."""
    name = f"vecdb_test_{uuid.uuid4().hex[:12]}"
    parsed = parse_dsn(server)
    client = clickhouse_connect.get_client(**parsed.options)
    everywhere = f" ON CLUSTER `{parsed.cluster}`" if parsed.cluster else ""
    client.command(f"CREATE DATABASE {name}{everywhere}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        client.command(f"DROP DATABASE {name}{everywhere}")
        client.close()
