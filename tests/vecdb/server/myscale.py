"""What MyScale says and does otherwise, told to the embedded engine; knows 23.3 and no later."""

import re

from tests.vecdb.server.engine import Engine, EngineError

VERSION = "23.3.2.1"
ADD = re.compile(
    r"ALTER TABLE (\S+)\s+ADD VECTOR INDEX (\w+) (\w+)\s+TYPE (\w+)\('metric_type=Cosine'\)"
)
DROP = re.compile(r"ALTER TABLE (\S+)\s+DROP VECTOR INDEX (\w+)")
CALL = re.compile(r"\bdistance\(\s*\w+\s*,\s*(\[[^\]]*\]|\S+)")
# Of ClickHouse releases after 23.3, as far as the product might be tempted to use them.
LATER = re.compile(
    r"dotProduct\(|vector_similarity|groupArraySorted|vector_search_|hnsw_|cosineDistanceTransposed"
)
LATER_SETTINGS = ("vector_search_", "hnsw_", "materialize_skip_indexes_on_insert")
FILTER_FIRST = "vector_search_filter_strategy = 'prefilter'"
INDICES = """(
    SELECT database, table, name, 'vector' AS expr,
        if(granularity = 100000000, 'MSTG', 'SCANN') AS type,
        toInt64(1) AS total_parts, toInt64(1) AS parts_with_vector_index, toInt64(0) AS small_parts,
        'Built' AS status, 'localhost' AS host_name, '' AS latest_failed_part,
        '' AS latest_fail_reason
    FROM system.data_skipping_indices WHERE type_full LIKE 'vector_similarity%'
)"""
TABLES = """(
    SELECT database, name, engine, as_select, total_rows FROM system.tables
    UNION ALL SELECT 'system', 'vector_indices', '', '', NULL
)"""


class MyScale:
    """Translates statements; `open_source` knows SCANN but not MSTG, as the free server."""

    def __init__(self, engine: Engine, *, open_source: bool) -> None:
        self._engine = engine
        self._types = {"SCANN", "FLAT"} if open_source else {"MSTG", "SCANN", "FLAT"}
        engine.run(
            b"CREATE FUNCTION IF NOT EXISTS distance AS (v, q) -> cosineDistance(v, q)",
            {}, {}, "default",
        )  # fmt: skip

    def translated(self, text: str, settings: dict[str, str], database: str) -> list[str]:
        """Return what the engine must run instead, in order; the last one gives the answer."""
        self._refuse(text, settings)
        if added := ADD.search(text):
            return self._add(*added.groups(), database=database)
        if dropped := DROP.search(text):
            return ["ALTER TABLE {} DROP INDEX {}".format(*dropped.groups())]
        if "PREWHERE" in text and "distance(" in text:
            # MyScale filters before the search; the engine by default after it.
            text = re.sub(r"(ORDER BY dist\s+LIMIT \S+)", rf"\1 SETTINGS {FILTER_FIRST}", text)
        text = text.replace("system.vector_indices", INDICES)
        return [text.replace("version()", f"'{VERSION}'").replace("system.tables", TABLES)]

    def _refuse(self, text: str, settings: dict[str, str]) -> None:
        if later := LATER.search(text):
            raise EngineError(f"Code: 46. DB::Exception: Unknown function {later.group()}")
        for name in settings:
            if name.startswith(LATER_SETTINGS):
                raise EngineError(f"Code: 115. DB::Exception: Unknown setting {name}")
        if "CREATE FUNCTION" in text:
            if re.search(r"FUNCTION (IF NOT EXISTS )?distance\b", text):
                raise EngineError(
                    "Code: 609. DB::Exception: The function 'distance' already exists"
                )
            return
        for call in CALL.finditer(text):
            if not re.fullmatch(r"\[-?\d+\.\d+(,-?\d+\.\d+)*\]", call.group(1)):
                raise EngineError("Code: 43. DB::Exception: distance() needs an array of Float32")
            if not re.search(r"ORDER BY dist\s+LIMIT", text):
                raise EngineError("Code: 48. DB::Exception: distance() needs ORDER BY and LIMIT")

    def _add(self, table: str, name: str, column: str, kind: str, *, database: str) -> list[str]:
        if kind not in self._types:
            raise EngineError(f"Code: 80. DB::Exception: Unknown index type: {kind}")
        ddl, _ = self._engine.run(f"SHOW CREATE TABLE {table}".encode(), {}, {}, database)
        found = re.search(rb"length\(vector\) = (\d+)", ddl)
        if not found:
            raise EngineError("Code: 36. DB::Exception: The column has no length constraint")
        # The granularity remembers which of the two it was.
        granularity = 100_000_000 if kind == "MSTG" else 99_999_999
        index = f"vector_similarity('hnsw', 'cosineDistance', {found.group(1).decode()})"
        return [
            f"ALTER TABLE {table} ADD INDEX {name} {column} TYPE {index} GRANULARITY {granularity}",
            f"ALTER TABLE {table} MATERIALIZE INDEX {name} SETTINGS mutations_sync = 2",
        ]
