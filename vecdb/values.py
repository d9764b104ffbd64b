"""What callers give, refused in a sentence where the database cannot hold it."""

import operator
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from commandline.words import is_utf8
from vecdb.errors import BadValue

# Two of these still add up below 2^32, where the engine's numbers begin anew.
MOST = 2**31 - 1
# Parameters of statements that count photos, and the most each takes.
WHOLE = {"k": 2**32 - 1, "limit": 2**32 - 1, "skip": 2**32 - 1, "seed": 2**64 - 1}


def check_whole(name: str, value: Any, least: int, most: int) -> int:
    """Return a whole number from `least` to `most` as an int.

    Raises:
        BadValue: it is none.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if not least <= number <= most:
        raise BadValue(f"{name} must be a whole number from {least} to {most}, not {value!r:.40}.")
    return number


def check_text(name: str, value: Any) -> str:
    """Return a text.

    Raises:
        BadValue: it is none.
    """
    if not isinstance(value, str):
        raise BadValue(f"{name} must be a text, not {value!r:.40}.")
    return value


def check_ids(ids: Collection[str]) -> Collection[str]:
    """Return ids of photos, several texts; one text alone would be its letters.

    Raises:
        BadValue: they are none.
    """
    if isinstance(ids, str | bytes) or not isinstance(ids, Collection):
        raise BadValue(f"ids must be a list of texts, not {ids!r:.80}.")
    for photo in ids:
        if not isinstance(photo, str):
            raise BadValue(f"The id of a photo is a text, not {photo!r:.80}.")
    return ids


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Refuse a statement's numbers of photos that are none, and texts that are not UTF-8.

    Raises:
        BadValue: names the first.
    """
    for name in WHOLE.keys() & parameters.keys():
        check_whole(name, parameters[name], 0, WHOLE[name])
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
