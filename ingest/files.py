"""What can be told of a photo's file without reading the picture."""

import os
from dataclasses import replace
from pathlib import Path

from encoder.fingerprint import digest_file
from ingest.photo import Photo
from vecdb.addresses import local_path, path_of


def look_at_file(photo: Photo) -> Photo:
    """Return a photo with its file's time and size, where it is a file here."""
    if photo.size or photo.payload is not None or photo.is_remote or not photo.address:
        return photo
    try:
        found = path_of(photo.address).stat()
    except (OSError, ValueError):
        return photo  # the fetch will say why it cannot be read
    return replace(photo, modified=found.st_mtime, size=found.st_size)


def file_digest(address: str) -> str:
    """Return the sha256 of a file in hex, empty where it cannot be read."""
    try:
        return digest_file(path_of(address))
    except (OSError, ValueError):
        return ""


def is_there(url: str) -> bool:
    """Tell whether an address is that of a file that may be here."""
    path = local_path(url)
    return path is not None and not is_gone(path)


def is_gone(path: Path) -> bool:
    """Tell whether there is surely no such file: one that may not be looked at is not gone."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False
