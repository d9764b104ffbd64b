"""Photos from tables: CSV, TSV, Parquet, and plain lists of addresses."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from ingest.errors import DamagedSource, SourceError
from ingest.photo import Photo, short_id
from ingest.sources.columns import Columns
from ingest.sources.delimited import delimiter_of, records
from ingest.sources.text import text_lines
from ingest.sources.where import Condition, holds

PARQUET = b"PAR1"
ROWS = 1_000


class Table:
    """How a table is read.

    Args:
        id_column: column of the ids; guessed by default.
        url_column: column of the addresses or paths; guessed by default.
        where: conditions that a row must satisfy to be ingested.
    """

    def __init__(
        self,
        *,
        id_column: str | None = None,
        url_column: str | None = None,
        where: Iterable[Condition] = (),
    ) -> None:
        self._id_column = id_column
        self._url_column = url_column
        self._where = list(where)

    def delimited(self, path: Path) -> Iterator[Photo]:
        """Read a CSV or TSV file; a file without a header of columns is a list of addresses.

        Raises:
            SourceError: no column holds addresses.
            DamagedSource: the file breaks off.
        """
        with text_lines(path) as lines:
            header = next((line for line in lines if line.strip()), None)
            if header is None:
                return
            if "://" in header and not self._url_column:
                yield from addresses(chain([header], lines))
                return
            rows = records(chain([header], lines), delimiter_of(header))
            names = [name.strip().strip("\ufeff") for name in next(rows) or []]
            columns = self._columns(names, path)
            for row in rows:
                if row is None:
                    yield Photo("", broken="a row with more fields than the header")
                else:
                    yield from self._photo(columns, dict(zip(names, row, strict=True)))

    def parquet(self, path: Path) -> Iterator[Photo]:
        """Read a Parquet file.

        Raises:
            SourceError: no column holds addresses.
            DamagedSource: the file is damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            file = pq.ParquetFile(path)
            columns = self._columns(file.schema_arrow.names, path)
            for batch in file.iter_batches(batch_size=ROWS):
                for row in batch.to_pylist():
                    yield from self._photo(columns, {k: as_text(v) for k, v in row.items()})
        except (pa.ArrowException, OSError) as error:
            raise DamagedSource(
                f"{path} is not a readable Parquet file ({str(error).splitlines()[0]}): fetch it "
                "again."
            ) from error

    def _columns(self, names: list[str], path: Path) -> Columns:
        try:
            return Columns(
                names, id_column=self._id_column, url_column=self._url_column, base=path.parent
            )
        except SourceError as error:
            raise SourceError(f"{path}: {error}") from error

    def _photo(self, columns: Columns, row: dict[str, str]) -> Iterator[Photo]:
        if holds(self._where, row):
            yield columns.photo(row)


def addresses(lines: Iterable[str]) -> Iterator[Photo]:
    """Read a list of addresses, one a line; each is its photo's id."""
    for line in lines:
        address = line.strip()
        if address:
            yield Photo(short_id(address), address)


def as_text(value: Any) -> str:
    """Write a Parquet value as a table of text would hold it."""
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
