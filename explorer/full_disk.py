"""Writing so that a disk that is full leaves no half of anything behind, and is named."""

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from safetensors import SafetensorError

# How libraries that write by themselves tell what the system has said to them.
NUMBER = re.compile(r"\b(?:errno|os error) (\d+)")


def write_all(file: FileIO, data: bytes) -> None:
    """Append data to an unbuffered file, all of it or none.

    Raises:
        OSError: it cannot be written.
    """
    start = file.tell()
    if file.write(data) < len(data):
        file.seek(start)
        file.truncate()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def name_place(place: Path) -> Iterator[None]:
    """Let an error of writing name the place, and give the system's reason, whoever wrote.

    Raises:
        OSError: with number, reason and file name, where the system gave a number.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        found = NUMBER.search(str(error))
        number = getattr(error, "errno", None) or (int(found[1]) if found else None)
        if number is None or getattr(error, "filename", None):
            raise
        raise OSError(number, os.strerror(number), str(place)) from error


@contextmanager
def passing_folder() -> Iterator[Path]:
    """Give a folder that goes with the block.

    Raises:
        OSError: see `name_place`; the folder for temporary files takes no more.
    """
    with name_place(Path(tempfile.gettempdir())), tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
