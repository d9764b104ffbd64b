"""How many pixels a picture may have."""

import os

from encoder.errors import BadSetting
from encoder.pictures.errors import UnreadablePicture

MEGAPIXELS = 200


def most_pixels_allowed() -> int:
    """Return the limit that the environment sets, in pixels.

    Raises:
        BadSetting: what it sets is no number above 0.
    """
    text = os.environ.get("PICTURE_MEGAPIXELS", "").strip()
    try:
        limit = int(float(text or MEGAPIXELS) * 1e6)
    except (ValueError, OverflowError):
        limit = 0
    if limit < 1:
        raise BadSetting(
            f"PICTURE_MEGAPIXELS is {text!r}: write millions of pixels as a number, such as 200."
        )
    return limit


def check_pixels(size: tuple[int, int], most_pixels: int) -> None:
    """Refuse a picture before it unpacks to more than memory should hold.

    Raises:
        UnreadablePicture: it has more pixels.
    """
    if size[0] * size[1] > most_pixels:
        raise UnreadablePicture("too many pixels")
