"""Whatever a model raises ends as one sentence: each model has exceptions of its own."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from encoder.errors import EncoderError

Given = ParamSpec("Given")
Result = TypeVar("Result")
Method = Callable[Concatenate[Any, Given], Result]


@contextmanager
def one_sentence(name: str, what: str) -> Iterator[None]:
    """Let nothing but an EncoderError out.

    Args:
        name: the encoder's.
        what: it could not do, such as "be loaded".
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


def guarded(what: str) -> Callable[[Method[Given, Result]], Method[Given, Result]]:
    """Let a method of an encoder raise nothing but an EncoderError.

    Args:
        what: the method does, such as "encode these words".
    """

    def wrap(method: Method[Given, Result]) -> Method[Given, Result]:
        @functools.wraps(method)
        def call(encoder: Any, /, *given: Given.args, **named: Given.kwargs) -> Result:
            with one_sentence(encoder.name, what):
                return method(encoder, *given, **named)

        return call

    return wrap
