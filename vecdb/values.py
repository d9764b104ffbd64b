"""What callers give, refused in a sentence where the database cannot hold it."""

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
