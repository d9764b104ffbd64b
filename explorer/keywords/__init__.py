"""Keywords of a concept in sidecars beside local originals, for photo managers to read."""

from explorer.keywords.sidecars import (
    Undone,
    Written,
    describe_undone,
    describe_written,
    undo_keywords,
    write_keywords,
)

__all__ = [
    "Undone",
    "Written",
    "describe_undone",
    "describe_written",
    "undo_keywords",
    "write_keywords",
]
