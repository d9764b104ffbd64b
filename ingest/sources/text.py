"""Open text files of any usual encoding, plain, gzipped or inside a zip, as streams of lines."""

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

from ingest.errors import DamagedSource, SourceError

SNIFFED = 1 << 20
LONGEST_LINE = 1 << 25
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


def magic(path: Path) -> bytes:
    """Return a file's first bytes.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def text_lines(path: Path) -> Iterator[Iterator[str]]:
    """Open a text file as lines, decompressed where it is gzip or zip.

    Raises:
        SourceError: it cannot be read, or a zip holds no table.
        DamagedSource: while lines are read, when the file breaks off.
    """
    with path.open("rb") as raw:
        start = magic(path)
        if start.startswith(GZIP):
            yield _lines(gzip.GzipFile(fileobj=raw), path)
        elif start.startswith(ZIP):
            yield _zipped_lines(raw, path)
        else:
            yield _lines(raw, path)


class _AsItComes(io.RawIOBase):
    """Hands on what a file gives at once, so that a file that breaks off loses nothing before."""

    def __init__(self, file: IO[bytes] | io.BufferedIOBase) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._file.read1(len(buffer))  # type: ignore[union-attr]
        buffer[: len(block)] = block
        return len(block)


def _lines(file: IO[bytes] | io.BufferedIOBase, path: Path) -> Iterator[str]:
    try:
        buffered = io.BufferedReader(_AsItComes(file), SNIFFED)
        start = buffered.peek(SNIFFED)[:SNIFFED]
        # Only \n ends a line, so that a lone \r inside a field does not; very old files have no \n.
        newline = None if b"\r" in start and b"\n" not in start else "\n"
        encoding = encoding_of(start)
        with io.TextIOWrapper(buffered, encoding, errors="replace", newline=newline) as text:
            yield from iter(partial(text.readline, LONGEST_LINE), "")
    except (EOFError, zlib.error, OSError, zipfile.BadZipFile) as error:
        raise DamagedSource(
            f"{path} breaks off or is damaged ({error}): what came before is ingested; "
            "fetch the file again for the rest."
        ) from error


def _zipped_lines(raw: IO[bytes], path: Path) -> Iterator[str]:
    try:
        archive = zipfile.ZipFile(raw)
    except zipfile.BadZipFile as error:
        raise SourceError(f"{path} is not a readable zip file: fetch it again.") from error
    tables = sorted(n for n in archive.namelist() if is_table(n) and "__MACOSX" not in n)
    if not tables:
        raise SourceError(f"{path} holds no CSV or TSV file: unpack it and give its folder.")
    try:
        with archive.open(tables[0]) as member:
            yield from _lines(member, path)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        raise SourceError(f"{path} cannot be unpacked: {error}.") from error


def is_table(name: str) -> bool:
    """Tell whether a file's name is that of a table of text, Unsplash's shards included."""
    suffix = Path(name.removesuffix(".gz").removesuffix(".zip")).suffix.lower()
    return suffix[:4] in {".csv", ".tsv"} and (len(suffix) == 4 or suffix[4:].isdigit())


def encoding_of(start: bytes) -> str:
    """Guess the encoding of a text from its first bytes: UTF-8, UTF-16, else Windows-1252."""
    for mark, encoding in MARKS.items():
        if start.startswith(mark):
            return encoding
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(start, final=False)
    wrong = text.count("\ufffd")
    right = sum(1 for letter in text if letter > "\x7f") - wrong
    # A few bad bytes in a UTF-8 file must not turn all its other letters into others.
    return "utf-8" if wrong <= right else "cp1252"
