"""What a cluster of one shard needs of the embedded engine: a cluster of that name, and statements
for all nodes run on the one there is. Replicated tables and ON CLUSTER need ZooKeeper: such a
statement is read by the engine's own parser first, and then run without them.
"""

import re
from pathlib import Path

from tests.vecdb.server.engine import Engine

# The second shard of `broken` is never there.
CONFIG = """<clickhouse><tcp_port>9000</tcp_port><remote_servers>
<one><shard><replica><host>localhost</host><port>9000</port></replica></shard></one>
<broken>
<shard><replica><host>localhost</host><port>9000</port></replica></shard>
<shard><replica><host>127.0.0.1</host><port>9</port></replica></shard>
</broken>
</remote_servers></clickhouse>"""
ON_CLUSTER = re.compile(r" ON CLUSTER `\w+`")
REPLICATED = re.compile(r"Replicated(\w*)MergeTree\('[^']*', '[^']*'(?:, (\w+))?\)")


def write_config(directory: Path) -> str:
    """Write the clusters' definition beside the data; return what the engine is opened with."""
    file = directory / "clusters.xml"
    file.write_text(CONFIG, "utf-8")
    return f"{directory}/data?config-file={file}"


class Cluster:
    """Translates statements for all nodes to the one there is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def translated(
        self, text: str, settings: dict[str, str], parameters: dict[str, str], database: str
    ) -> str:
        """Return what the engine must run instead."""
        if not ON_CLUSTER.search(text):
            return text
        self._engine.run(f"EXPLAIN AST {text}".encode(), settings, parameters, database)
        text = REPLICATED.sub(
            lambda made: f"{made[1]}MergeTree" + (f"({made[2]})" if made[2] else ""), text
        )
        return ON_CLUSTER.sub("", text)
