"""What the rows of a collection say, looked up by id, address, size or digest."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from vecdb.connection import Connection
from vecdb.numbers import photo_number
from vecdb.values import check_ids

# Servers refuse a form field of 128 KiB.
ID_BYTES_IN_STATEMENT = 65_536
NUMBERS_IN_STATEMENT = 3000
FROM = "from:"  # in `given`, before the mark and the name of another source
TOLD = (
    "description", "photographer", "camera", "city", "country", "views", "downloads",
    "duplicate_of", "label",
)  # fmt: skip
"""What tiles show beside id, address and size."""


@dataclass(frozen=True)
class Origin:
    """Where a stored photo comes from; what is not known is empty or 0.

    Attributes:
        url: its address.
        digest: sha256 of its bytes, in hex.
        modified: of its file, seconds since 1970.
        size: of its file, bytes.
        mark: of what its source said of it.
        named_by: the table or archive that named it.
        sources: of what else is said of it, `from:MARK:SOURCE`.
    """

    url: str
    digest: str
    modified: float = 0.0
    size: int = 0
    mark: int = 0
    named_by: str = ""
    sources: list[str] = field(default_factory=list)


class Records:
    """The rows of one collection. Safe to share between threads."""

    def __init__(self, connection: Connection, table: str) -> None:
        self._connection = connection
        self._table = table

    def known_ids(self, ids: Collection[str]) -> set[str]:
        """Which of these ids the collection holds."""
        return {
            photo
            for table in self.rows("photos/known", ids)
            for photo in table.column("id").to_pylist()
        }

    def note_removals(self, ids: Sequence[str], collections: Sequence[str]) -> None:
        """Note those of some photos that are answered about, before they are taken out.

        Args:
            collections: whose concepts count, this one's and those derived from it.
        """
        for part in split_ids(ids):
            values = {"collection": self._table, "collections": list(collections), "ids": part}
            self._connection.run("removals/add", values, table=self._table)

    def removals(self) -> list[dict[str, Any]]:
        """Return photo_id, digest and size of photos taken out with answers that are not back."""
        values = {"collection": self._table}
        found = self._connection.select("removals/list", values, table=self._table)
        return found.to_pylist()

    def labelled(self, most: int) -> tuple[list[str], list[str]]:
        """Return ids and labels of photos that have one label, at most `most` of each."""
        found = self._connection.select("photos/labels", {"k": most}, table=self._table)
        return found.column("id").to_pylist(), found.column("label").to_pylist()

    def whole(self, ids: Sequence[str]) -> list[pa.Table]:
        """Return everything that is stored of those of these photos that exist, in no order."""
        return list(self.rows("photos/whole", ids))

    def origins(self, ids: Collection[str]) -> dict[str, Origin]:
        """Return where those of these photos that the collection holds come from."""
        return {
            row.pop("id"): Origin(**row)
            for table in self.rows("photos/origins", ids)
            for row in table.to_pylist()
        }

    def files_of_sizes(self, sizes: Iterable[int]) -> list[dict[str, Any]]:
        """Return id, url, digest and size of the photos whose files have these many bytes."""
        found = self._connection.select(
            "photos/of_sizes", {"sizes": sorted(set(sizes))}, table=self._table
        )
        return found.to_pylist()

    def numbered_rows(self, marks: Sequence[int]) -> list[tuple[str, int]]:
        """Return id and mark of the photos of some marks that are named by the number of a row."""
        found: list[tuple[str, int]] = []
        for start in range(0, len(marks), NUMBERS_IN_STATEMENT):
            part = {"marks": list(marks[start : start + NUMBERS_IN_STATEMENT])}
            table = self._connection.select("photos/of_marks", part, table=self._table)
            found += [(row["id"], row["mark"]) for row in table.to_pylist()]
        return found

    def addresses_under(self, prefix: str) -> dict[str, str]:
        """Return the ids and addresses of the photos whose addresses begin with a text."""
        found = self._connection.select("photos/under", {"prefix": prefix}, table=self._table)
        return dict(
            zip(found.column("id").to_pylist(), found.column("url").to_pylist(), strict=True)
        )

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the digests of those of these photos that exist; empty where not known."""
        return {
            row["id"]: row["digest"]
            for table in self.rows("photos/digests", ids)
            for row in table.to_pylist()
        }

    def digests_in_use(self, digests: Sequence[str]) -> set[str]:
        """Which of these digests the collection holds pictures of."""
        return {
            digest
            for table in self.rows("photos/digests_in_use", digests)
            for digest in table.column("digest").to_pylist()
        }

    def pages_missing_in(self, other: "Records", k: int) -> Iterator[pa.Table]:
        """Yield the photos that another collection lacks, by id, k at a time, without vectors."""
        tables = {"source": self._table, "other": other._table}
        return self._connection.pages("derived/unencoded", k, {}, **tables)

    def changed_in(self, other: "Records") -> list[str]:
        """Return the ids of the photos that another collection knows otherwise."""
        tables = {"source": self._table, "other": other._table}
        found = self._connection.select("derived/changed", {}, **tables)
        return [str(photo) for photo in found.column("id").to_pylist()]

    def metadata(self, ids: Sequence[str]) -> Iterator[pa.Table]:
        """Yield id, url and METADATA of the photos that exist, in their types, in no order."""
        yield from self.rows("photos/metadata", ids)

    def shown(self, ids: Sequence[str], told: Sequence[str] = TOLD) -> list[dict[str, Any]]:
        """Return what a tile says of each photo: `Collection.photos` with fewer of its keys.

        Args:
            told: those of TOLD to read, see `columns_in_use`.
        """
        tables = self.rows("photos/shown", ids, told="".join(f", {name}" for name in told))
        found = {row["id"]: row for table in tables for row in table.to_pylist()}
        return [found[photo] for photo in ids if photo in found]

    def columns_in_use(self) -> tuple[str, ...]:
        """Return those of TOLD that say anything of any photo, in that order."""
        found = self._connection.select("photos/columns_in_use", table=self._table)
        return tuple(name for name in TOLD if found.column(name)[0].as_py())

    def extra_kinds(self) -> dict[str, set[str]]:
        """Return the kinds of the source's own columns: word, number, whole, time, flag."""
        kinds: dict[str, set[str]] = {}
        found = self._connection.select("photos/extra_kinds", table=self._table)
        for row in found.to_pylist():
            kinds.setdefault(row["name"], set()).add(row["kind"])
        return kinds

    def extra_columns(self) -> list[str]:
        """Return the names of the source's own columns, by name."""
        found = self._connection.select("photos/extra_columns", table=self._table)
        return [str(name) for name in found.column("name").to_pylist()]

    def numbered(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return the ids by number of `vecdb.photo_number`; unknown numbers are left out."""
        wanted = list(numbers)
        found: list[str] = []
        for start in range(0, len(wanted), NUMBERS_IN_STATEMENT):
            part = wanted[start : start + NUMBERS_IN_STATEMENT]
            table = self._connection.select("photos/numbered", {"numbers": part}, table=self._table)
            found += table.column("id").to_pylist()
        return {photo_number(photo): photo for photo in found}

    def at_addresses(self, urls: Sequence[str]) -> list[tuple[str, str]]:
        """Return id and address of the photos that were ingested from some addresses."""
        tables = self.rows("photos/at_addresses", urls)
        return [(row["id"], row["url"]) for table in tables for row in table.to_pylist()]

    def by_file_name(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Return id and path of the photos whose address or id ends in one of some file names."""
        tables = self.rows("photos/by_file_name", names)
        return [(row["id"], row["path"]) for table in tables for row in table.to_pylist()]

    def by_stem(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Return id and path of the photos whose file names are one of some without an ending."""
        tables = self.rows("photos/by_stem", names)
        return [(row["id"], row["path"]) for table in tables for row in table.to_pylist()]

    def at_address(self, url: str) -> str | None:
        """Return the id of the photo ingested from an address, the first by id, or None."""
        return next((photo for photo, _ in self.at_addresses([url])), None)

    def rows(self, name: str, ids: Collection[str], **parts: str) -> Iterable[pa.Table]:
        """Yield the answers of a statement over ids, asked in parts that a server takes."""
        for part in split_ids(ids):
            yield self._connection.select(name, {"ids": part}, table=self._table, **parts)


def split_ids(ids: Collection[str]) -> Iterable[list[str]]:
    """Yield ids in order, in parts that are short enough for one statement.

    Raises:
        BadValue: they are no texts.
    """
    part: list[str] = []
    size = 0
    for photo in check_ids(ids):
        if part and size + len(photo) > ID_BYTES_IN_STATEMENT:
            yield part
            part, size = [], 0
        part.append(photo)
        # Four bytes a letter at most, and quotes.
        size += 3 + (len(photo) if photo.isascii() else 4 * len(photo))
    if part:
        yield part
