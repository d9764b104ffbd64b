"""Every error as a status and one sentence; nothing of Python's own leaves the server."""

import logging

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.sentences import sentence_of
from classifier import ClassifierError
from encoder import EmptyText, EncoderError, TextTooLong
from explorer.errors import (
    BadInput,
    ExplorerError,
    MovedOn,
    NotAllowed,
    NothingThere,
    NothingToTurn,
)
from vecdb import VecdbError
from vecdb.errors import (
    BadCondition,
    BadName,
    BadPhotos,
    BadVector,
    DiskFull,
    EncoderMismatch,
    NotFitted,
    UnknownClasses,
    UnknownCollection,
    UnknownConcept,
    UnknownPhoto,
)

LOG = logging.getLogger("api")
MALFORMED = (
    *(EmptyText, TextTooLong, ClassifierError, BadInput),
    *(BadCondition, BadName, BadPhotos, BadVector),
)
UNKNOWN = (NothingThere, UnknownClasses, UnknownCollection, UnknownConcept, UnknownPhoto)
CONFLICTS = (MovedOn, NothingToTurn, EncoderMismatch, NotFitted)


class Refused(HTTPException):
    """A request that is not answered as asked: an HTTP status and one sentence."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, sentence, headers)

    def __str__(self) -> str:
        return str(self.detail)


def describe_error(error: Exception) -> Refused:
    """Return the status and the sentence that an error is answered with.

    What only the server's owner can mend goes to the log: its words hold paths and statements.
    """
    if isinstance(error, Refused):
        return error
    if isinstance(error, RequestValidationError):
        return Refused(400, sentence_of(error.errors()))
    if isinstance(error, HTTPException) and error.status_code == 400:
        return Refused(400, "The request's body is not JSON.")
    if isinstance(error, MALFORMED):
        return Refused(400, _sentence(error))
    if isinstance(error, NotAllowed):
        return Refused(403, _sentence(error))
    if isinstance(error, UNKNOWN):
        return Refused(404, _sentence(error))
    if isinstance(error, CONFLICTS):
        return Refused(409, _sentence(error))
    if isinstance(error, ExplorerError):
        return Refused(503, _sentence(error))
    LOG.error("a request failed", exc_info=error)
    if isinstance(error, EncoderError):
        return Refused(503, "The encoder cannot be used now; the server's log says why.")
    if isinstance(error, DiskFull):
        return Refused(503, "The database's disk takes no more: make room, then do this again.")
    if isinstance(error, VecdbError):
        return Refused(503, "The database cannot be used now; the server's log says why.")
    return Refused(500, "The server could not answer this request; its log says why.")


def _sentence(error: Exception) -> str:
    text = str(error).strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
