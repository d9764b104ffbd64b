"""What stops an ingest before or while it runs. What fails for one photo is a `Failure`."""


class IngestError(Exception):
    """The ingest cannot go on; the message names the thing and the remedy."""


def go_on_later(error: Exception) -> IngestError:
    """Return the error of a database that takes no more, with what that means for the ingest."""
    return IngestError(f"{error} What was stored is safe: the same ingest again goes on from here.")


class SourceError(IngestError):
    """The source is missing, is of no known kind, or lacks what is needed."""


class NamesNoPictures(SourceError):
    """No column of a table holds pictures or their addresses."""


class DamagedSource(IngestError):
    """The source ends or breaks in the middle; what came before it is ingested."""


class Rejected(Exception):
    """One photo cannot be ingested.

    Attributes:
        reason: a short phrase, the same for every photo that fails this way, so that it counts.
        permanent: trying again would give the same.
        mendable: trying again with another version, library or setting may not.
    """

    def __init__(self, reason: str, *, permanent: bool, mendable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.mendable = mendable


class Busy(Rejected):
    """The host asks to come back later, or the connection broke: worth another attempt.

    `broken` tells that the host gave nothing at all, or an error of its own.
    """

    def __init__(self, reason: str, wait: float | None = None, *, broken: bool = False) -> None:
        super().__init__(reason, permanent=False)
        self.wait = wait
        self.broken = broken
