"""Rows with vectors as the collection takes them, with what their tables tell of the photos.

Plain columns are taken column by column, because a million rows must not cost a Python object each;
where others are among them, rows are read one by one, as those of tables of pictures are.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.embed.rows import MARK, WHERE
from ingest.errors import SourceError
from ingest.photo import Photo, clean_values, id_of_path, short_id
from ingest.sources.addresses import Locator, is_web
from ingest.sources.arrow_rows import class_names, is_array, read_dicts
from ingest.sources.cells import OF_TEXT, OF_TYPED, kind_of
from ingest.sources.columns import INDEX, OPTIONS, Columns
from ingest.sources.guess import holds_pictures
from ingest.sources.names import METADATA, PAIRS, usual
from ingest.sources.rows import SAMPLE, Row, name_classes, names_of
from ingest.sources.tables import Table
from ingest.sources.values import read_word
from ingest.sources.where import check_columns, holds
from ingest.vector_columns import (
    is_plain,
    is_text,
    is_within_range,
    nothing_of,
    read_addresses,
    read_column,
    read_extras,
    without_empty,
)
from ingest.written_vectors import TEXTS
from vecdb.photos import MAPS, stored_extra
from vecdb.photos import METADATA as STORED


class RowShaper:
    """How the rows of one table become rows of the collection.

    Args:
        told: its first rows, without their vectors.
        table: which column means what, and the conditions that rows must satisfy.
        locator: finds the pictures that paths lead to.

    Attributes:
        schema: of the table.

    Raises:
        SourceError: a column asked for is not there.
    """

    def __init__(self, told: pa.Table, table: Table, locator: Locator) -> None:
        self.schema = told.schema
        self._where = table.where
        self._locator = locator
        self._is_own = MARK in (told.schema.metadata or {})
        self._kinds = OF_TEXT if TEXTS in (told.schema.metadata or {}) else OF_TYPED
        self._words = class_names(told.schema)
        sample = list(self._read(told.slice(0, SAMPLE)))
        check_columns(table.where, names_of(sample))
        if self._is_own and any(table.named()):
            raise SourceError(
                "Parts of `python -m ingest.embed` tell which column means what: leave "
                + ", ".join(OPTIONS.values())
                + " out."
            )
        self._pictures = {n for n in names_of(sample) if holds_pictures([r.get(n) for r in sample])}
        sample = [self._without_pictures(row) for row in sample]
        self._columns = Columns(
            names_of(sample),
            id_column=table.id_column,
            url_column=table.url_column,
            caption_column=table.caption_column,
            label_column=table.label_column,
            locator=locator,
            sample=sample,
            kinds=self._kinds,
            classes=list(self._words),
            needs_address=False,
        )
        self._names = [
            field.name
            for field in told.schema
            if (field.name in self._words or not is_array(field.type))
            and (field.name not in self._pictures or pa.types.is_struct(field.type))
        ]
        self._sources = self._find_sources()
        self._is_plain = not self._words and self._are_plain(sample)

    def choices(self) -> list[str]:
        """Say what was chosen, a phrase a role."""
        return [] if self._is_own else self._columns.choices()

    def choose(self, told: pa.Table, n: int) -> np.ndarray:
        """Return the places of those of n rows that satisfy the conditions."""
        if not self._where:
            return np.arange(n)
        asked = [
            name
            for name in told.column_names
            if any(f"{each.name}.".startswith(f"{name}.") for each in self._where)
        ]
        rows = self._read(told.select(asked))
        return np.flatnonzero([holds(self._where, row) for row in rows])

    def shape(self, told: pa.Table, numbers: Sequence[str]) -> pa.Table:
        """Return the rows; their numbers, `row-0`, name those that nothing else names."""
        if self._is_own:
            return _read_own(told)
        told = told.select(self._names)
        if self._is_plain:
            try:
                return self._shape_columns(told, numbers)
            except (ValueError, OverflowError):
                pass  # as Arrow's errors are: some cells are not plain
        return self._shape_rows(told, numbers)

    def _shape_rows(self, told: pa.Table, numbers: Sequence[str]) -> pa.Table:
        rows = map(self._without_pictures, self._read(told))
        photos = [self._columns.photo(row) for row in rows]
        columns: dict[str, Any] = {
            "id": _number([photo.id for photo in photos], numbers),
            "url": pa.array([photo.url for photo in photos], pa.string()),
        }
        for name in METADATA:
            values = [photo.metadata.get(name, nothing_of(name)) for photo in photos]
            columns[name] = pa.array(values, STORED[name])
        extras = [stored_extra(clean_values(photo.extra)) for photo in photos]
        columns |= {name: pa.array([e[name] for e in extras], kind) for name, kind in MAPS.items()}
        return pa.table(columns)

    def _shape_columns(self, told: pa.Table, numbers: Sequence[str]) -> pa.Table:
        """Do what `_shape_rows` does, many times as fast.

        Raises:
            ValueError, OverflowError: a cell is not plain.
        """
        told.validate(full=True)
        cells = {name: without_empty(told.column(name)) for name in told.column_names}
        columns: dict[str, Any] = self._name(cells, numbers)
        for target, sources in self._sources.items():
            for name in sources:
                columns[target] = read_column(cells[name], target)
        roles = self._columns.roles
        used = {roles.address, roles.id, *(n for names in self._sources.values() for n in names)}
        extras = [n for n in cells if n and n not in used and not n.startswith(INDEX)]
        maps = read_extras(pa.table(cells), extras)
        if not all(is_within_range(pairs.items) for pairs in maps.values()):
            raise ValueError("an infinite number, or a time of no calendar")
        return pa.table(columns | maps)

    def _name(self, cells: dict[str, pa.ChunkedArray], numbers: Sequence[str]) -> dict[str, Any]:
        address, own = self._columns.roles.address, self._columns.roles.id
        texts = read_addresses(cells[address]) if address else [""] * len(numbers)
        found = list(map(self._locator.locate, texts))
        ids = [
            short_id(text) if "://" in where or is_web(text) else id_of_path(text)
            for text, where in zip(texts, found, strict=True)
        ]
        if own:
            given = (short_id(read_word(name)) for name in cells[own].to_pylist())
            ids = [one or address for one, address in zip(given, ids, strict=True)]
        urls = [where if "://" in where else Photo("", where).url for where in found]
        return {"id": _number(ids, numbers), "url": pa.array(urls, pa.string())}

    def _find_sources(self) -> dict[str, list[str]]:
        """Return the columns that each of the collection's may come from."""
        roles = self._columns.roles
        lower = {usual(name): name for name in self._names}
        chosen = {"description": roles.caption, "label": roles.label}
        used = {roles.address, roles.id, None}
        found: dict[str, list[str]] = {}
        for target, names in METADATA.items():
            known = dict.fromkeys([chosen.get(target), *map(lower.get, names)])
            found[target] = [name for name in known if name is not None and name not in used]
            used |= {*found[target]}
        return found

    def _are_plain(self, sample: Sequence[Row]) -> bool:
        """Tell whether every column is one value a row, and means one thing in all rows."""
        lower = {usual(name) for name in self._names}
        roles = self._columns.roles
        named = {roles.address, *(name for names in self._sources.values() for name in names)}
        words = [
            [cell for row in sample if isinstance(cell := row.get(name), str)]
            for name in self._names
            if name not in named
        ]
        return (
            len(lower) == len(self._names)
            and not any(part in lower for parts in PAIRS.values() for part in parts)
            and all(len(names) < 2 for names in self._sources.values())
            and all(is_plain(self.schema.field(name).type) for name in self._names)
            and all(is_text(self.schema.field(name).type) for name in (roles.address,) if name)
            and all(kind_of(cells, self._kinds) == "word" for cells in words)
        )

    def _read(self, told: pa.Table) -> Iterator[Row]:
        return (name_classes(row, self._words) for row in read_dicts(told.to_batches()))

    def _without_pictures(self, row: Row) -> Row:
        return {name: value for name, value in row.items() if name not in self._pictures}


def _number(ids: Sequence[str], numbers: Sequence[str]) -> pa.Array:
    """Name by their numbers the rows that have no other name."""
    named = [one or number for one, number in zip(ids, numbers, strict=True)]
    return pa.array(named, pa.string())


def _read_own(told: pa.Table) -> pa.Table:
    """Return rows of `ingest.embed`, whose columns are the collection's; WHERE stays."""
    kept = [name for name in told.column_names if name in {"id", "url", *WHERE, *STORED}]
    extras = [name for name in told.column_names if name not in kept]
    return pa.table({name: told.column(name) for name in kept} | read_extras(told, extras))
