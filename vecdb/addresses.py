"""Where a photo's stored address leads on this machine: the one reader of `url` as a file."""

import os
import re
import sys
import unicodedata
from pathlib import Path
from urllib.parse import unquote_to_bytes

FILE = re.compile(r"file:(?://(?:localhost(?=/)|(?=/)))?", re.IGNORECASE)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two characters or more: one is a drive's letter
DRIVE = re.compile(r"/(?=[A-Za-z]:)")


def local_path(url: str) -> Path | None:
    """Return the path of the file that an address names; None where it is no file's.

    Ingest stores file addresses percent-encoded; those of other hands may be written plainly, with
    spaces, # or %, and their accents composed or not: of all these the file that exists is meant.

    Args:
        url: a `file:` address, or a path as it is.
    """
    if not url or "\0" in url:
        return None
    match = FILE.match(url)
    if not match:
        return None if SCHEME.match(url) else _spell(url)
    text = url[match.end() :]
    if sys.platform == "win32":
        text = DRIVE.sub("", text, count=1)
    # Bytes first: a name that is not UTF-8 is encoded byte by byte.
    decoded = _spell(os.fsdecode(unquote_to_bytes(text.encode("utf-8", "surrogateescape"))))
    if "%" in text and not _exists(decoded):
        plain = _spell(text)
        return plain if _exists(plain) else decoded
    return decoded


def path_of(text: str) -> Path:
    """Return the path that an address names; any other text is a path as it is."""
    return local_path(text) or Path(text)


def local_file(url: str) -> Path | None:
    """Return the path of the file that an address names, where it exists; else None."""
    path = local_path(url)
    try:
        return path if path is not None and path.is_file() else None
    except (OSError, ValueError):
        return None  # a name too long for the disk, or a folder that may not be entered


def _spell(text: str) -> Path:
    """Return the path, each name in the form (composed or not) that the disk holds it in."""
    path = Path(text)
    if text.isascii() or _exists(path):
        return path
    found = Path(path.anchor)
    for name in path.relative_to(path.anchor).parts:
        forms = (found / unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
        found = next(filter(_exists, [found / name, *forms]), found / name)
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False  # a name too long for the disk, or a folder that may not be entered
