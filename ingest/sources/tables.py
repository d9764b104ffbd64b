"""Photos from tables: CSV, TSV, JSON, Parquet, Arrow, Lance, and plain lists of addresses."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ingest.errors import DamagedSource, SourceError
from ingest.photo import LONGEST_TEXT, Photo
from ingest.sources import arrow_rows
from ingest.sources.addresses import Locator
from ingest.sources.cards import find_class_names
from ingest.sources.class_files import find_names_beside
from ingest.sources.columns import Columns, Roles
from ingest.sources.cvat import cvat_rows
from ingest.sources.encodings import encoding_name
from ingest.sources.json_rows import is_json, json_rows
from ingest.sources.left_out import LeaveOut, keep_silent
from ingest.sources.rows import Names, Row, Rows, put_into_words
from ingest.sources.text import GZIP, JSON_LINES, ZIP, magic, open_text
from ingest.sources.text_rows import LISTS, text_rows
from ingest.sources.values import PART
from ingest.sources.where import check_columns, holds
from vecdb import Condition

STANDARD_INPUT = "stdin"  # what its lists are called among tables, whichever they are
GATHERED = 20_000  # rows of labels; in pipes each is wanted as it comes
LIGHT = 5_000  # letters of a row so many of which may be held: none with pictures or vectors
PARTITION = re.compile(r"([A-Za-z_]\w*)=([^=]+)")
WEB_PAGE = re.compile(r"\ufeff?\s*<(!doctype html|html|head)\b", re.IGNORECASE)
XML = re.compile(r"\ufeff?\s*<(\?xml|annotations?|rss|kml|feed)\b", re.IGNORECASE)
# What stands before JSON in a script: window.YTD.tweets.part0 = [..], jsonFlickrApi({..})
SCRIPT = re.compile(r"\ufeff?\s*(window[\w.]+\s*=|\w+\()\s*(?=[\[{])")


@dataclass(frozen=True)
class Table:
    """How a table is read; what is None is guessed.

    Attributes:
        id_column, url_column, caption_column, label_column: names of columns, or their numbers from
            1 where the table gives no names.
        header: whether the first row names the columns.
        delimiter: parts the columns of a text.
        encoding: of a text.
        where: conditions that a row must satisfy to be ingested.
    """

    id_column: str | None = None
    url_column: str | None = None
    caption_column: str | None = None
    label_column: str | None = None
    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None
    where: tuple[Condition, ...] = ()

    def refuse_options(self, path: Path) -> None:
        """Refuse what tells how a table is read, of a source that is none.

        Raises:
            SourceError: such an option is given.
        """
        given = {name for name, value in vars(self).items() if value is not None} - {"where"}
        if given:
            raise SourceError(
                f"--{min(given).replace('_', '-')} is for tables, and {path} is none: leave it "
                "out. Captions and labels of pictures in a folder are the columns `caption` and "
                "`label` of a metadata.csv there."
            )

    def named(self) -> tuple[str | None, ...]:
        """Return the columns that were named for the photos; None where one is to be guessed."""
        return self.id_column, self.url_column, self.caption_column, self.label_column

    def photos(self, path: Path, leave_out: LeaveOut = keep_silent) -> Iterator[Photo]:
        """Read the photos of a table, or of a list of addresses.

        Args:
            path: of the file; `-` is standard input.
            leave_out: takes the kind of each row that is none.

        Raises:
            SourceError: no column holds addresses or pictures, or one asked for is not there.
            DamagedSource: the file breaks off.
        """
        with self.open(path) as (rows, columns):
            stem = path.name.partition(".")[0]
            numbered: Iterator[tuple[int, Row | str]] = enumerate(rows.rows)
            heavy = sum(len(str(row)) for row in rows.sample) > LIGHT * len(rows.sample)
            if columns.roles.label and not heavy and str(path) != "-":
                numbered = _gather(numbered, columns.roles)
            yield from _join_labels(self._each(numbered, columns, stem, leave_out))

    def _each(
        self,
        rows: Iterable[tuple[int, Row | str]],
        columns: Columns,
        stem: str,
        leave_out: LeaveOut,
    ) -> Iterator[Photo]:
        picture = columns.picture or columns.roles.address
        for at, row in rows:
            if isinstance(row, str):
                yield Photo("", broken=row)
            elif picture not in row:  # of JSON: a message of a chat, a post of words alone
                leave_out("rows without a picture")
            elif not self.where or holds(self.where, columns.read_local(row)):
                yield columns.photo(row, f"{stem}-{at:06}")

    def choices(self, path: Path) -> tuple[str, list[str]]:
        """Say in one line which column means what and what was guessed; name the columns.

        Raises:
            SourceError: no column holds addresses or pictures, or one asked for is not there.
            DamagedSource: the file breaks off before its first rows.
        """
        with self.open(path) as (rows, columns):
            return ", ".join([*columns.choices(), *rows.notes]), rows.names

    @contextmanager
    def open(self, path: Path) -> Iterator[tuple[Rows, Columns]]:
        """Open a table: its rows, and which of their columns means what."""
        base = Path.cwd() if str(path) == "-" else path.parent
        locator = Locator(base, path.name.partition(".")[0])
        with open_rows(path, self, locator) as rows:
            rows = _with_partitions(rows, path)
            columns = self._columns(rows, path, locator)
            yield rows, columns

    def _columns(self, rows: Rows, path: Path, locator: Locator) -> Columns:
        if not rows.names:
            return Columns(["address"], locator=locator)  # an empty file names nothing wrongly
        try:
            found = Columns(
                rows.names,
                id_column=self.id_column,
                url_column=self.url_column,
                caption_column=self.caption_column,
                label_column=self.label_column,
                locator=locator,
                table=STANDARD_INPUT if str(path) == "-" else str(path.absolute()),
                sample=rows.sample,
                named=rows.named,
                kinds=rows.kinds,
                classes=rows.classes,
            )
            check_columns(self.where, rows.names)
            return found
        except SourceError as error:
            raise type(error)(f"{path}: {error}") from error


def _gather(rows: Iterable[tuple[int, Row | str]], roles: Roles) -> Iterator[tuple[int, Row | str]]:
    """Put rows about one photo behind each other, among so many rows at a time."""
    groups: dict[Any, list[tuple[int, Row | str]]] = {}
    own, address = roles.id or "", roles.address or ""
    try:
        for at, row in rows:
            name = at if isinstance(row, str) else f"{row.get(own)} {row.get(address)}"
            groups.setdefault(name, []).append((at, row))
            if (at + 1) % GATHERED == 0:
                yield from chain(*groups.values())
                groups = {}
    except (SourceError, DamagedSource):
        yield from chain(*groups.values())  # what came before is not lost
        raise
    yield from chain(*groups.values())


def _join_labels(photos: Iterator[Photo]) -> Iterator[Photo]:
    """Join the labels of a table with a row for each photo and class, as Open Images has it.

    Rows about one photo stand behind each other; one with a caption or without a label is a row of
    its own, and so are all where classes are numbers.
    """
    group: list[Photo] = []
    try:
        for photo in photos:
            if group and not _is_again(photo, group[0]):
                yield from _joined(group)
                group = []
            group.append(photo)
    except (SourceError, DamagedSource):
        yield from _joined(group)  # what came before is not lost
        raise
    yield from _joined(group)


def _is_again(photo: Photo, first: Photo) -> bool:
    is_named = bool(photo.id and (photo.address or photo.payload))
    told, before = ((p.id, p.address, p.payload) for p in (photo, first))
    return is_named and told == before


def _joined(group: Sequence[Photo]) -> Iterator[Photo]:
    own = [_label_of(row) for row in group[:1]]
    more = [_label_of(row) for row in group[1:] if _says_label_alone(row)]
    labels = dict.fromkeys(filter(None, own + more))
    if not more or any(map(str.isdecimal, labels)):
        yield from group
        return
    label = PART.join(labels)[:LONGEST_TEXT]
    yield replace(group[0], metadata={**group[0].metadata, "label": label})
    yield from (row for row in group[1:] if not _says_label_alone(row))


def _says_label_alone(photo: Photo) -> bool:
    """Tell whether a row has a label and no caption."""
    return bool(_label_of(photo)) and not (photo.captions or "description" in photo.metadata)


def _label_of(photo: Photo) -> str:
    return str(photo.metadata.get("label", ""))


def read_partitions(path: Path, names: Sequence[str]) -> dict[str, str]:
    """Return what the folders above a table say of all its rows: split=train, as Hive writes it.

    Args:
        names: of its own columns, which go before.
    """
    found = filter(None, map(PARTITION.fullmatch, path.parts[:-1]))
    return {part[1]: unquote(part[2]) for part in found if part[1] not in names}


def _with_partitions(rows: Rows, path: Path) -> Rows:
    told = read_partitions(path, rows.names)
    if not told or not rows.names:
        return rows
    return replace(
        rows,
        names=[*rows.names, *told],
        rows=(row if isinstance(row, str) else {**row, **told} for row in rows.rows),
        sample=[{**row, **told} for row in rows.sample],
    )


@contextmanager
def open_rows(path: Path, table: Table, locator: Locator) -> Iterator[Rows]:
    """Open the rows of a table, whatever it is written in; classes have their names.

    Raises:
        SourceError: it cannot be read at all.
        DamagedSource: it is damaged, at once or while rows are read.
    """
    with _open_rows(path, table, locator) as rows:
        named: dict[str, Names] = dict(find_class_names(path, rows.sample))
        rows = put_into_words(rows, {n: named[n] for n in named if n not in rows.classes})
        yield put_into_words(rows, find_names_beside(path, rows))


@contextmanager
def _open_rows(path: Path, table: Table, locator: Locator) -> Iterator[Rows]:
    if arrow_rows.is_lance(path):
        yield arrow_rows.lance_rows(path)
        return
    start = b"" if str(path) == "-" else magic(path)
    if start.startswith((arrow_rows.PARQUET, arrow_rows.ARROW, arrow_rows.STREAM)):
        read = (
            arrow_rows.parquet_rows
            if start.startswith(arrow_rows.PARQUET)
            else arrow_rows.arrow_rows
        )
        with path.open("rb") as file:
            yield read(file, str(path))
        return
    with open_text(path, table.encoding) as lines:
        ending = path.name if str(path) == "-" else _ending(path)
        head = _first_line(lines)
        if head and WEB_PAGE.match(head[-1]):
            raise SourceError(
                f"{path} is a web page, not a table: check its address, and whether it asks to "
                "sign in."
            )
        if head and SCRIPT.match(head[-1]):
            head[-1] = SCRIPT.sub("", head[-1])
        again = chain(head, lines)
        if head and XML.match(head[-1]):
            if (found := cvat_rows("".join(again))) is None:
                raise SourceError(
                    f"{path} is XML, which is not read where it is not CVAT's: export it as CSV or "
                    "JSON."
                )
            yield found
            return
        if ending in JSON_LINES or ending == ".json" or (head and is_json(head[-1])):
            rows = json_rows(again, str(path), is_lines=ending in JSON_LINES)
        else:
            rows = text_rows(
                again, locator, ending=ending, delimiter=table.delimiter, header=table.header
            )
        yield Rows(**{**vars(rows), "notes": (*rows.notes, encoding_name(lines.encoding))})


def _first_line(lines: Iterator[str]) -> list[str]:
    """Read up to the first line that says something."""
    head: list[str] = []
    for line in lines:
        head.append(line)
        if line.strip("\ufeff \t\r\n"):
            break
    return head


def _ending(path: Path) -> str:
    return Path(path.name.removesuffix(".gz").removesuffix(".zip")).suffix.lower()


def count_rows(path: Path) -> int | None:
    """Estimate how many photos a table holds; None where only reading would tell."""
    if arrow_rows.is_lance(path):
        return int(arrow_rows.open_lance(path).count_rows())
    start = magic(path)
    if start.startswith(arrow_rows.PARQUET):
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with path.open("rb") as file:
                return int(pq.ParquetFile(file).metadata.num_rows)
        except (OSError, ValueError, pa.ArrowException):
            return None
    ending = _ending(path)
    is_packed = start.startswith((GZIP, ZIP, arrow_rows.ARROW, arrow_rows.STREAM))
    if is_packed or (ending not in JSON_LINES and start.lstrip()[:1] in (b"{", b"[")):
        return None
    header = 0 if ending in {*LISTS, *JSON_LINES} else 1
    with path.open("rb") as file:
        blocks = iter(lambda: file.read(1 << 20), b"")
        return max(0, sum(block.count(b"\n") for block in blocks) - header) or None
