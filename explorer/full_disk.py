"""Writing so that a disk that is full leaves no half of anything behind."""

import errno
import os
from io import FileIO


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
