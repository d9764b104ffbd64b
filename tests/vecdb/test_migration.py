from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.vecdb.conftest import photos
from vecdb import Condition, Database, Filter, Scope, connect, parse_condition, statements

OLD = Path(__file__).parent / "data" / "photos_1.sql"


def make_old(database: Database, versions: str = "1") -> None:
    """Turn an empty database into one as the first schema had it, with two photos."""
    database.create_collection("old", "by hand", 4)
    lines = OLD.read_text("utf-8").replace("$table", "old").replace("$dim", "4").splitlines()
    rows = photos(
        "ab",
        np.eye(4)[:2],
        width=pa.array([3, 0], pa.uint32()),
        height=pa.array([2, 0], pa.uint32()),
        taken=pa.array([datetime(2020, 1, 2), datetime(1970, 1, 1)], pa.timestamp("s", "UTC")),
        views=pa.array([7, 0], pa.uint64()),
        downloads=pa.array([0, 0], pa.uint64()),
        label=["dog", ""],
        extra=pa.array([[("iso", "400")], []], pa.map_(pa.string(), pa.string())),
    )
    with database._connection._client() as client:
        client.command("DROP TABLE old")
        client.command("\n".join(line for line in lines if not line.startswith("--")))
        client.command("TRUNCATE TABLE schema_version")
        client.command("INSERT INTO schema_version (version) VALUES (1)")
    vectors = pa.array(rows.column("vector").to_pylist(), pa.large_list(pa.float32()))
    at = rows.column_names.index("vector")
    database._connection.insert("old", rows.set_column(at, "vector", vectors))


@pytest.mark.parametrize("stopped_after", [0, 1, 2])
def test_a_database_of_the_first_schema_keeps_everything_and_knows_what_is_unknown(
    tmp_path: Path, stopped_after: int
) -> None:
    dsn = f"chdb://{tmp_path}/db"
    with connect(dsn) as database:
        make_old(database)
        for name in [n for n in statements.schema_statements(2) if n.endswith("_photos")][
            :stopped_after
        ]:
            database._connection.run(name, table="old")
    with connect(dsn) as database:
        collection = database.collection("old")
        known, unknown = collection.photos(["a", "b"])
        assert (known["width"], known["views"], known["label"]) == (3, 7, "dog")
        assert known["taken"] == datetime(2020, 1, 2, tzinfo=timezone.utc)
        assert known["extra"] == {"iso": "400"}
        for name in ("width", "height", "taken", "views", "downloads", "label", "added_at"):
            assert unknown[name] is None
        assert collection.vectors(["a", "b"]).tolist() == np.eye(4)[:2].tolist()
        assert collection.moments().mean.tolist() == [0.5, 0.5, 0, 0]
        assert collection.count(Scope(where=Filter(conditions=(parse_condition("iso>=400"),)))) == 1
        collection.insert(photos("c", np.eye(4)[2:3], taken=[datetime(1912, 4, 14)]))
        assert (
            collection.count(Scope(where=Filter(conditions=(Condition("taken", "<", "1970"),))))
            == 1
        )
        assert collection.photos(["c"])[0]["added_at"] is not None
