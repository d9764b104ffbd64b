"""Pictures as arrays of numbers: TIFFs that Pillow does not read or misreads, PAM and PFM."""

import io
import logging
import re
import threading
from typing import Any

import numpy as np
from PIL import Image

from encoder.pictures.errors import UnreadablePicture
from encoder.pictures.limit import check_pixels

BITS, PHOTOMETRIC, SAMPLES, PLANES, FORMAT = 258, 262, 277, 284, 339
PROFILE, NO_DATA, EXTRA = 34675, 42113, 338
WHITE_IS_ZERO, RGB, CIELAB, ICCLAB = 0, 2, 8, 9
UNSIGNED, SIGNED = 1, 2
COMPRESSION, WEBP = 259, 50001
MOST_PAGES = 1_000
MOST_BYTES = 16  # a pixel: a float of 4 bytes for each of four bands
STRIP = 256  # rows brought to 8 bits at once, to bound memory
DARK = 1 << 14  # numbers of 16 bits that stay below come from sensors of fewer bits
PAM = re.compile(rb"P7\s(.*?)ENDHDR\r?\n", re.DOTALL)
PFM = re.compile(rb"PF\s+(\d+)\s+(\d+)\s+([-+.\deE]+)\s")
# What its reader thinks of a picture must not end up between the progress bars.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)

_one_at_a_time = threading.Lock()  # they are unpacked whole, at up to 16 bytes a pixel


def is_misread(opened: Image.Image) -> bool:
    """Tell whether Pillow opens a TIFF whose numbers it gets wrong, or cannot unpack.

    It takes 32 bits without sign for such with one and 8 with one for such without, the planes of
    deep colours for one plane, and black for white in deep negatives; deep colours lose what lies
    below their upper 8 bits.
    """
    tags: Any = getattr(opened, "tag_v2", {})
    bits, form = max(tags.get(BITS) or (1,)), (tags.get(FORMAT) or (UNSIGNED,))[0]
    is_deep = bits > 8
    return (
        (is_deep and tags.get(PHOTOMETRIC) == WHITE_IS_ZERO)
        or (is_deep and tags.get(PHOTOMETRIC) == RGB)
        or (is_deep and tags.get(PLANES) == 2 and tags.get(SAMPLES, 1) > 1)
        or (tags.get(PHOTOMETRIC) == CIELAB and tags.get(PLANES) == 2)
        or (bits, form) in {(32, UNSIGNED), (8, SIGNED)}
        or tags.get(COMPRESSION) == WEBP
    )


def open_tiff(data: bytes, most_pixels: int) -> Image.Image:
    """Read the largest page of a TIFF of any numbers, by the package tifffile.

    Raises:
        UnreadablePicture: the library is missing, or there are too many pixels.
        Exception: nearly any, on damaged bytes.
    """
    try:
        import tifffile
    except ImportError:
        raise UnreadablePicture("a reader of TIFF is not installed") from None
    with _one_at_a_time, tifffile.TiffFile(io.BytesIO(data)) as file:
        pages: list[Any] = [file.pages[at] for at in range(min(len(file.pages), MOST_PAGES))]
        page = max(pages, key=lambda one: one.imagewidth * one.imagelength)
        check_pixels((page.imagewidth, page.imagelength), most_pixels)
        if page.nbytes > MOST_BYTES * most_pixels:
            raise UnreadablePicture("too many pixels")
        values = page.asarray(maxworkers=1).squeeze()
        values = np.abs(values) if values.dtype.kind == "c" else values
        tags = {tag.code: tag.value for tag in page.tags.values()}
    shape = (page.imagelength, page.imagewidth)
    if values.ndim == 3 and values.shape[1:] == shape:
        values = np.moveaxis(values, 0, -1)
    values = values.reshape(*shape, -1)
    if tags.get(PHOTOMETRIC) in {CIELAB, ICCLAB} and values.shape[-1] >= 3:
        return _lab_image(values[..., :3], is_signed=tags[PHOTOMETRIC] == CIELAB)
    if tags.get(PHOTOMETRIC) != RGB or values.shape[-1] < 3:
        values = values[..., 0]
    elif not _is_transparency(tags.get(EXTRA)):
        values = values[..., :3]
    if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO:
        values = -values.astype(np.float32)
    image = image_of(values, absent=_number(tags.get(NO_DATA)))
    if tags.get(PROFILE):
        image.info["icc_profile"] = bytes(tags[PROFILE])
    return image


