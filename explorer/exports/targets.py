"""Where an export of many files goes: a folder, or a zip; both appear whole or not at all."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from explorer.errors import BadInput
from explorer.full_disk import name_place

ZIP = ".zip"


class Target(Protocol):
    """Takes files by their names, with `/` between folders."""

    def put(self, name: str, content: bytes | Path) -> None:
        """Write a file from its bytes, or from a file that stays where it is."""


class Folder:
    """A folder on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, content: bytes | Path) -> None:
        """Write a file."""
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            shutil.copyfile(content, path)


class Zip:
    """A zip whose members are not compressed: pictures are already."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def put(self, name: str, content: bytes | Path) -> None:
        """Write a member."""
        member = zipfile.ZipInfo(name)  # of 1980: the same export is the same file
        member.external_attr = 0o644 << 16
        if isinstance(content, bytes):
            self._archive.writestr(member, content)
            return
        member.file_size = content.stat().st_size
        with content.open("rb") as source, self._archive.open(member, "w") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)


@contextmanager
def open_target(out: Path) -> Iterator[Target]:
    """Open a folder, or a zip where the name ends so; what breaks off leaves nothing.

    Raises:
        BadInput: it is there already and not empty.
    """
    with write_whole(out) as part:
        if out.suffix.lower() == ZIP:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                yield Zip(archive)
        else:
            part.mkdir()
            yield Folder(part)


@contextmanager
def write_whole(out: Path) -> Iterator[Path]:
    """Give where a file or folder is written that appears under its name once it is whole.

    Raises:
        BadInput: see `check_free`.
        OSError: it cannot be written, with the reason and `out`.
    """
    check_free(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    remove(part)
    try:
        with name_place(out):
            yield part
            if out.is_dir():
                out.rmdir()
            part.replace(out)
    finally:
        remove(part)


def check_free(out: Path) -> None:
    """Find out whether something may be written to a place.

    Raises:
        BadInput: it is a folder with something in it, or one where a file should be.
    """
    if out.is_dir() and (out.suffix.lower() == ZIP or any(out.iterdir())):
        raise BadInput(f"The folder {out} is not empty: name a new one with --out.")


def remove(path: Path) -> None:
    """Take away a file or a folder, where there is one."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
