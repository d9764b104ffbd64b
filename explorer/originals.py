"""The original pictures of photos whose files lie on this machine, as browsers show them."""

import io
import threading
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from encoder.pictures import HEAD, UnreadablePicture, picture_kind, read_picture
from explorer.errors import NothingThere
from ingest.decode import decode
from ingest.errors import Rejected
from ingest.far import read_object
from ingest.sources.place import is_in_store
from vecdb import Collection, Store
from vecdb.addresses import local_path
from vecdb.store import keep_if_possible

LARGEST_SIDE = 4096
LARGEST_OBJECT = 32 << 20  # bytes, and seconds that it may take
SECONDS = 20.0
QUALITY = 90
# Kinds that every browser shows, with what they are called on the web.
SHOWN = {"JPEG": "jpeg", "PNG": "png", "GIF": "gif", "WebP": "webp", "AVIF": "avif", "BMP": "bmp"}

_one_conversion = threading.Lock()  # a full-size picture may take a gigabyte


@dataclass(frozen=True)
class Original:
    """A picture's bytes, and their kind as the web names it."""

    data: bytes
    media_type: str


def read_original(collection: Collection, photo_id: str) -> Original:
    """Read the file that the database names for a photo; kinds that no browser shows as JPEG.

    Raises:
        NothingThere: there is no such photo, its file is not here, or it is no picture.
    """
    rows = collection.photos([photo_id])
    if not rows:
        raise NothingThere(f"The collection {collection.name} holds no photo {photo_id[:80]!a}.")
    path = local_path(rows[0]["url"])
    if path is None:
        raise NothingThere("The original of this photo is not a file on the server: see its url.")
    data, kind = _read(path)
    if kind in SHOWN:
        return Original(data, f"image/{SHOWN[kind]}")
    return Original(as_jpeg(data), "image/jpeg")


def make_thumbnail(store: Store, collection: Collection, photo_id: str) -> bytes | None:
    """Make and keep the thumbnail of a photo that was stored without one.

    Returns:
        JPEG, or None where there is no such photo, its picture is neither a file here nor in an
        object store, or it is no picture.
    """
    rows = collection.photos([photo_id])
    url = rows[0]["url"] if rows else ""
    path = local_path(url)
    if path is None and not is_in_store(url):
        return None  # what lies on the web, pages ask for themselves
    try:
        data = read_object(url, LARGEST_OBJECT, SECONDS) if path is None else _read(path)[0]
        with _one_conversion:
            picture = decode(data)
    except (NothingThere, Rejected):
        return None
    with keep_if_possible():
        store.put_thumbnails(collection.name, [(photo_id, picture.digest, picture.thumbnail)])
    return picture.thumbnail


def _read(path: Path) -> tuple[bytes, str]:
    try:
        # Told by the first bytes: whatever the database names, only pictures leave the server.
        with path.open("rb") as file:
            kind = picture_kind(file.read(HEAD)) if path.is_file() else None
            if kind is None:
                raise NothingThere("The file of this photo is not a picture.")
            file.seek(0)
            return file.read(), kind
    except (OSError, ValueError) as error:
        raise NothingThere("The file of this photo is no longer where it was.") from error


def as_jpeg(data: bytes) -> bytes:
    """Return a picture of any kind as JPEG of at most LARGEST_SIDE pixels a side.

    Raises:
        NothingThere: it cannot be read.
    """
    with _one_conversion:
        try:
            image = read_picture(data, needed=LARGEST_SIDE).image
        except UnreadablePicture as error:
            raise NothingThere(f"The file of this photo cannot be read: {error.reason}.") from error
        image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
