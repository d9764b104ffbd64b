"""Whatever a model raises, said in one sentence."""

import functools
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
Guarded = TypeVar("Guarded", bound=type)


def fail_in_a_sentence(of: Guarded) -> Guarded:
    """Let a class of encoders raise nothing but EncoderErrors, whatever its models raise."""
    for name, what in DOES.items():
        setattr(of, name, _guard(vars(of)[name], what))
    return of


@contextmanager
def one_sentence(name: str, what: str) -> Iterator[None]:
    """Say what the block raises in a sentence: which encoder could not do what, and why.

    Raises:
        EncoderError: the block's own, or that sentence.
    """
    try:
        yield
    except EncoderError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = f"{type(error).__name__}{f': {lines[0]:.200}' if lines else ''}"
        raise EncoderError(
            f"The encoder {name} could not {what} ({reason}): try again with more memory free, or "
            "fetch the model's files anew."
        ) from error


def _guard(method: Callable[..., Any], what: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *given: Any, **named: Any) -> Any:
        with one_sentence(self.name, what):
            return method(self, *given, **named)

    return call
