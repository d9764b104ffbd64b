"""What callers give, refused in a sentence where the database cannot hold it."""

import operator
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from commandline.words import is_utf8
from vecdb.errors import BadValue


def check_texts(parameters: Mapping[str, Any]) -> None:
    """Refuse texts of a statement's parameters, alone or in lists, that are not UTF-8.

    Raises:
        BadValue: names the first.
    """
    for value in parameters.values():
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and not text.isascii() and not is_utf8(text):
                raise BadValue(f"{text!a:.80} is not text in UTF-8, as all names and ids are.")


def check_count(k: Any) -> int:
    """Return how many photos are asked for.

    Raises:
        BadValue: it is no whole number from 0 on.
    """
    try:
        number = operator.index(k)
    except TypeError:
        number = -1
    if number < 0:
        raise BadValue(f"How many photos to return is a whole number from 0 on, not {k!r:.40}.")
    return number


@contextmanager
def blame_values(what: str) -> Iterator[None]:
    """Say of what Arrow does not take in the block that it cannot be stored.

    Raises:
        BadValue: names the value, or tells what Arrow says of it.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        raise BadValue(
            f"{what} cannot be stored: {error.object!a:.80} is not text in UTF-8."
        ) from error
    except (TypeError, ValueError, OverflowError) as error:  # Arrow's own are among these
        raise BadValue(f"{what} cannot be stored: {str(error).rstrip('.')}.") from error
