"""Photos that failed: remembered, so that what fails for good is not asked for again."""

from collections.abc import Sequence

from encoder.pictures import reader_versions
from ingest.errors import Rejected
from ingest.manners import OPTED_OUT, Manners
from ingest.photo import Photo, clean
from vecdb import Database, Failure


class Failures:
    """The failures of one collection.

    Args:
        most_pixels: the limit of this run; None is the environment's.
        manners: of this run's downloads; what others were refused for is tried again.
    """

    def __init__(
        self,
        database: Database,
        collection: str,
        most_pixels: int | None = None,
        manners: Manners | None = None,
    ) -> None:
        self._store = database.failures
        self._collection = collection
        self._reader = reader_versions(most_pixels)
        self._manners = manners or Manners()

    def given_up(self, photos: Sequence[Photo]) -> dict[str, str]:
        """Return why photos failed for good, at the very address they have now, by their ids.

        What could not be read is tried again once something else reads pictures here, and a file
        or a picture of a table's own once it is another.
        """
        latest = self._store.latest(self._collection, [photo.id for photo in photos])
        return {
            photo.id: latest[photo.id].reason
            for photo in photos
            if photo.id in latest
            and latest[photo.id].permanent
            and latest[photo.id].reader in {"", _state(photo), self._reader + _state(photo)}
            and latest[photo.id].url == clean(photo.address)
            and not self._may_differ(latest[photo.id].reason)
        }

    def _may_differ(self, reason: str) -> bool:
        """Tell whether a host may answer these manners otherwise."""
        if reason.startswith(OPTED_OUT):
            return self._manners.ignore_opt_out
        asks_otherwise = self._manners != Manners(ignore_opt_out=self._manners.ignore_opt_out)
        return asks_otherwise and reason in {"HTTP 401", "HTTP 403", "HTTP 406"}

    def add(self, failed: Sequence[tuple[Photo, Rejected]]) -> None:
        """Keep failures, each with how often its photo has failed by now."""
        if not failed:
            return
        latest = self._store.latest(self._collection, [photo.id for photo, _ in failed])
        self._store.add(
            self._collection,
            [
                Failure(
                    photo_id=photo.id,
                    url=clean(photo.address),
                    reason=rejected.reason,
                    permanent=rejected.permanent,
                    reader=(self._reader if rejected.mendable else "") + _state(photo),
                    attempts=1 + (latest[photo.id].attempts if photo.id in latest else 0),
                )
                for photo, rejected in failed
            ],
        )


def _state(photo: Photo) -> str:
    """Return what differs once a file, or a picture that a source holds, is another."""
    if photo.payload is not None:
        return f"; {photo.picture}"
    return f"; {photo.size} bytes of {photo.modified}" if photo.size else ""
