"""What changed of a photo since it was stored, and its row as it is from now on."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from encoder.pictures import UnreadablePicture, read_picture
from ingest.embedded import OTHERS, OWN_COLUMNS, read_embedded
from ingest.files import file_digest, is_there
from ingest.photo import EXTRA, Photo, clean, clean_values
from ingest.provenance import is_named_anew, is_said, read_statements, restate, write_statements
from ingest.rows import name_size
from vecdb import Collection
from vecdb.addresses import path_of
from vecdb.photos import MAPS, METADATA, photo_table, stored_extra
from vecdb.records import Origin

KEPT = {"width", "height", "digest", "duplicate_of", "added_at"}
OF_PICTURE = {*KEPT, "modified", "size"}


@dataclass(frozen=True)
class Known:
    """A photo that is stored, under its id there, and where the stored one comes from."""

    photo: Photo
    origin: Origin


@dataclass(frozen=True)
class Changes:
    """Photos whose rows are stored anew without their pictures being read.

    Attributes:
        are_added: whether an earlier table of the same run told of these photos, too.
    """

    photos: tuple[Photo, ...]
    are_added: bool = False


def find_change(known: Known) -> Photo | None:
    """Return a stored photo that is not as it was: to be encoded anew where `replaces` is set.

    Its row is written anew too where only its file's time and size were not known.
    """
    photo, origin = known.photo, known.origin
    if photo.payload is not None:
        same = not origin.digest or photo.picture == origin.digest
    elif photo.is_remote:
        same = not origin.url or (photo.url == origin.url and not _is_newer(photo, origin))
    else:
        same = _is_same_file(photo, origin)
        if same and photo.url != origin.url and photo.within and is_there(origin.url):
            if not photo.source:
                return None  # a copy
            photo = replace(photo, address=origin.url, modified=0.0, size=0)
    if not same:
        return replace(photo, replaces=True)
    as_stored = origin.url == (photo.url or origin.url) and is_said(photo, origin)
    as_stored = as_stored and not is_named_anew(photo.named_by, origin.named_by)
    if as_stored and (not photo.size or (photo.modified, photo.size) == _stats(origin)):
        return None
    return photo


def _is_newer(photo: Photo, origin: Origin) -> bool:
    """Tell whether an object of a store is another one than when it was fetched."""
    return bool(photo.size and origin.size) and (photo.modified, photo.size) != _stats(origin)


def _stats(origin: Origin) -> tuple[float, int]:
    return origin.modified, origin.size


def _is_same_file(photo: Photo, origin: Origin) -> bool:
    """Tell whether a file's bytes are the stored ones; where that cannot be told, its path says."""
    if photo.url == origin.url and origin.size and (photo.modified, photo.size) == _stats(origin):
        return True
    if not origin.digest:
        return True
    if origin.size and photo.size and photo.size != origin.size:
        return False
    digest = file_digest(photo.address)
    return digest == origin.digest or (not digest and photo.url == origin.url)


def store_changes(collection: Collection, photos: Sequence[Photo]) -> tuple[int, int]:
    """Write what the source says of stored photos into their rows; pictures stay as they are.

    Returns:
        How many rows differ now in something that can be seen, and how many do not.
    """
    told = {photo.id: photo for photo in photos}
    updated = written = 0
    for rows in collection.records.whole(list(told)):
        before = rows.drop_columns("vector").to_pylist()
        after = [_merge(row, told[row["id"]]) for row in before]
        changed = photo_table(after, rows.column("vector"))
        seen = changed.select(["url", *METADATA]).to_pylist()
        updated += sum(_seen(one) != _seen(two) for one, two in zip(before, seen, strict=True))
        written += collection.replace(changed)
    return updated, written - updated


def keep_others(collection: Collection, photos: Sequence[Photo], rows: pa.Table) -> pa.Table:
    """Return new rows of stored photos with what other sources say of them.

    So stays what files said before that cannot be read now.
    """
    told = {photo.id: photo for photo in photos}
    stored = {
        row["id"]: row
        for found in collection.records.whole(list(told))
        for row in found.drop_columns("vector").to_pylist()
    }
    new = rows.drop_columns("vector").to_pylist()
    kept = [
        _keep(row, stored[row["id"]], told[row["id"]]) if row["id"] in stored else row
        for row in new
    ]
    return photo_table(kept, rows.column("vector"))


