"""Statements that every node of a cluster carries out alike, written for all."""

import re

CREATE = re.compile(r"CREATE TABLE IF NOT EXISTS `?([\w.]+)`?")
ENGINE = re.compile(r"ENGINE = (\w*)MergeTree(?:\((\w+)\))?")
# What needs no more than the cluster's name, unlike a table that is made.
PLAIN = re.compile(
    r"(ALTER|OPTIMIZE) TABLE `\w+\.local`|DROP TABLE IF EXISTS `[\w.]+`|KILL MUTATION"
    r"|(CREATE OR REPLACE|DROP) VIEW (IF EXISTS )?`\w+`|CREATE FUNCTION IF NOT EXISTS \w+"
)


def replicate(text: str, cluster: str) -> str:
    """Return a statement that makes, changes or removes something, for every node.

    One that names the cluster itself stays as it is.
    A table of a shard is replicated within its shard, any other to every node. The nodes' macros
    {shard} and {replica} tell them apart.
    """
    if "ON CLUSTER" in text:
        return text
    if plain := PLAIN.match(text):
        return text.replace(plain[0], f"{plain[0]} ON CLUSTER `{cluster}`", 1)
    made = CREATE.match(text)
    if made is None:
        return text
    own = made[1].endswith(".local")
    place = "/{shard}/{table}', '{replica}'" if own else "/{table}', '{shard}-{replica}'"

    def name_engine(engine: re.Match[str]) -> str:
        more = f", {engine[2]}" if engine[2] else ""
        path = f"'/clickhouse/explorer/{{database}}{place}"
        return f"ENGINE = Replicated{engine[1]}MergeTree({path}{more})"

    text = text.replace(made[0], f"CREATE TABLE IF NOT EXISTS `{made[1]}` ON CLUSTER `{cluster}`")
    return ENGINE.sub(name_engine, text, count=1)
