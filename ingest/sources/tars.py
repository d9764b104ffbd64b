"""Read tars as streams, packed ones and damaged ones too."""

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ingest.errors import DamagedSource
from ingest.sources.left_out import LeaveOut

PACKED: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
ZSTD = b"\x28\xb5\x2f\xfd"
LARGEST = 1 << 30  # bytes of one member that are read
BROKEN = (
    *(tarfile.TarError, EOFError, OSError, ValueError, OverflowError, zlib.error),
    *(lzma.LZMAError, IndexError, KeyError),
)


class Member:
    """A regular file in a tar; it can be read until the next one is asked for.

    Attributes:
        name: its path in the tar.
        size: bytes.
    """

    def __init__(self, name: str, size: int, file: IO[bytes], path: Path) -> None:
        self.name = name
        self.size = size
        self._file = file
        self._path = path
        self._read = 0

    def read(self, most: int = -1) -> bytes:
        """Return its next bytes, all that are left by default.

        Raises:
            DamagedSource: the tar breaks off in it.
        """
        left = self.size - self._read
        wanted = left if most < 0 else min(most, left)
        try:
            found = self._file.read(wanted)
        except BROKEN as error:
            raise _describe_damage(self._path, str(error)) from error
        self._read += wanted
        if len(found) < wanted:
            raise _describe_damage(self._path, "unexpected end of data")
        return found


class _Header(tarfile.TarInfo):
    """Notes on the open tar that a header in it could not be read, and that it was closed."""

    @classmethod
    def fromtarfile(cls, archive: Any) -> Any:
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            archive.is_closed_well |= isinstance(error, tarfile.EOFHeaderError)  # type: ignore[attr-defined]
            archive.is_damaged |= not isinstance(
                error,
                (tarfile.EOFHeaderError, tarfile.EmptyHeaderError),  # type: ignore[attr-defined]
            )
            raise


class _Archive(tarfile.TarFile):
    members: list[tarfile.TarInfo]
    is_damaged = False
    is_closed_well = False


def members(path: Path, leave_out: LeaveOut) -> Iterator[Member]:
    """Yield the files of a tar, and of those that others were appended to all.

    After a damaged stretch it goes on with the next file that can be read.

    Args:
        leave_out: takes the kind of each entry that is neither a file nor a folder.

    Raises:
        DamagedSource: after the last file, where the tar is damaged or breaks off.
    """
    try:
        with _open(path) as archive:
            for header in archive:
                archive.members.clear()  # it remembers every one
                if header.isdir():
                    continue
                file = archive.extractfile(header) if header.isreg() else None
                if file is None or header.size > LARGEST:
                    leave_out("file too large" if file else "link or device")
                    continue
                yield Member(header.name, header.size, file, path)
            damage = "" if archive.is_closed_well else "it ends without an end mark"
            damage = "some of its headers are damaged" if archive.is_damaged else damage
    except BROKEN as error:
        damage = str(error) or type(error).__name__
    if damage:
        raise _describe_damage(path, damage)


def _describe_damage(path: Path, damage: str) -> DamagedSource:
    return DamagedSource(
        f"{path} breaks off or is damaged ({damage}): the whole samples in it are ingested; "
        "fetch the file again for the rest."
    )


@contextmanager
def _open(path: Path) -> Iterator[_Archive]:
    with path.open("rb") as raw:
        start = raw.read(6)
        raw.seek(0)
        options: dict[str, Any] = {"ignore_zeros": True, "tarinfo": _Header}
        unpack = next((opener for magic, opener in PACKED.items() if start.startswith(magic)), None)
        if start.startswith(ZSTD):
            import pyarrow as pa

            options |= {"mode": "r|", "fileobj": pa.input_stream(raw, compression="zstd")}
        elif unpack:
            options |= {"mode": "r|", "fileobj": unpack(raw)}
        else:
            options |= {"mode": "r:", "fileobj": raw}
        with _Archive.open(**options) as archive:
            yield archive
