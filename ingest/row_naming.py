"""Give rows with vectors their ids, as `ingest.naming` gives photos theirs."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Any

import pyarrow as pa

from ingest.files import is_gone
from ingest.naming import candidate_ids
from ingest.photo import Photo
from vecdb.addresses import local_path
from vecdb.records import Origin, Records

NUMBERED = re.compile(r"/row-\d+$")  # of a part, see `ingest.vectors`
JUDGED = 200  # rows that tell from which folder the paths of others start


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
    if not is_first:
        rows, known = _shorten_paths(records, rows, known)
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
        _find_numbered(records, rows, ids, held)
    rows = _drop_lost_paths(rows, ids, held) if held else rows
    kept = rows.drop_columns("within") if "within" in rows.column_names else rows
    named = kept.set_column(kept.column_names.index("id"), "id", pa.array(ids, pa.string()))
    return named, {one: held[one] for one in ids if one in held}


def _shorten_paths(records: Records, rows: pa.Table, known: Set[str]) -> tuple[pa.Table, Set[str]]:
    """Return rows with the ids of stored pictures where their paths end in these; all known ids.

    The paths of another machine, or of a folder that had another name, lead nowhere here. One
    beginning is dropped from all of them, that which leads to at least half of the pictures.
    """
    ids, urls = (rows.column(name).to_pylist() for name in ("id", "url"))
    paths: dict[int, str] = {}
    for at, (one, url) in enumerate(zip(ids, urls, strict=True)):
        path = local_path(url) if one not in known else None
        if path and is_gone(path):
            paths[at] = path.as_posix().replace("\\", "/")
        elif not url and "/" in one.replace("\\", "/") and one not in known:
            paths[at] = one.replace("\\", "/")
    judged = list(paths.values())[:: max(1, len(paths) // JUDGED)]
    ends = {path: [path.removeprefix(each) for each in _beginnings(path)] for path in judged}
    held = records.origins({end for each in ends.values() for end in each})
    counts = Counter(
        path.removesuffix(end)
        for path, each in ends.items()
        for end in each
        if end in held and _lies_at(path, end, held[end])
    )
    beginning, count = max(counts.items(), key=lambda one: (one[1], -len(one[0])), default=("", 0))
    if not count or count * 2 < len(judged):
        return rows, known
    short = {at: p.removeprefix(beginning) for at, p in paths.items() if p.startswith(beginning)}
    held = records.origins(short.values())
    found = {at: end for at, end in short.items() if end in held}
    stored = {at: end for at, end in found.items() if _lies_at(paths[at], end, held[end])}
    ids = [stored.get(at, one) for at, one in enumerate(ids)]
    named = rows.set_column(rows.column_names.index("id"), "id", pa.array(ids, pa.string()))
    return named, known | set(stored.values())


def _beginnings(path: str) -> Iterator[str]:
    """Yield the folders that a path may start from, the longest last."""
    yield from accumulate(f"{name}/" for name in path.split("/")[:-1])


def _lies_at(path: str, end: str, origin: Origin) -> bool:
    """Tell whether a stored picture may be the one that another machine had at a path.

    A name alone is that of many a picture: the folders must have one name, too.
    """
    if not origin.digest or "/" in end:
        return bool(origin.digest)
    here = local_path(origin.url)
    return here is not None and path.split("/")[-2:-1] == [here.parent.name]


def _drop_lost_paths(rows: pa.Table, ids: Sequence[str], held: dict[str, Origin]) -> pa.Table:
    """Return rows with the stored addresses of pictures whose ids are paths that lead nowhere now.

    A folder's photos have their paths in it for ids, and it may lie anywhere.
    """
    urls = rows.column("url").to_pylist()
    for at, (one, given) in enumerate(zip(ids, rows.column("id").to_pylist(), strict=True)):
        origin = held.get(one)
        if origin and one == given and origin.digest and urls[at] != origin.url:
            path = local_path(urls[at])
            urls[at] = origin.url if path and is_gone(path) else urls[at]
    return rows.set_column(rows.column_names.index("url"), "url", pa.array(urls, pa.string()))


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
    stored = _gather(records, records.at_addresses([urls[at] for at in new]), held)
    for at in new:
        found = stored.get(urls[at], ())
        others = (one for one in found if not named_by[at] or held[one].named_by != named_by[at])
        ids[at] = next(others, ids[at])


def _find_numbered(
    records: Records, rows: pa.Table, ids: list[str], held: dict[str, Origin]
) -> None:
    """Give rows that nothing names the ids under which earlier versions stored them.

    These numbered the rows over all parts of a source; what was told tells which one a row is.
    """
    marks, named_by = (rows.column(name).to_pylist() for name in ("mark", "named_by"))
    new = [at for at, one in enumerate(ids) if one not in held and NUMBERED.search(one)]
    stored = _gather(records, records.numbered_rows([marks[at] for at in new]), held)
    for at in new:
        found = stored.get(marks[at], [])
        if same := next((one for one in found if held[one].named_by == named_by[at]), None):
            ids[at] = same
            found.remove(same)


def _gather(
    records: Records, pairs: Sequence[tuple[str, Any]], held: dict[str, Origin]
) -> dict[Any, list[str]]:
    """Return ids by what they stand behind; what is stored under them is put into `held`."""
    held |= records.origins({one for one, _ in pairs} - held.keys())
    found: dict[Any, list[str]] = {}
    for one, key in pairs:
        if one in held:
            found.setdefault(key, []).append(one)
    return found


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
