"""Open text files of any usual encoding, plain, gzipped or inside a zip, as streams of lines."""

import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import yaml

from ingest.errors import DamagedSource, SourceError
from ingest.sources.encodings import encoding_of
from ingest.sources.kinds import has_picture_ending

SNIFFED = 1 << 20
LONGEST_LINE = 1 << 25
YAML = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
BROKEN = (EOFError, zlib.error, OSError, zipfile.BadZipFile)
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
JSON_LINES = (".jsonl", ".ndjson")

SHEET = "a spreadsheet: save it as CSV"
PICKLE = "a pickle, which could run programs: export it as Parquet or CSV"
SHEETS = {"xl/workbook.xml", "xl/workbook.bin", "Index/Document.iwa"}  # of Excel and Numbers
OTHERS = {
    b"\xd0\xcf\x11\xe0": SHEET,
    b"SQLite f": "an SQLite database: export a table as CSV",
    b"%PDF-": "a PDF: give its pictures and a CSV",
    b"\x89HDF": "an HDF5 file: export a table as Parquet or CSV",
    **{b"MATLAB %d" % n: "a MATLAB file: export it as CSV" for n in (5, 7)},
    **{b"\x80%c" % n: PICKLE for n in range(2, 6)},
    **{b"BZh%d1AY&" % n: "compressed with bzip2: unpack it" for n in range(1, 10)},
    b"\xfd7zXZ": "compressed with xz: unpack it",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard: unpack it",
    b"7z\xbc\xaf": "compressed with 7-Zip: unpack it",
    b"Rar!": "compressed with RAR: unpack it",
}


