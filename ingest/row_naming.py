"""Give rows with vectors their ids, as `ingest.naming` gives photos theirs."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, fields

import pyarrow as pa

from ingest.naming import candidate_ids
from ingest.photo import Photo
from vecdb.records import Origin, Records


def name_rows(
    records: Records, rows: pa.Table, known: Set[str], *, is_first: bool
) -> tuple[pa.Table, dict[str, Origin]]:
    """Give rows ids of their own where other photos have theirs, and stored photos' where they are.

    Args:
        records: of the collection.
        known: which of the rows' ids it holds.
        rows: id, url, named_by, mark and, of rows that `ingest.embed` made, digest and within,
            which goes.
        is_first: whether nobody else has stored photos, which these rows may be about.

    Returns:
        The rows, and what is stored under their ids.
    """
    ids = rows.column("id").to_pylist()
    held = records.origins(known)
    taken = {
        at: row
        for at, row in enumerate(_describe_rows(rows) if held else ())
        if row.id in held and not row.is_same(held[row.id])
    }
    if taken:
        held |= records.origins({one for row in taken.values() for one in row.ids()})
    for at, row in taken.items():
        same = (one for one in row.ids() if one in held and row.is_same(held[one]))
        free = (one for one in row.ids() if one not in held)
        ids[at] = next(same, None) or next(free)
    if not is_first:
        _find_at_addresses(records, rows, ids, held)
    kept = rows.drop_columns("within") if "within" in rows.column_names else rows
    named = kept.set_column(kept.column_names.index("id"), "id", pa.array(ids, pa.string()))
    return named, {one: held[one] for one in ids if one in held}


def _find_at_addresses(
    records: Records, rows: pa.Table, ids: list[str], held: dict[str, Origin]
) -> None:
    """Give the rows of pictures that others have stored at their addresses the ids of these.

    Args:
        ids: of the rows; changed here.
        held: what is stored under them; what is found is put in.
    """
    urls, named_by = (rows.column(name).to_pylist() for name in ("url", "named_by"))
    new = [at for at, one in enumerate(ids) if urls[at] and one not in held]
    stored: dict[str, list[str]] = {}
    for one, url in records.at_addresses([urls[at] for at in new]):
        stored.setdefault(url, []).append(one)
    held |= records.origins({one for found in stored.values() for one in found})
    for at in new:
        found = stored.get(urls[at], ())
        others = (
            one
            for one in found
            if one in held and not (named_by[at] and held[one].named_by == named_by[at])
        )
        ids[at] = next(others, ids[at])


@dataclass(frozen=True)
class _Row:
    """What names a row with a vector."""

    id: str
    url: str
    named_by: str
    mark: int
    digest: str = ""
    within: str = ""

    def ids(self) -> Iterator[str]:
        """Yield the ids that it may have."""
        photo = Photo(self.id, self.url, within=self.within, named_by=self.named_by)
        yield from candidate_ids(photo)
        yield f"{self.id} {self.digest[:12] or self.mark}"

    def is_same(self, held: Origin) -> bool:
        """Tell whether a stored photo is this one."""
        if (self.named_by and self.named_by == held.named_by) or self.mark == held.mark:
            return True
        if self.url and self.url == held.url:
            return True
        if self.digest and held.digest:
            return self.digest == held.digest
        if not self.url and held.digest:
            return True  # nothing but the id tells which picture the vector is of
        return not (self.named_by and held.named_by)


def _describe_rows(rows: pa.Table) -> Iterator[_Row]:
    names = [field.name for field in fields(_Row) if field.name in rows.column_names]
    for values in zip(*(rows.column(name).to_pylist() for name in names), strict=True):
        yield _Row(**dict(zip(names, values, strict=True)))
