"""Pictures to the pixels that a model reads, as the model's own processor would cut them."""

from typing import Any

import numpy as np
from PIL import Image

from encoder.errors import UnusableModel
from encoder.guard import blame
from encoder.pictures import to_rgb
from encoder.pixels import Window, cut_far_ends
from encoder.protocol import Pixels

PROBES = ((97, 61), (61, 97), (300, 90))  # width, height of pictures to try a processor on


class Preparation:
    """A model's picture processor, and its normalisation, which the model's device does later.

    Where plain resizing and cropping gives the processor's very pixels, which is tried on a few
    pictures, that is done instead: it is quicker and holds the interpreter for less time.

    Attributes:
        mean: of each channel, 0 to 255.
        std: of each channel, 0 to 255.
        side: pixels of the shorter side that a picture should have at least.
        patch: side of the patches a picture is cut into, where the model takes patches; else None.
        is_fixed: whether every picture gets one size.

    Raises:
        UnusableModel: the processor does not give pictures.
    """

    def __init__(self, name: str, processor: Any) -> None:
        self._name = name
        self._processor = processor
        with blame(lambda reason: UnusableModel(name, f"its picture processor fails: {reason}")):
            self._try_out()

    def _try_out(self) -> None:
        processor = self._processor
        with np.errstate(divide="ignore", invalid="ignore"):
            black, white = (self._values(Image.new("RGB", (64, 64), c)) for c in ("black", "white"))
        middle = black.shape[0] // 2, black.shape[1] // 2  # an edge may be padding
        low, high = black[middle].astype(np.float64), white[middle].astype(np.float64)
        if not (high > low).all() or not np.isfinite(high - low).all():
            said = "its processor makes no difference between black and white"
            raise UnusableModel(self._name, said)
        self.std = 255 / (high - low)
        self.mean = -low * self.std
        self.patch = int(processor.patch_size) if self._takes_patches else None
        probes = [_draw_noise(width, height) for width, height in PROBES]
        cut = [self._ask(probe) for probe in probes]
        self.is_fixed = len({pixels.shape for pixels in cut}) == 1
        self.side = max(min(pixels.shape[:2]) for pixels in cut)
        window = _plain_window(processor)
        equal = window is not None and all(
            np.array_equal(window.cut(probe), pixels)
            for probe, pixels in zip(probes, cut, strict=True)
        )
        self._window = window if equal else None

    def prepare(self, image: Image.Image) -> Pixels:
        """Resize and crop one picture of any mode: (h, w, 3) uint8."""
        image = to_rgb(image)
        if self._window:
            return self._window.cut(image)
        keeps_shape = not self.is_fixed and self.patch is None
        return self._ask(cut_far_ends(image) if keeps_shape else image)

    def _ask(self, image: Image.Image) -> Pixels:
        """Take the processor's own pixels, before its normalisation."""
        pixels = np.rint(self._values(image) * self.std + self.mean)
        return np.clip(pixels, 0, 255).astype(np.uint8)

    def _values(self, image: Image.Image) -> np.ndarray:
        """Return what the processor makes of a picture: (h, w, 3) float, normalised."""
        given = self._processor([image], return_tensors="np")
        values = np.asarray(given["pixel_values"][0])
        self._takes_patches = "spatial_shapes" in given
        if self._takes_patches:
            rows, columns = (int(n) for n in given["spatial_shapes"][0])
            side = int(self._processor.patch_size)
            patches = values[: rows * columns].reshape(rows, columns, side, side, 3)
            return patches.transpose(0, 2, 1, 3, 4).reshape(rows * side, columns * side, 3)
        if values.ndim != 3 or values.shape[0] != 3:
            raise UnusableModel(self._name, f"its processor gives arrays of shape {values.shape}")
        return values.transpose(1, 2, 0)


def _draw_noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def _plain_window(processor: Any) -> Window | None:
    size = dict(getattr(processor, "size", None) or {})
    crop = dict(getattr(processor, "crop_size", None) or {})
    crops = bool(getattr(processor, "do_center_crop", False) and crop)
    shorter = size.get("shortest_edge")
    whole = size if size.get("height") and size.get("width") else None
    if not (shorter or whole) or (shorter and not crops):
        return None
    resample = Image.Resampling(int(processor.resample))
    edge = crop if crops else whole
    assert edge is not None
    squeezed = (int(whole["height"]), int(whole["width"])) if whole else None
    return Window(shorter, int(edge["height"]), int(edge["width"]), resample, squeezed)
