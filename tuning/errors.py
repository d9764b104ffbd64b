"""What can go wrong in tuning, each with one sentence that names the remedy."""

import re
from typing import Any


class TuningError(Exception):
    """Tuning cannot do what was asked."""


class TooFewPhotos(TuningError):
    """There are too few classes, or too few photos of a class, to learn from."""


class LossDiverged(TuningError):
    """The loss became infinite before anything was learnt."""


class NotServed(TuningError):
    """A head or a model was trained, and the measurement does not allow to serve it.

    Attributes:
        measured: what was measured, for --json.
    """

    def __init__(self, sentence: str, measured: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.measured = measured


def first_line(error: Exception) -> str:
    """Return the first line of an error's words, without its full stop and Lance's own sources."""
    words = (str(error) or type(error).__name__).splitlines()[0]
    return re.sub(r", \S+\.rs:\d+(:\d+)?", "", words).rstrip(".")
