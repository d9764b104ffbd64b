import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.vecdb.conftest import photos
from vecdb import connect, statements


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that makes the program one version newer, with these statements."""

    def add(**files: str) -> None:
        folder = tmp_path / "sql"
        shutil.copytree(statements.FOLDER, folder)
        (folder / "schema" / "99").mkdir()
        for name, text in files.items():
            (folder / "schema" / "99" / f"{name}.sql").write_text(text)
        monkeypatch.setattr(statements, "FOLDER", folder)
        statements._template.cache_clear()

    yield add
    statements._template.cache_clear()


def test_an_older_database_is_migrated_with_everything_in_it(tmp_path: Path, later) -> None:
    dsn = f"chdb://{tmp_path}/db"
    with connect(dsn) as database:
        database.create_collection("one", "by hand", 4).insert(photos("abcd", np.eye(4)))
        database.create_collection("two", "by hand", 4)
    later(
        **{
            "1_note": "-- A column.\nALTER TABLE concepts ADD COLUMN IF NOT EXISTS note String",
            "2_photos": "ALTER TABLE `$table` ADD COLUMN IF NOT EXISTS stars UInt8",
        }
    )
    for _ in range(2):
        with connect(dsn) as database:
            assert database.collection("one").count() == 4
            for name in ("one", "two"):
                with database._connection._client() as client:
                    columns = client.query(f"DESCRIBE TABLE {name}").result_rows
                assert "stars" in [column[0] for column in columns]
            version = database._connection.select("schema_version/read")
            assert version.column("version").to_pylist() == [99]


def test_a_migration_that_was_interrupted_is_finished(tmp_path: Path, later) -> None:
    dsn = f"chdb://{tmp_path}/db"
    with connect(dsn) as database, database._connection._client() as client:
        client.command("DROP TABLE labels")
        client.command("TRUNCATE TABLE schema_version")
    with connect(dsn) as database:
        database.create_collection("one", "by hand", 4)
        concept = database.concepts.create("hats", "one", "a hat")
        assert database.concepts.history(concept.id) == []
