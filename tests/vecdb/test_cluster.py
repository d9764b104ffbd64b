"""A database on many machines: what is sharded, what is replicated, and a shard that is down."""

from typing import Any

import numpy as np
import pytest

from tests.vecdb.conftest import many, photos
from tests.vecdb.servers import Servers, fresh_database
from vecdb import Database, Scope, connect
from vecdb.dsn import parse_dsn
from vecdb.errors import BadDsn, ShardDown
from vecdb.replication import replicate
from vecdb.statements import schema_statements, schema_versions, statement


@pytest.fixture(scope="module")
def sharded(servers: Servers):
    """A database on a cluster of one shard."""
    with fresh_database(servers.dsn("cluster")) as dsn, connect(dsn) as database:
        yield database


def ask(database: Database, text: str) -> list[Any]:
    with database._connection._client() as client:
        return [tuple(row) for row in client.query(text).result_rows]


def test_a_cluster_is_named_in_the_address_and_shards_are_left_out_only_when_asked() -> None:
    plain = parse_dsn("clickhouse://h/db?cluster=two")
    assert plain.cluster == "two"
    assert plain.options["settings"]["skip_unavailable_shards"] == 0
    lenient = parse_dsn("clickhouse://h/db?cluster=two&skip_unavailable_shards=1")
    assert lenient.options["settings"]["skip_unavailable_shards"] == 1
    assert "settings" not in parse_dsn("clickhouse://h/db").options


@pytest.mark.parametrize(
    "address",
    [
        "myscale://h/db?cluster=two",
        "clickhouse://h/db?cluster=a'b",
        "clickhouse://h/db?skip_unavailable_shards=1",
    ],
)
def test_an_address_that_names_no_cluster_is_refused(address: str) -> None:
    with pytest.raises(BadDsn, match="cluster"):
        parse_dsn(address)


def test_a_collection_lies_on_the_shards_under_a_distributed_table(sharded: Database) -> None:
    many(sharded)
    engines = dict(ask(sharded, "SELECT name, engine FROM system.tables WHERE name LIKE 'many%'"))
    assert engines == {"many": "Distributed", "many.local": "MergeTree"}
    sharded.drop_collection("many")
    assert ask(sharded, "SELECT name FROM system.tables WHERE name LIKE 'many%'") == []


def test_a_search_over_the_shards_asks_each_shards_index(sharded: Database) -> None:
    collection, _, vectors = many(sharded, 2000)
    collection.index.build()
    parts = {"table": "many", "columns": "", "where": "", "fetch": "1.0", "room": "256"}
    literal = str(vectors[0].tolist())
    text = statement("search/indexed", "clickhouse", **parts, literal=literal)
    query = text.replace("{k:UInt32}", "5")
    plan = "\n".join(str(row[0]) for row in ask(sharded, f"EXPLAIN indexes = 1 {query}"))
    assert "vector_similarity" in plan
    assert collection.nearest(vectors[0], 25, Scope(["p00000"])).ids[0] != "p00000"
    sharded.drop_collection("many")


def test_a_shards_table_is_replicated_within_its_shard_and_any_other_everywhere() -> None:
    own = replicate("CREATE TABLE IF NOT EXISTS `t.local` (id String) ENGINE = MergeTree", "c")
    assert "`t.local` ON CLUSTER `c`" in own
    assert "ReplicatedMergeTree('/clickhouse/explorer/{database}/{shard}/{table}'" in own
    shared = replicate("CREATE TABLE IF NOT EXISTS t (id String) ENGINE = MergeTree", "c")
    assert "('/clickhouse/explorer/{database}/{table}', '{shard}-{replica}')" in shared
    made = "CREATE TABLE IF NOT EXISTS t (v UInt8) ENGINE = ReplacingMergeTree(v)"
    assert replicate(made, "c").endswith("'{shard}-{replica}', v)")


def test_every_table_of_the_schema_is_made_on_every_node() -> None:
    names = [name for version in schema_versions() for name in schema_statements(version)]
    texts = [statement(name, "clickhouse", "c", table="t.local") for name in names]
    made = [text for text in texts if text.startswith("CREATE TABLE")]
    assert len(made) >= 6
    assert all("ON CLUSTER `c`" in text for text in made)
    assert all("ENGINE = Replicated" in text for text in made)
    altered = [text for text in texts if text.startswith("ALTER TABLE `")]
    assert all("`t.local` ON CLUSTER `c`" in text for text in altered)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("concepts/view", "CREATE OR REPLACE VIEW `v` ON CLUSTER `c` AS\nWITH head"),
        ("concepts/drop_view", "DROP VIEW IF EXISTS `v` ON CLUSTER `c`"),
        ("functions/dot", "CREATE FUNCTION IF NOT EXISTS dot ON CLUSTER `c` AS (v, q)"),
        ("index/build", "ALTER TABLE `t.local` ON CLUSTER `c` MATERIALIZE INDEX"),
        ("index/merge", "OPTIMIZE TABLE `t.local` ON CLUSTER `c` FINAL"),
        ("index/stop", "KILL MUTATION ON CLUSTER `c` WHERE"),
        ("photos/drop", "DROP TABLE IF EXISTS `t.local` ON CLUSTER `c` SYNC"),
    ],
)
def test_what_is_changed_alike_on_every_node_is_said_to_all(name: str, begins: str) -> None:
    text = statement(name, "clickhouse", "c", view="v", table="t.local", concept="a")
    assert text.startswith(begins)


def test_a_shard_that_is_down_is_one_sentence_and_the_others_answer_when_asked(
    servers: Servers,
) -> None:
    with fresh_database(servers.dsn("cluster")) as one:
        with connect(one) as database:
            database.create_collection("axes", "by hand", 4).insert(photos("abcd", np.eye(4)))
            with database._connection._client() as client:
                client.command("DROP TABLE axes")
        broken = one.replace("cluster=one", "cluster=broken")
        with connect(broken) as database:
            database._connection.run("photos/distribute", table="axes")
            with pytest.raises(ShardDown, match="A shard of the cluster broken did not answer"):
                database.collection("axes").nearest([1, 0, 0, 0], 2)
        with connect(f"{broken}&skip_unavailable_shards=1") as database:
            assert database.collection("axes").nearest([1, 0, 0, 0], 1).ids == ["a"]
