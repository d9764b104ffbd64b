"""The pictures that go along with an export, under names that fit everywhere."""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from commandline.words import count_things
from encoder.pictures import HEAD, picture_kind
from explorer.errors import NothingThere
from explorer.exports.choice import Selected
from explorer.exports.rows import Rows
from explorer.originals import as_jpeg
from ingest.sources.kinds import has_picture_ending
from vecdb import Store
from vecdb.addresses import local_file

# Kinds that every trainer reads, with the ending each is known by.
READ_ANYWHERE = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp", "BMP": ".bmp"}
LONGEST = 60  # letters, of up to four bytes each: names end at 255 bytes
DEVICE = re.compile(r"(con|prn|aux|nul|(com|lpt)\d)(\..*)?", re.IGNORECASE)  # Windows's own names
Row = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A picture: where it lies or what it is, its ending, and whether it is only a thumbnail."""

    content: Path | bytes
    suffix: str
    thumbnail: bool = False

    def read(self) -> bytes:
        """Return its bytes."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    def size(self) -> tuple[int, int]:
        """Return width and height as a reader of the file sees them."""
        source = io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content
        with Image.open(source) as image:
            return image.size


class Pictures:
    """Finds the pictures of an export, and counts those that are not as they should be."""

    def __init__(self, selected: Selected, store: Store, kinds: dict[str, str] | None) -> None:
        """Say how pictures are wanted.

        Args:
            kinds: endings by kind; pictures of others become JPEG. None takes files as they are.
        """
        self._selected = selected
        self._store = store
        self._kinds = kinds
        self.missing = self.thumbnails = self._looked_at = 0

    def rows(self, rows: Rows, split: int | None = None) -> Iterator[tuple[Row, Picture]]:
        """Yield rows with their pictures; photos without one are counted and left out."""
        for batch in rows.batches(split):
            for row in batch.to_pylist():
                picture = self._find(row)
                self._looked_at += 1
                self._selected.tell("Writing", self._looked_at / len(self._selected))
                if picture is None:
                    self.missing += 1
                else:
                    self.thumbnails += picture.thumbnail
                    yield row, picture

    def notes(self) -> Iterator[str]:
        """Yield what is to be said of them."""
        if self.thumbnails:
            thumbnails = count_things(
                self.thumbnails,
                "picture is a thumbnail of at most 384 pixels: its original is no file",
                "pictures are thumbnails of at most 384 pixels: their originals are no files",
            )
            yield f"{thumbnails} of this machine."
        if self.missing:
            left = count_things(
                self.missing,
                "photo was left out: no picture of it",
                "photos were left out: no picture of them",
            )
            yield f"{left} is on this machine."

    def _find(self, row: Row) -> Picture | None:
        path = local_file(row["url"])
        picture = self._as_wanted(path) if path is not None else None
        if picture is not None:
            return picture
        thumbnail = self._store.thumbnail(self._selected.collection.name, row["id"])
        return Picture(thumbnail, ".jpg", thumbnail=True) if thumbnail else None

    def _as_wanted(self, path: Path) -> Picture | None:
        if self._kinds is None:
            return Picture(path, path.suffix)
        try:
            with path.open("rb") as file:
                kind = picture_kind(file.read(HEAD))
            if kind in self._kinds:
                return Picture(path, self._kinds[kind])
            return Picture(as_jpeg(path.read_bytes()), ".jpg") if kind else None
        except (OSError, NothingThere):
            return None  # its thumbnail stands in


def name_picture(rank: int, photo_id: str, suffix: str) -> str:
    """Return a file name that keeps the rank, and cannot climb out of a folder."""
    stem = PurePosixPath(photo_id).name or "photo"
    safe = safe_name(stem)
    while has_picture_ending(safe):
        safe = safe.rpartition(".")[0]
    return f"{rank:05d}_{safe}{suffix}"


def _is_letter(character: str) -> bool:
    # Marks on letters, such as Thai vowels, are of categories of their own.
    return character.isalnum() or unicodedata.category(character) in {"Mn", "Mc"}


def safe_name(text: str) -> str:
    """Return a text as a file name of letters, digits and - _ . alone, on Windows, too."""
    letters = unicodedata.normalize("NFC", text.strip())
    safe = "".join(c if _is_letter(c) or c in "-_." else "_" for c in letters)
    safe = safe.lstrip(".")[:LONGEST].rstrip(".") or "_"
    return f"_{safe}" if DEVICE.fullmatch(safe) else safe
