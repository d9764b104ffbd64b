"""Pictures of any kind to RGB, and RGB to the square of pixels that a model reads."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from encoder.protocol import Pixels

LONGEST = 8  # times the shorter side: far more than a square window sees


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert a picture of any mode to RGB: transparency on white, 16 bits scaled down to 8."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _scaled(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image).astype(np.float64))
    values = np.clip(values * _scale(image.mode, float(values.max())), 0, 255)
    return Image.fromarray(values.astype(np.uint8)).convert("RGB")


def _scale(mode: str, brightest: float) -> float:
    if mode.startswith("I;16"):
        return 255 / 65535
    if mode == "I":  # 16-bit samples in 32-bit numbers, or 8-bit ones
        return 255 / 65535 if brightest > 255 else 1
    return 255 if brightest <= 1 else 1  # fractions are either 0..1 or already 0..255


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
            image = _without_far_ends(image)
            w, h = image.size
            # Whole numbers are cut off as transformers' processor does, so that pixels are equal.
            longer = int(self.shorter * max(w, h) / min(w, h))
            w, h = (self.shorter, longer) if w <= h else (longer, self.shorter)
        resized = image.resize((w, h), self.resample)
        if (w, h) == (self.width, self.height):
            return np.asarray(resized)
        left, top = (w - self.width) // 2, (h - self.height) // 2
        return np.asarray(resized.crop((left, top, left + self.width, top + self.height)))


def _without_far_ends(image: Image.Image) -> Image.Image:
    """Keep the middle of a strip: resized whole, 1 x 60,000 pixels would take gigabytes."""
    w, h = image.size
    most = LONGEST * min(w, h)
    if max(w, h) <= most:
        return image
    left, top = max(0, (w - most) // 2), max(0, (h - most) // 2)
    return image.crop((left, top, left + min(w, most), top + min(h, most)))
