"""The SQL files: one statement each, a dialect's own file before the shared one."""

import os
import re
import unicodedata
from functools import cache
from pathlib import Path
from string import Template

from vecdb.errors import BadName
from vecdb.replication import replicate

FOLDER = Path(__file__).parent.parent / "sql"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
MADE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+) \((.*)\) ENGINE", re.DOTALL)
COLUMN = re.compile(r"(?:^|,)\s*(\w+) ")
# What commands and pages start with where VECDB_TABLE names nothing else.
DEFAULT_TABLE = "unsplash_25k"
# Letters that Unicode does not take apart into a Latin one and its accent.
LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l"}
    | {"Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i"}
)


def statement(name: str, dialect: str, cluster: str = "", **parts: str) -> str:
    """Return the statement `sql/<dialect>/<name>.sql`, or the shared `sql/<name>.sql`.

    Args:
        name: path below sql/ without the ending.
        dialect: "clickhouse" or "myscale".
        cluster: of many machines, whose own file `sql/cluster/<name>.sql` comes first; one that has
            none makes, changes and removes things on every node.
        parts: what `$name` stands for: table names, predicates from sql/filter, and the like.
            Values never travel this way; they are typed parameters.
    """
    if not cluster:
        return _template(name, dialect).substitute(parts)
    text = _template(name, "cluster", dialect).substitute(parts, cluster=cluster)
    return replicate(text, cluster)


@cache
def _template(name: str, *dialects: str) -> Template:
    own = [FOLDER / dialect / f"{name}.sql" for dialect in dialects]
    path = next((path for path in own if path.exists()), FOLDER / f"{name}.sql")
    lines = path.read_text("utf-8").splitlines()
    return Template("\n".join(line for line in lines if not line.startswith("--")).strip())


def schema_versions() -> list[int]:
    """Numbers of the folders under sql/schema, oldest first."""
    return sorted(int(path.name) for path in (FOLDER / "schema").iterdir() if path.is_dir())


def schema_statements(version: int) -> list[str]:
    """Names, for `statement`, of what brings a database to `version` from the one before."""
    names = sorted(path.stem for path in (FOLDER / "schema" / str(version)).glob("*.sql"))
    return [f"schema/{version}/{name}" for name in names]


@cache
def own_tables() -> frozenset[str]:
    """Names of the tables of this program, which no collection can have."""
    steps = [step for version in schema_versions() for step in schema_statements(version)]
    names = [Path(step).name.partition("_")[2] for step in steps]
    # What ends so changes every collection's own table.
    return frozenset({"schema_version", *(name for name in names if not name.endswith("_photos"))})


@cache
def own_columns() -> dict[str, frozenset[str]]:
    """Names of the columns that each of these tables is made with, by table."""
    steps = [step for version in schema_versions() for step in schema_statements(version)]
    texts = [_template(step).template for step in ("schema_version/create", *steps)]
    made = [found for text in texts if (found := MADE.match(text))]
    return {table[1]: frozenset(COLUMN.findall(table[2])) for table in made}


def default_table() -> str:
    """Return the collection that commands and pages start with: VECDB_TABLE, else unsplash_25k."""
    return os.environ.get("VECDB_TABLE") or DEFAULT_TABLE


def check_table_name(name: str) -> str:
    """Return `name` if it can be a collection's table name.

    Raises:
        BadName: it has other characters, is too long, or is one of our own tables.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in own_tables():
        raise BadName(
            f"{name!r} cannot name a collection: use letters, digits and _, at most 63, "
            "and none of " + ", ".join(sorted(own_tables())) + "."
        )
    return name


def table_name(text: str) -> str:
    """Return the table's name of a collection as people write it: "Été 2020" is Ete_2020.

    Accents are dropped, what is no letter or digit becomes one _; a digit in front gets one.

    Raises:
        BadName: no name is left, it is one of our own tables, or letters of another alphabet would
            be lost, which would make two collections one.
    """
    marked = unicodedata.normalize("NFKD", text.strip().translate(LATIN))
    plain = "".join(c for c in marked if not unicodedata.combining(c))
    if any(c.isalnum() and not c.isascii() for c in plain):
        return check_table_name(text.strip())
    name = re.sub(r"[^A-Za-z0-9_]+", "_", plain)
    name = name if NAME.fullmatch(text.strip()) else name.strip("_")
    return check_table_name(f"_{name}" if name[:1].isdigit() else name)
