"""Pictures that users give: bytes, base64, data addresses. Bounded before they unpack, upright."""

import base64
import binascii
import io

from PIL import Image, ImageOps

from api.errors import Refused

MOST_PIXELS = 80_000_000
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "MPO", "AVIF")


def picture_from_text(text: str) -> Image.Image:
    """Read base64, plain or as a `data:image/...;base64,` address.

    Raises:
        Refused: 400.
    """
    try:
        plain = text.partition(",")[2] if text.startswith("data:") else text
        return picture_from(base64.b64decode(plain))
    except (binascii.Error, ValueError) as error:
        raise Refused(400, "The picture is not base64.") from error


def picture_from(data: bytes) -> Image.Image:
    """Read a picture's bytes, and turn it upright as ingest does.

    Raises:
        Refused: 400: no picture, broken, or too large.
    """
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=KINDS)
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused(400, f"The picture has more than {MOST_PIXELS // 10**6} million pixels.")
        picture = ImageOps.exif_transpose(picture)
    except Refused:
        raise
    except Exception as error:
        # Pillow's decoders raise anything on broken files, from struct.error to IndexError.
        raise Refused(400, "The picture cannot be read: send a JPEG, PNG or WebP.") from error
    return picture
