"""What the app does, free of Streamlit and of HTTP: rounds, queries, audits, exports, jobs."""

import commandline.limits  # noqa: F401  # before numpy and its kind
from explorer.errors import BadInput, ExplorerError, MovedOn
from explorer.explorer import Explorer, default_table
from explorer.page import Page
from explorer.query import Query
from explorer.ranking import Ranked, rank
from explorer.rounds import Rounds
from explorer.settings import Settings, Tile

__all__ = [
    "BadInput",
    "Explorer",
    "ExplorerError",
    "MovedOn",
    "Page",
    "Query",
    "Ranked",
    "Rounds",
    "Settings",
    "Tile",
    "default_table",
    "rank",
]
