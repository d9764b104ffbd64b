"""A head as one SQL statement, for any client of ClickHouse or MyScale."""

import re
from pathlib import Path

from .errors import ClassifierError
from .head import Head

TEMPLATE = Path(__file__).parent.parent / "sql" / "classifier" / "apply_head.sql"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")


def to_sql(head: Head, table: str) -> str:
    """Write the statement that applies a head to a whole collection.

    The numbers stand in the statement itself, since a file handed to another client carries no
    parameters; nothing else a user typed gets into it.

    Args:
        head: what to apply; its threshold decides which photos come back.
        table: name of the collection's table, `name` or `database.name`.

    Returns:
        SQL giving id and probability of every match, surest first.

    Raises:
        ClassifierError: the table's name is no plain identifier.
    """
    if not IDENTIFIER.fullmatch(table):
        raise ClassifierError(f"{table!r} is no table name; use letters, digits and underscores")
    numbers = ", ".join(f"{float(weight):.9g}" for weight in head.weights)
    filled = TEMPLATE.read_text("utf-8")
    for name, value in (
        ("table", table),
        ("weights", f"CAST([{numbers}], 'Array(Float32)')"),
        ("bias", f"({float(head.bias)!r})"),
        ("threshold", f"{float(head.threshold)!r}"),
    ):
        filled = filled.replace("{" + name + "}", value)
    return filled