def keep_told(collection: Collection, rows: pa.Table) -> pa.Table:
    """Return new rows of vectors that are stored already with what others say of them.

    So stays what is known of their pictures, and what names them while it is there. When they were
    added is left open: what is kept of a collection's vectors goes by that.
    """
    found = collection.records.whole(rows.column("id").to_pylist())
    stored = {row["id"]: row for part in found for row in part.drop_columns("vector").to_pylist()}
    empty: dict[str, Any] = {name: [] for name in MAPS}
    empty |= {n: "" if METADATA[n] == pa.string() else None for n in METADATA.keys() - MAPS.keys()}
    kept = []
    for row in rows.drop_columns("vector").to_pylist():
        told = {name: row[name] for name in METADATA.keys() - MAPS.keys() if row.get(name)}
        extra = dict(pair for name in MAPS for pair in row.get(name) or [])
        photo = Photo(row["id"], row["url"], told, extra, told_by=row["named_by"])
        before = stored[row["id"]]
        known = {name: before[name] for name in {*OF_PICTURE, "url"} if not row.get(name)}
        if not before["named_by"] or not is_named_anew(row["named_by"], before["named_by"]):
            known["named_by"] = before["named_by"]
        new = _keep(empty | row | known, before, photo)
        said = read_statements(new["named_by"], new["mark"], new["given"])
        said = [
            one._replace(mark=row["mark"]) if one.source == photo.source else one for one in said
        ]
        kept.append(new | write_statements(said, new["named_by"]))
    return photo_table(kept, rows.column("vector")).drop_columns("added_at")


def _keep(row: dict[str, Any], stored: dict[str, Any], photo: Photo) -> dict[str, Any]:
    """Return a new row with what others than its source gave."""
    said = restate(stored, photo)
    names = set(said.others)
    if photo.is_partly_read:
        names |= said.before - said.mine
        names |= {"label"} & said.before  # now the folder's name, perhaps
    kept = dict(row)
    for name in names & METADATA.keys() - KEPT:
        kept[name] = stored[name]
    for name in MAPS:
        others = [pair for pair in row[name] or [] if EXTRA + pair[0] not in names]
        kept[name] = others + [pair for pair in stored[name] if EXTRA + pair[0] in names]
    return kept | write_statements(said.statements, row["named_by"])


def _seen(row: dict[str, Any]) -> list[Any]:
    return [
        sorted(row[name] or []) if name in MAPS else row[name] or None
        for name in ("url", *METADATA)
    ]


def _read_again(
    row: dict[str, Any], photo: Photo, unsaid: Set[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a picture says of itself of that which its source said before and says no more.

    Returns:
        Values for the table's own columns, and all others.
    """
    unsaid = unsaid & (OWN_COLUMNS | {EXTRA + name for name in OTHERS})
    if not unsaid or photo.is_remote:
        return {}, {}
    try:
        data = path_of(photo.address).read_bytes() if photo.payload is None else photo.payload
        own, others = read_embedded(read_picture(data, needed=1).blocks)
    except (OSError, ValueError, UnreadablePicture):
        return {}, {}
    return (
        {name: value for name, value in own.items() if name in unsaid},
        {name: value for name, value in others.items() if EXTRA + name in unsaid},
    )


def _merge(row: dict[str, Any], photo: Photo) -> dict[str, Any]:
    """Return a stored row without what its source gave before, and with what it gives now."""
    said = restate(row, photo)
    own, others = _read_again(row, photo, said.unsaid)
    merged = dict(row)
    for name in said.unsaid & METADATA.keys() - KEPT:
        merged[name] = "" if METADATA[name] == pa.string() else None
    told = {name: value for name, value in photo.extra.items() if EXTRA + clean(name) in said.mine}
    extra = clean_values({**others, **told})
    now = stored_extra(extra)
    for name in MAPS:
        kept = [
            pair
            for pair in row[name]
            if EXTRA + pair[0] not in said.unsaid and pair[0] not in extra
        ]
        merged[name] = kept + now[name]
    told = {name: value for name, value in photo.metadata.items() if name in said.mine}
    for name, value in clean_values({**own, **told}).items():
        if name == "label" and photo.is_partly_read and row["label"]:
            continue  # the folder's name, perhaps, for want of what could not be read
        merged[name] = value
    if row["width"] and row["height"]:
        merged |= name_size(merged, row["width"], row["height"])
    merged["url"] = photo.url or row["url"]
    if is_named_anew(photo.named_by, row["named_by"]):
        merged["named_by"] = photo.named_by
    merged |= write_statements(said.statements, merged["named_by"])
    if photo.size:
        merged |= {"modified": photo.modified, "size": photo.size}
    return merged
