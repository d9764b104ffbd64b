"""Keywords of a concept in sidecars beside local originals, for photo managers to read."""

from explorer.keywords.journal import latest_journal
from explorer.keywords.report import describe_undone, describe_written
from explorer.keywords.undoing import undo_keywords
from explorer.keywords.writing import write_keywords

__all__ = [
    "describe_undone",
    "describe_written",
    "latest_journal",
    "undo_keywords",
    "write_keywords",
]
