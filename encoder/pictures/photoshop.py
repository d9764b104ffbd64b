"""PSDs that Pillow does not read: deeper than 8 bits, and those larger than 30,000 pixels."""

import io
import logging
import threading

import numpy as np
from PIL import Image

from encoder.pictures.errors import UnreadablePicture
from encoder.pictures.limit import check_pixels

logging.getLogger("psd_tools").setLevel(logging.CRITICAL)

_one_at_a_time = threading.Lock()  # they are unpacked whole, with all their layers


def open_psd(data: bytes, most_pixels: int) -> Image.Image:
    """Read the flattened picture of a PSD or PSB of any depth, by the package psd-tools.

    Raises:
        UnreadablePicture: the library is missing, or there are too many pixels.
        Exception: nearly any, on damaged bytes.
    """
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (18, 14))
    check_pixels((width, height), most_pixels)
    try:
        from psd_tools import PSDImage
    except ImportError:
        raise UnreadablePicture("a reader of PSD is not installed") from None
    with _one_at_a_time:
        opened = PSDImage.open(io.BytesIO(data))
        image = opened.topil()
    if image is None:
        raise ValueError("This PSD has no flattened picture.")
    if opened.depth == 32 and image.mode in {"L", "RGB"}:
        # Floats are light, not the eye's steps of it.
        light = np.asarray(image, np.float32) / 255
        image = Image.fromarray((255 * light ** (1 / 2.2) + 0.5).astype(np.uint8))
    resources = {int(key): one.data for key, one in opened.image_resources.items()}
    image.info["photoshop"] = {
        number: body for number, body in resources.items() if isinstance(body, bytes)
    }
    return image