def magic(path: Path) -> bytes:
    """Return a file's first bytes.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {reason_of(error)}.") from error


def reason_of(error: OSError) -> str:
    """Say why a file cannot be read; the errors of files far away have a text alone."""
    return error.strerror or (str(error) or type(error).__name__).splitlines()[0].rstrip(".")


def refuse_others(path: Path, start: bytes) -> None:
    """Refuse a file of a kind that people take for a table, and say what helps.

    Raises:
        SourceError: it is one.
    """
    kind = next((kind for mark, kind in OTHERS.items() if start.startswith(mark)), None)
    if kind:
        raise SourceError(f"{path} is {kind}.")


class Lines:
    """The lines of a text, with the encoding that they are read in."""

    def __init__(self, lines: Iterator[str], encoding: str) -> None:
        self._lines = lines
        self.encoding = encoding

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._lines)


@contextmanager
def text_lines(path: Path, encoding: str | None = None) -> Iterator[Lines]:
    """Open a text file as lines, decompressed where it is gzip or zip.

    Args:
        encoding: of the text; guessed by default.

    Raises:
        SourceError: it cannot be read, a zip holds no table, or there is no such encoding.
        DamagedSource: while lines are read, when the file breaks off.
    """
    if encoding and not _is_encoding(encoding):
        raise SourceError(
            f"There is no encoding {encoding!r}: give one such as utf-8, gb18030 or cp1252."
        )
    start = magic(path)
    refuse_others(path, start)
    with path.open("rb") as raw:
        if start.startswith(GZIP):
            yield _lines(gzip.GzipFile(fileobj=raw), path, encoding)
        elif start.startswith(ZIP):
            yield _zipped_lines(raw, path, encoding)
        else:
            yield _lines(raw, path, encoding)


@contextmanager
def open_text(path: Path, encoding: str | None = None) -> Iterator[Lines]:
    """Open a file, or with `-` standard input, as lines; see `text_lines`."""
    if str(path) == "-":
        yield _lines(sys.stdin.buffer, path, encoding)
        return
    with text_lines(path, encoding) as lines:
        yield lines


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


class _AsItComes(io.RawIOBase):
    """Hands on what a file gives at once, so that a file that breaks off loses nothing before."""

    def __init__(self, file: IO[bytes] | io.BufferedIOBase) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = getattr(self._file, "read1", self._file.read)  # a file far away has no read1
        block = read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


def _lines(file: IO[bytes] | io.BufferedIOBase, path: Path, encoding: str | None) -> Lines:
    buffered = io.BufferedReader(_AsItComes(file), SNIFFED)
    try:
        start = buffered.peek(SNIFFED)[:SNIFFED]
    except BROKEN as error:
        raise _damage(path, error) from error
    if start.startswith(b"PAR1"):
        raise SourceError(f"{path} is compressed Parquet: unpack it.")
    encoding = encoding or encoding_of(start)
    is_wide = encoding.lower().startswith(("utf-16", "utf-32"))
    if isinstance(file, gzip.GzipFile) and start and not (is_wide or is_text(start[:8])):
        raise SourceError(
            f"{path} is no table but other data, compressed: unpack it, and give pictures as files "
            "in a folder."
        )
    return Lines(_decode(buffered, start, encoding, path), encoding)


def _damage(path: Path, error: Exception) -> DamagedSource:
    return DamagedSource(
        f"{path} breaks off or is damaged ({error}): what came before is ingested; fetch the file "
        "again for the rest."
    )


def _decode(buffered: IO[bytes], start: bytes, encoding: str, path: Path) -> Iterator[str]:
    try:
        # Only \n ends a line, so that a lone \r inside a field does not; very old files have no \n.
        newline = None if b"\r" in start and b"\n" not in start else "\n"
        with io.TextIOWrapper(buffered, encoding, errors="replace", newline=newline) as text:
            yield from iter(partial(text.readline, LONGEST_LINE), "")
    except UnicodeError as error:  # such as UTF-16 without its mark
        raise SourceError(
            f"{path} is not written in {encoding} ({error}): name its encoding with --encoding."
        ) from error
    except BROKEN as error:
        raise _damage(path, error) from error


def _zipped_lines(raw: IO[bytes], path: Path, encoding: str | None) -> Lines:
    try:
        archive = zipfile.ZipFile(raw)
    except zipfile.BadZipFile as error:
        raise SourceError(f"{path} is not a readable zip file: fetch it again.") from error
    try:
        tables = _find_tables(archive, path, encoding)
        first = _lines(archive.open(tables[0]), path, encoding)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        raise SourceError(f"{path} cannot be unpacked: {error}.") from error
    others = (_lines(archive.open(name), path, encoding) for name in tables[1:])
    rest = (islice(lines, 0 if is_json_lines(tables[0]) else 1, None) for lines in others)
    return Lines(chain(first, chain.from_iterable(rest)), first.encoding)


def _find_tables(archive: zipfile.ZipFile, path: Path, encoding: str | None) -> list[str]:
    """Return the tables of a zip, which are parts of one: all begin with the same line.

    Raises:
        SourceError: it holds none, or several, or pictures, which are not read from there.
    """
    names = sorted(n for n in archive.namelist() if not n.endswith("/") and "__MACOSX" not in n)
    if SHEETS & set(names) or {"mimetype", "content.xml"} <= set(names):
        raise SourceError(f"{path} is {SHEET}.")
    tables = [name for name in names if is_table(name)]
    tables = [name for name in tables if Path(name).name.startswith("photos.")] or tables
    if not tables:
        held = ", ".join(names[:3]) or "nothing"
        raise SourceError(
            f"{path} holds no CSV or TSV file, but {held}: unpack it and give its folder, or the "
            "file there that lists the pictures."
        )
    if sum(map(has_picture_ending, names)) > len(tables):
        raise SourceError(
            f"{path} holds pictures, too: unpack it and give its folder, or {tables[0]} there."
        )
    heads = {next(_lines(archive.open(name), path, encoding), "").strip() for name in tables}
    if len(heads) > 1 and not all(map(is_json_lines, tables)):
        raise SourceError(
            f"{path} holds {len(tables)} tables, {', '.join(tables[:5])}: unpack it and give one."
        )
    return tables


def is_text(start: bytes) -> bool:
    """Tell whether the first bytes of a file may be a text's, in any encoding but wide ones."""
    return bool(start) and not any(byte < 9 or 13 < byte < 32 for byte in start)


def is_json_lines(name: str) -> bool:
    """Tell whether a file's name is that of JSON lines."""
    return Path(name).suffix.lower() in JSON_LINES


def is_table(name: str) -> bool:
    """Tell whether a file's name is that of a table of text, Unsplash's shards included."""
    name = name.removesuffix(".gz").removesuffix(".zip")
    suffix = Path(name).suffix.lower()
    if is_json_lines(name):
        return True
    return suffix[:4] in {".csv", ".tsv"} and (len(suffix) == 4 or suffix[4:].isdigit())


def parse_yaml(text: str) -> Any:
    """Read YAML, of which every word stays one, also a class called `no`; None where it is none."""
    try:
        return yaml.load(text, YAML)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
