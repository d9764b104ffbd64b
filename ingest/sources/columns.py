"""Which column of a table means what: Unsplash's names, and the usual names elsewhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingest.errors import SourceError
from ingest.photo import LONGEST_TEXT, Photo, short_id
from vecdb.photos import Extra

IDS = ("photo_id", "id", "image_id", "uid", "uuid", "key")
ADDRESSES = (
    *("photo_image_url", "image_url", "url", "image_link", "link", "src", "address", "href"),
    *("file", "path", "file_path", "filepath", "image_path", "filename", "file_name", "image"),
    *("img", "picture", "photo", "photo_url"),
)
UINT32, UINT64 = 2**32 - 1, 2**64 - 1


def _whole(most: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        try:
            number = int(float(text))
        except (ValueError, OverflowError):
            return None
        return number if 0 <= number <= most else None

    return read


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00").replace("/", "-"))
    except ValueError:
        return None
    moment = moment.replace(tzinfo=moment.tzinfo or timezone.utc)
    # The database keeps seconds since 1970 in 32 bits.
    return moment if 0 < moment.timestamp() < UINT32 else None


def _text(text: str) -> str:
    return text[:LONGEST_TEXT]


# The table's column, how its value is read, and the columns it may come from, the best first.
METADATA: dict[str, tuple[Callable[[str], Any], tuple[str, ...]]] = {
    "width": (_whole(UINT32), ("photo_width", "width")),
    "height": (_whole(UINT32), ("photo_height", "height")),
    "description": (
        _text,
        ("photo_description", "description", "caption", "title", "text", "ai_description"),
    ),
    "photographer": (_text, ("photographer", "author", "artist", "photographer_username")),
    "camera": (_text, ("camera",)),
    "country": (_text, ("photo_location_country", "country")),
    "city": (_text, ("photo_location_city", "city")),
    "taken": (_moment, ("photo_submitted_at", "taken", "date", "datetime", "created")),
    "views": (_whole(UINT64), ("stats_views", "views")),
    "downloads": (_whole(UINT64), ("stats_downloads", "downloads")),
    "label": (_text, ("label", "class", "category", "labels")),
}
# Two columns of Unsplash's that together are one of ours.
PAIRS = {
    "photographer": ("photographer_first_name", "photographer_last_name"),
    "camera": ("exif_camera_make", "exif_camera_model"),
}


class Columns:
    """How one table's rows become photos.

    Args:
        names: the table's columns, in any case.
        id_column: which one holds the ids; guessed by default, the address where none does.
        url_column: which one holds addresses or paths; guessed by default.
        base: folder that relative paths start from; None where paths make no sense.

    Raises:
        SourceError: a column asked for is not there, or no column holds addresses.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        id_column: str | None = None,
        url_column: str | None = None,
        base: Path | None = None,
    ) -> None:
        self._base = base
        self._id = _chosen(names, id_column, "--id-column") or _guessed(names, IDS)
        address = _chosen(names, url_column, "--url-column") or _guessed(names, ADDRESSES)
        if address is None:
            raise SourceError(
                "None of the columns "
                + ", ".join(names[:12])
                + " looks like addresses or paths of "
                "pictures (such as photo_image_url, url or path): name one with --url-column."
            )
        self._address = address

    def photo(self, row: Mapping[str, str]) -> Photo:
        """Turn a row into a photo; a row without id takes its address for one."""
        address = row.get(self._address, "").strip()
        photo_id = short_id(row.get(self._id, "") if self._id else "") or short_id(address)
        used = {self._address, self._id or ""}
        metadata = _metadata(row, used)
        extra: dict[str, Extra] = {
            name: value[:LONGEST_TEXT]
            for name, value in row.items()
            if name and value and name not in used
        }
        return Photo(photo_id, self._located(address), metadata, extra)

    def _located(self, address: str) -> str:
        if not address or "://" in address or self._base is None:
            return address
        if urlsplit(address).scheme in {"data", "javascript", "mailto"}:
            return address
        return str(self._base / address)


def _metadata(row: Mapping[str, str], used: set[str]) -> dict[str, Any]:
    lower = {name.lower(): name for name in row}
    metadata = {}
    for column, parts in PAIRS.items():
        words = [row[lower[part]].strip() for part in parts if part in lower]
        if any(words):
            metadata[column] = _text(" ".join(filter(None, words)))
            used |= {lower[part] for part in parts if part in lower}
    for column, (read, names) in METADATA.items():
        for name in names:
            text = row[lower[name]] if name in lower and lower[name] not in used else ""
            if column in metadata or not text.strip():
                continue
            value = read(text.strip())
            if value is not None:
                metadata[column] = value
                used.add(lower[name])
    return metadata


def _chosen(names: Iterable[str], wanted: str | None, option: str) -> str | None:
    if wanted is None or wanted in names:
        return wanted
    raise SourceError(
        f"There is no column {wanted!r} for {option}; the columns are " + ", ".join(names) + "."
    )


def _guessed(names: Sequence[str], known: Sequence[str]) -> str | None:
    lower = {name.lower(): name for name in reversed(names)}
    return next((lower[name] for name in known if name in lower), None)
