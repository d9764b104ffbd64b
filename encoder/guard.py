"""Whatever a model raises, said in one sentence."""

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from encoder.errors import EncoderError

DOES = {
    "encode_texts": "encode these words",
    "encode_images": "encode these pictures",
    "encode_prepared": "encode these pictures",
    "prepare": "prepare this picture",
}
NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")
SENTENCE = re.compile(r"\. (?=[A-Z])")
LONGEST = 120
Guarded = TypeVar("Guarded", bound=type)


def fail_in_a_sentence(of: Guarded) -> Guarded:
    """Let a class of encoders raise nothing but EncoderErrors, whatever its models raise."""
    for name, what in DOES.items():
        setattr(of, name, _guard(vars(of)[name], what))
    return of


@contextmanager
def one_sentence(name: str, what: str, *own: type[Exception]) -> Iterator[None]:
    """Say what the block raises in a sentence: which encoder could not do what, and why.

    Args:
        own: errors that are sentences already, beside EncoderErrors.

    Raises:
        EncoderError: the block's own, or that sentence.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, (EncoderError, *own)):
            raise
        lines = str(error).strip().splitlines()
        reason = f"{type(error).__name__}{f': {lines[0]:.200}' if lines else ''}"
        remedy = "try again with more memory free, or fetch the model's files anew"
        if isinstance(error, PermissionError):
            remedy = "let this user read the model's files"
        if "partially initialized" in reason:  # Ctrl-C while a library was imported
            remedy = "its libraries were stopped while they loaded: start this program anew"
        raise EncoderError(f"The encoder {name} could not {what} ({reason}): {remedy}.") from error


@contextmanager
def blame(refuse: Callable[[str], EncoderError]) -> Iterator[None]:
    """Blame the model for what the block raises, unless memory ended or it is a sentence already.

    Args:
        refuse: makes an error of what was raised.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, EncoderError) or lacks_memory(error):
            raise
        raise refuse(shorten(error)) from error


def lacks_memory(error: Exception) -> bool:
    """Tell whether an error says that memory ended, here or on a device."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or any(told in words for told in NO_MEMORY)


def shorten(error: Exception) -> str:
    """Return what matters of an error's words, without a full stop.

    That is their first line, or two where it ends in a colon, and of it the first sentence, with
    those behind it that fit in LONGEST characters.
    """
    words = "" if isinstance(error, KeyError) else str(error).strip()  # a key alone says nothing
    line, *more = (part.strip() for part in (words or repr(error)).splitlines())
    if line.endswith(":") and more:
        line = f"{line} {more[0]}"
    first, *others = SENTENCE.split(line)
    short = f"{first:.200}"
    for other in others:
        if len(short) + len(other) > LONGEST:
            break
        short += f". {other}"
    return short.rstrip(".:")


def _guard(method: Callable[..., Any], what: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *given: Any, **named: Any) -> Any:
        with one_sentence(self.name, what):
            return method(self, *given, **named)

    return call
