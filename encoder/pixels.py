"""RGB pictures to the square of pixels that a model reads."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from encoder.protocol import Pixels

LONGEST = 8  # times the shorter side: far more than a square window sees


@dataclass(frozen=True)
class Window:
    """Resize, then crop the centre.

    Attributes:
        shorter: pixels the shorter side is resized to; None squeezes the whole picture.
        height: of the window cut from the middle.
        width: of the window cut from the middle.
        resample: Pillow's filter.
        squeezed: (height, width) that the whole picture is squeezed into; the window's by default.
    """

    shorter: int | None
    height: int
    width: int
    resample: Image.Resampling = Image.Resampling.BICUBIC
    squeezed: tuple[int, int] | None = None

    def cut(self, image: Image.Image) -> Pixels:
        """Cut the window from an RGB picture: (height, width, 3) uint8."""
        if self.shorter is None:
            h, w = self.squeezed or (self.height, self.width)
        else:
            image = cut_far_ends(image)
            w, h = image.size
            # Whole numbers are cut off as transformers' processor does, so that pixels are equal.
            longer = int(self.shorter * max(w, h) / min(w, h))
            w, h = (self.shorter, longer) if w <= h else (longer, self.shorter)
        resized = image.resize((w, h), self.resample)
        if (w, h) == (self.width, self.height):
            return np.asarray(resized)
        left, top = (w - self.width) // 2, (h - self.height) // 2
        return np.asarray(resized.crop((left, top, left + self.width, top + self.height)))


def cut_far_ends(image: Image.Image) -> Image.Image:
    """Keep the middle of a strip: resized whole, 1 x 60,000 pixels would take gigabytes."""
    w, h = image.size
    most = LONGEST * min(w, h)
    if max(w, h) <= most:
        return image
    left, top = max(0, (w - most) // 2), max(0, (h - most) // 2)
    return image.crop((left, top, left + min(w, most), top + min(h, most)))
