"""Where a source lies: on this machine, or far away through fsspec."""

import os
from pathlib import Path
from typing import Any, cast

from ingest.errors import SourceError
from vecdb.addresses import path_of

# What fsspec needs for an address, by its scheme.
PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "hf": "huggingface_hub",
    "http": "aiohttp",
    "https": "aiohttp",
    "az": "adlfs",
    "abfs": "adlfs",
}
# Where pictures are read from, too; memory is this process's own.
STORES = {*PACKAGES.keys() - {"http", "https"}, "memory"}
QUOTES = ('"', "'")


def is_far(source: str | Path) -> bool:
    """Tell whether a source is an address of another machine."""
    return "://" in str(source) and not str(source).lower().startswith("file:")


def is_in_store(address: str) -> bool:
    """Tell whether an address is one of an object store's."""
    return address.partition("://")[0].lower() in STORES


def find_place(source: str | Path) -> Path:
    """Return a source as a path that can be opened, wherever it is.

    Args:
        source: a path, with `~` and in quotes where a person has typed it so, a `file:` address, or
            one of s3, gs, hf, http, https and what else fsspec knows. `-` stays as it is, and is
            what standard input is under other names, such as /dev/stdin.

    Raises:
        SourceError: none is given, the scheme is unknown, its package is missing, the place does
            not answer, or it is another pipe.
    """
    text = str(source).strip() if isinstance(source, str) else str(source)
    if len(text) > 1 and text[0] == text[-1] and text[0] in QUOTES:
        text = text[1:-1]
    if not text:
        raise SourceError(
            "No source is given: name a table, a tar or a folder, such as ~/Pictures."
        )
    if is_far(text):
        return _far(text)
    if text.lower().startswith("file:"):
        return path_of(text)
    found = Path(os.path.expanduser(text))  # which leaves the ~ of an unknown user as it is
    try:
        is_pipe = found.is_fifo() or found.is_char_device()
    except OSError:  # what may not be looked at is told where it is read
        return found
    return _read_pipe(found) if is_pipe else found


def _read_pipe(place: Path) -> Path:
    """Return standard input, which a pipe must be: it can be read once, and is looked at twice."""
    if os.path.exists("/dev/stdin") and os.path.samefile(place, "/dev/stdin"):
        return Path("-")
    raise SourceError(
        f"{place} is a pipe or device: give - as the source and the pipe as standard input, as in "
        "`- < PIPE` or `- < <(COMMAND)`."
    )


def find_anew(source: str | Path) -> Path:
    """Return a source as `find_place` does, to be listed as it is now and not as it was before."""
    place: Any = find_place(source)
    if is_far(str(place)):
        place.fs.invalidate_cache()
    return cast(Path, place)


def exists(place: Path) -> bool:
    """Tell whether a source is there.

    Raises:
        SourceError: it is far away and does not answer.
    """
    if not is_far(str(place)):
        return place.exists()
    try:
        return place.exists()
    except Exception as error:  # each of fsspec's packages has its own
        raise unreadable(str(place), error) from error


def _far(address: str) -> Path:
    scheme = address.partition("://")[0].lower()
    try:
        from upath import UPath

        found = UPath(address)
        assert found.fs, "the scheme's package is loaded here"
        return cast(Path, found)
    except ImportError as error:
        package = PACKAGES.get(scheme, scheme)
        raise SourceError(
            f"{address} cannot be read without the package {package}: pip install {package}."
        ) from error
    except ValueError as error:
        raise SourceError(
            f"{address} has the unknown scheme {scheme}: give a path, or an address of s3, gs, hf "
            "or https."
        ) from error
    except Exception as error:  # each of fsspec's packages has its own
        raise unreadable(address, error) from error


def unreadable(address: str, error: Exception) -> SourceError:
    """Return the sentence for a place far away that does not answer or refuses."""
    reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
    return SourceError(
        f"{address} cannot be read ({reason}): check the address and your access to it."
    )
