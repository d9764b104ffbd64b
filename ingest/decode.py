"""Bytes to an upright RGB picture, its thumbnail and its digest."""

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from encoder.pictures import Picture, UnreadablePicture, read_picture
from ingest.embedded import read_embedded
from ingest.errors import Rejected

SIDE = 224  # pixels of the shorter side that most models look at
THUMBNAIL = 384
QUALITY = 85
SMALL = 1 << 17  # bytes of a JPEG that is its own thumbnail


@dataclass(frozen=True)
class Decoded:
    """A decoded picture.

    Attributes:
        image: upright, RGB; at least as large as was asked for, maybe smaller than the file says.
        width: of the upright picture in the file.
        height: of the upright picture in the file.
        digest: sha256 of the bytes, in hex.
        thumbnail: JPEG, longer side at most 384.
        metadata: what the file says of it, for the table's own columns.
        extra: what else it says.
    """

    image: Image.Image
    width: int
    height: int
    digest: str
    thumbnail: bytes
    metadata: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


def decode(data: bytes, *, side: int = SIDE, most_pixels: int | None = None) -> Decoded:
    """Decode a picture of any kind that `encoder.pictures` reads.

    Args:
        data: the file's bytes.
        side: pixels of the shorter side that the encoder needs; JPEGs much larger than this are
            decoded at a fraction of their size.
        most_pixels: of kinds that cannot be decoded smaller; the environment's by default.

    Raises:
        Rejected: not a picture, a damaged one, or one of too many pixels.
    """
    try:
        picture = read_picture(data, needed=max(2 * side, THUMBNAIL), most_pixels=most_pixels)
    except UnreadablePicture as error:
        raise Rejected(error.reason, permanent=True, mendable=error.mendable) from None
    return Decoded(
        picture.image,
        picture.width,
        picture.height,
        hashlib.sha256(data).hexdigest(),
        _thumbnail(picture, data),
        *read_embedded(picture.blocks),
    )


def _thumbnail(picture: Picture, data: bytes) -> bytes:
    image = picture.image
    if picture.is_as_stored and max(image.size) <= THUMBNAIL and len(data) <= SMALL:
        return data  # small already: its own bytes are the best thumbnail
    small = image if max(image.size) <= THUMBNAIL else _fit(image)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _fit(image: Image.Image) -> Image.Image:
    scale = THUMBNAIL / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
