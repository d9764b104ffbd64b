"""What people drop on the app: kept in a folder of their collection, to be ingested from there."""

import glob
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from explorer.full_disk import name_place
from ingest.errors import SourceError
from ingest.sources.kinds import has_picture_ending
from ingest.sources.listings import NAMES
from ingest.sources.text import is_table
from vecdb import Store

ZIP = ".zip"
TABLES = {".parquet", ".arrow", ".feather", ZIP}
LISTS = {".txt", ".json"}  # which are about the pictures where some are dropped along
MOST_UNPACKED = 4 << 30  # bytes of one zip
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


def keep_uploads(store: Store, table: str, files: Sequence[Any]) -> list[Path]:
    """Write dropped files to a folder of their collection, beside the store.

    The names are the browser's: only their last part is used, so none can climb out. Where another
    file has the name, a digest goes before it, so that two pictures of one name are two photos, and
    one dropped twice is one. Zips of pictures are unpacked into folders of their names.

    Returns:
        What is to be ingested: the folder, then the tables among the files, which may name what
        lies there.

    Raises:
        SourceError: a zip cannot be unpacked.
        OSError: there is no room.
    """
    folder = upload_folder(store, table)
    zips = [file for file in files if file.name.lower().endswith(ZIP)]
    for file in zips:
        _check_zip(_last_part(file.name), bytes(file.getbuffer()))
    with name_place(folder):
        kept = [_keep(folder / path, data) for file in files for path, data in _unpack(file)]
    is_list_alone = {path.suffix.lower() for path in kept} <= LISTS
    tables = [p for p in kept if p.parent == folder and (_is_table(p.name) or is_list_alone)]
    return [folder] * (len(tables) < len(kept)) + list(dict.fromkeys(tables))


def list_tables(source: Path) -> tuple[str, ...]:
    """Return patterns of the tables in a folder of dropped files: each is a source of its own."""
    names = sorted(path.name for path in source.iterdir()) if source.is_dir() else []
    return tuple(glob.escape(name) for name in names if _is_table(name))


def upload_folder(store: Store, table: str) -> Path:
    """Return where the dropped files of a collection are kept."""
    name = "".join(c if c.isalnum() or c in "-_" else "_" for c in table)
    return store.path.parent / "uploads" / name


def _last_part(name: str) -> str:
    last = Path(name.replace("\\", "/")).name
    return last if last.strip(".") else "picture"


def _is_table(name: str) -> bool:
    """Tell whether a file is a source of its own, and none that is read with its folder."""
    is_one = is_table(name) or Path(name).suffix.lower() in TABLES
    return is_one and name.lower() not in NAMES


def _check_zip(name: str, data: bytes) -> None:
    """Refuse a zip that cannot be unpacked.

    Raises:
        SourceError: it is damaged, encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
            damaged = None if size > MOST_UNPACKED else archive.testzip()
    except BROKEN as error:
        raise SourceError(f"{name} cannot be unpacked ({error}): drop what is in it.") from error
    if size > MOST_UNPACKED or damaged:
        why = f"{damaged} in it is damaged" if damaged else f"it holds {size >> 30} GiB"
        raise SourceError(f"{name} cannot be unpacked ({why}): drop what is in it.")


def _unpack(file: Any) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a zip of pictures with their paths; any other file as it is."""
    name, data = _last_part(file.name), bytes(file.getbuffer())
    if not name.lower().endswith(ZIP):
        yield name, data
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if not any(has_picture_ending(member.filename) for member in members):
            yield name, data
            return
        for member in members:
            parts = member.filename.replace("\\", "/").split("/")
            inside = [part for part in parts if part.strip(".")]
            yield "/".join([name[: -len(ZIP)] or "zip", *inside]), archive.read(member)


def _keep(path: Path, data: bytes) -> Path:
    """Write a file where none of its name is, and return where it is."""
    other = path.with_name(f"{hashlib.sha256(data).hexdigest()[:12]}-{path.name}")
    if other.exists() and other.stat().st_size == len(data):
        return other
    if path.exists():
        if path.is_file() and path.read_bytes() == data:
            return path
        path = other
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.write_bytes(data)
    except OSError:
        path.unlink(missing_ok=True)  # an ingest would take the half for a picture
        raise
    return path
