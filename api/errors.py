"""Every error as a status and one sentence; nothing of Python's own leaves the server."""

import logging

from classifier import ClassifierError
from encoder import EmptyText, EncoderError, TextTooLong
from explorer.errors import (
    BadInput,
    ExplorerError,
    NotAllowed,
    NothingThere,
    NothingToTurn,
)
from vecdb import VecdbError
from vecdb.errors import BadName, BadVector, UnknownCollection, UnknownConcept, UnknownPhoto

LOG = logging.getLogger("api")
MALFORMED = (EmptyText, TextTooLong, ClassifierError, BadInput, BadVector, BadName)
UNKNOWN = (NothingThere, UnknownCollection, UnknownConcept, UnknownPhoto)


class Refused(Exception):
    """A request that is not answered as asked: an HTTP status and one sentence."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}


def described(error: Exception) -> Refused:
    """Return the status and the sentence that an error is answered with."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, MALFORMED):
        return Refused(400, _sentence(error))
    if isinstance(error, UNKNOWN):
        return Refused(404, _sentence(error))
    if isinstance(error, NotAllowed):
        return Refused(403, _sentence(error))
    if isinstance(error, NothingToTurn):
        return Refused(409, _sentence(error))
    if isinstance(error, EncoderError | VecdbError | ExplorerError):
        return Refused(503, _sentence(error))
    LOG.error("a request failed", exc_info=error)
    return Refused(500, "The server could not answer this request; its log says why.")


def _sentence(error: Exception) -> str:
    text = str(error).strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
