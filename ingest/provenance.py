"""Which source says what of a photo: tables, archives, and what lies in and beside its file.

Each source's word is kept apart, so that one that is read again takes back only its own. Where two
give the same column, a table's stands before what lies beside the file, and of two tables that
which came later; of several tables of one run, that which is read first.

A row's `given` lists the columns of the source that spoke first, whose mark is the row's; behind
each text `from:MARK:SOURCE` follow those of another source, its mark in hex. The first one is the
row's `named_by` unless such a text, without a mark, names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NamedTuple

from ingest.files import is_gone
from ingest.photo import Photo
from ingest.sources.places import folder_label
from vecdb.addresses import local_path
from vecdb.records import FROM, Origin

MOST = 16  # sources of a photo that are kept apart: the first one, and the latest


class Statement(NamedTuple):
    """What one source says of a photo.

    Attributes:
        source: the table or archive; empty for what lies in and beside the file.
        mark: another one where it says something else; 0 where not known.
        columns: those that it gives.
    """

    source: str
    mark: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Restated:
    """What is said of a photo once one of its sources has spoken again.

    Attributes:
        statements: of all sources, in the order in which they first spoke.
        mine: columns whose values are that source's.
        unsaid: columns that it gave before and that nobody whose word stands before its gives now.
        others: columns whose values stay what other sources gave.
        before: columns that it gave before.
    """

    statements: Sequence[Statement]
    mine: frozenset[str]
    unsaid: frozenset[str]
    others: frozenset[str]
    before: frozenset[str]


def restate(row: Mapping[str, Any], photo: Photo) -> Restated:
    """Put what a source says of a stored photo in the place of what it said before.

    Of a photo that was partly read what it said before stays; so does a label that is the name of
    the folder its file lies in, where the folders are named from another one than before.

    Args:
        row: named_by, mark and given, url and label.
    """
    said = read_statements(row["named_by"], row["mark"], row["given"])
    at = _find(said, photo)
    old = said[at].columns if at is not None else ()
    standing = _columns([one for one in said if one.source and one.source in (photo.adds_to or ())])
    now = [name for name in photo.given if name not in standing]
    is_unnamed = not photo.source and "label" in {*old} - {*now}
    still = ("label",) if is_unnamed and _is_of_folder(row) else ()
    kept = old if photo.is_partly_read else still
    own = Statement(photo.source, photo.mark, tuple(dict.fromkeys([*kept, *now])))
    before, behind = (said, []) if at is None else (said[:at], said[at + 1 :])
    rivals = behind if own.source else [*before, *behind]
    above = _columns([one for one in rivals if one.source])
    mine = frozenset(now) - above
    unsaid = frozenset(old) - set(own.columns) - above
    if unsaid:  # who else gives these will be heard again
        before, behind = ([one._replace(mark=0) for one in part] for part in (before, behind))
    return Restated(
        [*before, own, *behind],
        mine,
        unsaid,
        (_columns([*before, *behind]) | {*still}) - mine - unsaid,
        frozenset(old),
    )


def write_statements(statements: Sequence[Statement], named_by: str) -> dict[str, Any]:
    """Return what a row keeps of them: mark, and given."""
    first, *others = statements
    given = [f"{FROM}:{first.source}"] * (first.source != named_by)
    given += first.columns
    for one in others[-MOST + 1 :]:
        given += [f"{FROM}{one.mark:x}:{one.source}", *one.columns]
    return {"mark": first.mark, "given": given}


def read_statements(named_by: str, mark: int, given: Sequence[str]) -> list[Statement]:
    """Return what each source says, in the order in which they first spoke."""
    said = [Statement(named_by, mark)]
    for at, word in enumerate(given):
        if not word.startswith(FROM):
            said[-1] = said[-1]._replace(columns=(*said[-1].columns, word))
            continue
        told, _, source = word.removeprefix(FROM).partition(":")
        if at == 0 and not told:
            said[0] = Statement(source, mark)
        else:
            said.append(Statement(source, int(told, 16)))
    return said


def is_said(photo: Photo, origin: Origin) -> bool:
    """Tell whether a stored photo has what its source says of it."""
    said = read_statements(origin.named_by, origin.mark, origin.sources)
    at = _find(said, photo)
    if at is None:
        return not photo.given
    return (said[at].source, said[at].mark) == (photo.source, photo.mark)


def is_told_by_others(origin: Origin, source: str) -> bool:
    """Tell whether a stored photo has the word of another source than this one."""
    said = read_statements(origin.named_by, origin.mark, origin.sources)
    return any(one.source != source for one in said)


def mark_of(origin: Origin, source: str) -> int:
    """Return the mark of what a source said of a stored photo, else of who spoke first."""
    said = read_statements(origin.named_by, origin.mark, origin.sources)
    return next((one.mark for one in said if one.source == source), origin.mark)


def is_told_by(origin: Origin, source: str) -> bool:
    """Tell whether a source says something of a stored photo."""
    said = read_statements(origin.named_by, origin.mark, origin.sources)
    return source in [one.source for one in said]


def is_named_anew(now: str, before: str) -> bool:
    """Tell whether another table stands for the one that named a photo: it was moved, perhaps."""
    return bool(now) and now != before and (not before or _is_away(before))


def _find(said: Sequence[Statement], photo: Photo) -> int | None:
    """Return the place of a photo's source among those that spoke of it before, if it is there."""
    sources = [one.source for one in said]
    if photo.source in sources:
        return sources.index(photo.source)
    if (
        photo.is_remote
        and len(said) == 1
        and not sources[0]
        and {*said[0].columns} <= {*photo.given}
    ):
        return 0  # of an earlier version, which did not keep the name of a list of addresses
    name = PurePath(photo.source).name
    moved = (at for at, one in enumerate(sources) if PurePath(one).name == name and _is_away(one))
    return next(moved, None) if name else None


def _is_of_folder(row: Mapping[str, Any]) -> bool:
    """Tell whether a photo's label is the name of the folder that its file lies in."""
    path = local_path(row["url"])
    return path is not None and bool(row["label"]) and folder_label(path.as_posix()) == row["label"]


def _is_away(source: str) -> bool:
    path = local_path(source)
    return path is not None and is_gone(path)


def _columns(said: Sequence[Statement]) -> frozenset[str]:
    return frozenset(name for one in said for name in one.columns)
