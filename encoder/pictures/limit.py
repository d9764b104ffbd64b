"""How many pixels a picture may have."""

import os

from encoder.pictures.errors import UnreadablePicture

MEGAPIXELS = 200


def most_pixels_allowed() -> int:
    """Return the limit that the environment sets, in pixels."""
    try:
        return int(float(os.environ.get("PICTURE_MEGAPIXELS") or MEGAPIXELS) * 1e6)
    except (ValueError, OverflowError):
        return MEGAPIXELS * 10**6


def check_pixels(size: tuple[int, int], most_pixels: int) -> None:
    """Refuse a picture before it unpacks to more than memory should hold.

    Raises:
        UnreadablePicture: it has more pixels.
    """
    if size[0] * size[1] > most_pixels:
        raise UnreadablePicture("too many pixels")