def _lab_image(values: np.ndarray, *, is_signed: bool) -> Image.Image:
    """Make a picture of lightness and two colours, of 8 or 16 bits: (h, w, 3)."""
    eight = (values >> 8).astype(np.uint8) if values.dtype.itemsize > 1 else values.copy()
    if not is_signed:  # as Pillow has them, too
        eight[..., 1:] ^= 0x80
    return Image.frombytes("LAB", values.shape[1::-1], eight.tobytes())


def open_portable(data: bytes, most_pixels: int) -> Image.Image:
    """Read a portable map that Pillow does not: PAM, or PFM of colours.

    Raises:
        UnreadablePicture: too many pixels.
        ValueError: it is neither, or breaks off.
    """
    if found := PFM.match(data):
        size, kind = (int(found[1]), int(found[2])), "<f4" if float(found[3]) < 0 else ">f4"
        depth, start = 3, found.end()
    elif found := PAM.match(data):
        told = dict(line.split(None, 1) for line in found[1].split(b"\n") if line.count(b" "))
        size, depth = (int(told[b"WIDTH"]), int(told[b"HEIGHT"])), int(told[b"DEPTH"])
        kind, start = "u1" if int(told[b"MAXVAL"]) < 256 else ">u2", found.end()
    else:
        raise ValueError("This is no portable map.")
    check_pixels(size, most_pixels)
    values = np.frombuffer(data, kind, size[0] * size[1] * depth, start)
    values = values.reshape(size[1], size[0], depth)
    if kind[1:] == "f4":
        return image_of(values[::-1])
    if int(told[b"MAXVAL"]) < 255:
        values = (values.astype(np.uint16) * 255 // int(told[b"MAXVAL"])).astype(np.uint8)
    return image_of(values if depth > 2 else values[..., 0])


def image_of(values: np.ndarray, absent: float | None = None) -> Image.Image:
    """Make a picture of numbers; grey that is no byte stays deep, to be stretched with all grey.

    Args:
        values: (h, w) grey, or (h, w, bands): red, green, blue and perhaps transparency.
        absent: the number that stands for none.
    """
    if values.dtype == np.uint8:
        return Image.fromarray(np.ascontiguousarray(values[..., :4] if values.ndim > 2 else values))
    if values.ndim == 2:
        grey = values.astype(np.float32)
        if absent is not None:
            grey[values == absent] = np.nan
        return Image.fromarray(grey)
    image = Image.fromarray(_eight_bits(values[..., :3]))
    if values.shape[-1] > 3:
        most = 1 if values.dtype.kind == "f" else np.iinfo(values.dtype).max
        image.putalpha(Image.fromarray((values[..., 3] * (255 / most)).astype(np.uint8)))
    return image


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Bring colours to 8 bits: (h, w, 3) uint8. Fractions up to 1 are whole colours."""
    if values.dtype.kind == "f":
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        low, high = (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)
        values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    else:
        low, high = 0.0, float(np.iinfo(values.dtype).max)
        brightest = int(values.max(initial=0))
        if brightest < DARK or int(values.min(initial=0)) < 0:
            low = float(min(0, values.min(initial=0)))
            high = float(max(255, (1 << brightest.bit_length()) - 1))
    scaled = np.empty(values.shape, np.uint8)
    for at in range(0, len(values), STRIP):
        strip = (values[at : at + STRIP].astype(np.float32) - low) * (255 / max(high - low, 1e-30))
        scaled[at : at + STRIP] = np.clip(strip + 0.5, 0, 255)
    return scaled


def _is_transparency(extra: object) -> bool:
    """Tell whether the band beyond the colours is one of transparency, by its tag."""
    first = extra[0] if isinstance(extra, tuple) and extra else extra
    return first in (1, 2)


def _number(text: object) -> float | None:
    try:
        return float(str(text).strip("\0 "))
    except ValueError:
        return None
