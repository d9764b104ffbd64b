"""Pictures that users give: bytes, base64, data addresses. Bounded before they unpack, upright."""

import base64
import binascii
import io

from PIL import Image, ImageOps

from explorer.errors import BadInput

MOST_PIXELS = 80_000_000
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "MPO", "AVIF")


def picture_from_text(text: str) -> Image.Image:
    """Read base64, plain or as a `data:image/...;base64,` address.

    Raises:
        BadInput: it is not base64, or no picture.
    """
    try:
        plain = text.partition(",")[2] if text.startswith("data:") else text
        return picture_from(base64.b64decode(plain))
    except (binascii.Error, ValueError) as error:
        raise BadInput("The picture is not base64.") from error


def picture_from(data: bytes) -> Image.Image:
    """Read a picture's bytes, and turn it upright as ingest does.

    Raises:
        BadInput: no picture, broken, or too large.
    """
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=KINDS)
        if picture.width * picture.height > MOST_PIXELS:
            raise BadInput(f"The picture has more than {MOST_PIXELS // 10**6} million pixels.")
        picture = ImageOps.exif_transpose(picture)
    except BadInput:
        raise
    except Exception as error:
        # Pillow's decoders raise anything on broken files, from struct.error to IndexError.
        raise BadInput("The picture cannot be read: send a JPEG, PNG or WebP.") from error
    return picture
