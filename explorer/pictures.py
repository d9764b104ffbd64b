"""Pictures that users give: bytes, base64, data addresses. Bounded before they unpack, upright."""

import base64
import binascii

from PIL import Image

from encoder.pictures import UnreadablePicture, read_picture
from explorer.errors import BadInput


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
    """Read a picture's bytes as ingest does, of every kind that it reads.

    Raises:
        BadInput: no picture, broken, or too large.
    """
    try:
        return read_picture(data).image
    except UnreadablePicture as error:
        raise BadInput(
            f"The picture cannot be read ({error.reason}): send another, such as a JPEG, PNG or "
            "WebP."
        ) from error
