"""Photos that failed: remembered, so that what fails for good is not asked for again."""

from collections.abc import Sequence

from ingest.errors import Rejected
from ingest.photo import Photo
from vecdb import Database


class Failures:
    """The failures of one collection; not kept until the database has a place for them."""

    def __init__(self, database: Database, collection: str) -> None:
        self._collection = collection

    def given_up(self, photos: Sequence[Photo]) -> set[str]:
        """Return the ids that failed for good, at the very address they have now."""
        return set()

    def add(self, failed: Sequence[tuple[Photo, Rejected]]) -> None:
        """Keep failures, each with how often its photo has failed by now."""
