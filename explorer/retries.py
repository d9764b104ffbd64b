"""Failed photos, to be tried again: from the source that named them, where it is known."""

from collections.abc import Iterable

from ingest import Options, Photo
from ingest.photo import clean
from ingest.sources import Source
from vecdb import Database

MOST = 1_000_000


def failed_photos(
    database: Database, table: str, reason: str, source: str, options: Options
) -> Iterable[Photo]:
    """Return the photos that are missing from a collection because they failed.

    Args:
        reason: only those that failed for it; all where empty.
        source: named them, with all that it says of them; where empty, they come from their
            addresses alone.
        options: how the source is read.

    Raises:
        SourceError: the source is gone, or cannot be read.
    """
    failed = database.failures.list(table, reason=reason, limit=MOST)
    if not source:
        return [Photo(failure.photo_id, failure.url) for failure in failed if failure.url]
    ids = {failure.photo_id for failure in failed}
    urls = {failure.url for failure in failed if failure.url}
    photos = Source(source, options.table(), exclude=options.exclude)
    return (photo for photo in photos if clean(photo.address) in urls or photo.id in ids)
