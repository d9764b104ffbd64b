"""What changed of a photo since it was stored, and its row as it is from now on."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from encoder.fingerprint import digest_file
from encoder.pictures import UnreadablePicture, read_picture
from ingest.embedded import OTHERS, OWN_COLUMNS, read_embedded
from ingest.photo import Photo, clean, clean_values
from vecdb import Collection
from vecdb.addresses import local_path, path_of
from vecdb.photos import MAPS, METADATA, photo_table, stored_extra
from vecdb.records import Origin

EXTRA = "extra:"  # goes before the name of a column of the source's own
KEPT = {"width", "height", "digest", "duplicate_of", "added_at"}


@dataclass(frozen=True)
class Known:
    """A photo that is stored, under its id there, and where the stored one comes from."""

    photo: Photo
    origin: Origin


@dataclass(frozen=True)
class Changes:
    """Photos whose rows are stored anew without their pictures being read."""

    photos: tuple[Photo, ...]


def mark_of(photo: Photo) -> int:
    """Return a number that is another one where the source says something else of a photo."""
    told = repr((sorted(photo.metadata.items()), sorted(photo.extra.items())))
    told += " and more" * photo.is_partly_read
    digest = hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") or 1


def given_by(photo: Photo) -> list[str]:
    """Return the columns that a photo's source gives."""
    return [*photo.metadata, *(EXTRA + clean(name) for name in photo.extra)]


def look_at_file(photo: Photo) -> Photo:
    """Return a photo with its file's time and size, where it is a file here."""
    if photo.size or photo.payload is not None or photo.is_remote or not photo.address:
        return photo
    try:
        found = path_of(photo.address).stat()
    except (OSError, ValueError):
        return photo  # the fetch will say why it cannot be read
    return replace(photo, modified=found.st_mtime, size=found.st_size)


def find_change(known: Known) -> Photo | None:
    """Return a stored photo that is not as it was: to be encoded anew where `replaces` is set.

    Its row is written anew too where only its file's time and size were not known.
    """
    photo, origin = known.photo, known.origin
    if photo.payload is not None:
        same = not origin.digest or hashlib.sha256(photo.payload).hexdigest() == origin.digest
    elif photo.is_remote:
        same = not origin.url or (photo.url == origin.url and not _is_newer(photo, origin))
    else:
        same = _is_same_file(photo, origin)
        if same and photo.url != origin.url and photo.within and _is_there(origin.url):
            return None  # a copy
    if not same:
        return replace(photo, replaces=True)
    as_stored = (origin.url, origin.mark) == (photo.url or origin.url, mark_of(photo))
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


def file_digest(address: str) -> str:
    """Return the sha256 of a file in hex, empty where it cannot be read."""
    try:
        return digest_file(path_of(address))
    except (OSError, ValueError):
        return ""


def is_named_anew(now: str, before: str) -> bool:
    """Tell whether another table stands for the one that named a photo: it was moved, perhaps."""
    if not now or now == before:
        return False
    path = local_path(before)
    return not before or (path is not None and is_gone(path))


def _is_there(url: str) -> bool:
    path = local_path(url)
    return path is not None and not is_gone(path)


def is_gone(path: Path) -> bool:
    """Tell whether there is surely no such file: one that may not be looked at is not gone."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def store_changes(collection: Collection, photos: Sequence[Photo]) -> tuple[int, int]:
    """Write what the source says of stored photos into their rows; pictures stay as they are.

    Returns:
        How many rows differ now in something that can be seen, and how many do not.
    """
    told = {photo.id: photo for photo in photos}
    updated = written = 0
    for rows in collection.records.whole(list(told)):
        before = rows.drop_columns("vector").to_pylist()
        after = [_merge(row, told[row["id"]], *_read_again(row, told[row["id"]])) for row in before]
        changed = photo_table(after, rows.column("vector"))
        seen = changed.select(["url", *METADATA]).to_pylist()
        updated += sum(_seen(one) != _seen(two) for one, two in zip(before, seen, strict=True))
        written += collection.replace(changed)
    return updated, written - updated


def keep_unread(collection: Collection, photos: Sequence[Photo], rows: pa.Table) -> pa.Table:
    """Return new rows of stored photos with what files that cannot be read now said before."""
    partly_read = [photo.id for photo in photos if photo.is_partly_read]
    if not partly_read:
        return rows
    stored = {
        row["id"]: row
        for found in collection.records.whole(partly_read)
        for row in found.drop_columns("vector").to_pylist()
    }
    new = rows.drop_columns("vector").to_pylist()
    return photo_table(
        [_keep(row, stored.get(row["id"], row)) for row in new], rows.column("vector")
    )


def _keep(row: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """Return a row with what the source gave before and does not give now."""
    kept = dict(row)
    unread = set(stored["given"]) - set(row["given"])
    unread |= {"label"} & set(stored["given"])  # now the folder's name, perhaps
    for name in unread & METADATA.keys() - KEPT:
        kept[name] = stored[name]
    for name in MAPS:
        others = [pair for pair in row[name] or [] if EXTRA + pair[0] not in unread]
        kept[name] = others + [pair for pair in stored[name] if EXTRA + pair[0] in unread]
    return kept | {"given": list(dict.fromkeys([*stored["given"], *row["given"]]))}


def _seen(row: dict[str, Any]) -> list[Any]:
    return [
        sorted(row[name] or []) if name in MAPS else row[name] or None
        for name in ("url", *METADATA)
    ]


def _read_again(row: dict[str, Any], photo: Photo) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a picture says of itself of that which its source said before and says no more.

    Returns:
        Values for the table's own columns, and all others.
    """
    unsaid = set(row["given"]) - set(given_by(photo))
    unsaid &= OWN_COLUMNS | {EXTRA + name for name in OTHERS}
    if not unsaid or photo.is_partly_read or photo.is_remote:
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


def _merge(
    row: dict[str, Any], photo: Photo, own: dict[str, Any], others: dict[str, Any]
) -> dict[str, Any]:
    """Return a stored row without what its source gave before, and with what it gives now.

    Of a photo that was partly read what it gave before stays.

    Args:
        own: what the picture itself says, for the table's own columns.
        others: what else it says.
    """
    merged = dict(row)
    given = given_by(photo)
    before = set(row["given"])
    if photo.is_partly_read:
        before, given = set(), list(dict.fromkeys([*row["given"], *given]))
    for name in before & METADATA.keys() - KEPT:
        merged[name] = "" if METADATA[name] == pa.string() else None
    extra = clean_values({**others, **photo.extra})
    now = stored_extra(extra)
    for name in MAPS:
        kept = [
            pair for pair in row[name] if EXTRA + pair[0] not in before and pair[0] not in extra
        ]
        merged[name] = kept + now[name]
    for name, value in clean_values({**own, **photo.metadata}).items():
        if name == "label" and photo.is_partly_read and row["label"]:
            continue  # the folder's name, perhaps, for want of what could not be read
        merged[name] = value
    merged |= {"url": photo.url or row["url"], "mark": mark_of(photo), "given": given}
    if is_named_anew(photo.named_by, row["named_by"]):
        merged["named_by"] = photo.named_by
    if photo.size:
        merged |= {"modified": photo.modified, "size": photo.size}
    return merged
