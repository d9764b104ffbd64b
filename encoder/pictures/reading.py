"""Bytes to an upright sRGB picture, whatever kind of picture they are."""

import contextlib
import threading
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from encoder.pictures.blocks import read_blocks, turn_of
from encoder.pictures.colour import to_rgb
from encoder.pictures.errors import UnreadablePicture
from encoder.pictures.kinds import picture_kind
from encoder.pictures.limit import most_pixels_allowed
from encoder.pictures.opening import hide_exif, open_image
from encoder.pictures.raw import is_raw_tiff, open_raw

HUGE = 12_000_000  # pixels from which only one picture at a time is decoded, to bound memory
JPEG_END = b"\xff\xd9"
FOLLOWED = {"PNG", "GIF"}  # kinds whose blocks may stand behind the pixels
NEEDED = 1_024  # pixels of the shorter side: twice what the largest usual models look at
REDUCIBLE = {"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "F", "I"}
TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_one_huge = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """A picture that was read.

    Attributes:
        image: upright, RGB as sRGB; at least as large as was asked for, maybe smaller than stored.
        width: of the upright picture in the file.
        height: of the upright picture in the file.
        kind: what the bytes are, such as "JPEG".
        is_as_stored: a browser shows the very bytes as `image` is.
        blocks: what stood beside the pixels, unread: "exif", "xmp" and "iptc".
    """

    image: Image.Image
    width: int
    height: int
    kind: str
    is_as_stored: bool = False
    blocks: dict[str, bytes] = field(default_factory=dict)


def read_picture(data: bytes, *, needed: int = NEEDED, most_pixels: int | None = None) -> Picture:
    """Read a picture of any kind: upright, sRGB, on white; first frame, largest page of a TIFF.

    Args:
        data: the file's bytes.
        needed: pixels of the shorter side that must remain; large pictures are decoded smaller.
        most_pixels: larger pictures are refused, JPEGs excepted that can be decoded smaller;
            by default PICTURE_MEGAPIXELS of the environment, or 200 million.

    Raises:
        UnreadablePicture: no picture, a damaged one, or one of too many pixels.
        BadSetting: PICTURE_MEGAPIXELS is no number above 0.
    """
    kind = _kind_of(data)
    most_pixels = most_pixels or most_pixels_allowed()
    try:
        return _read(data, kind, needed, most_pixels)
    except UnreadablePicture:
        raise
    except MemoryError:
        raise UnreadablePicture("too many pixels") from None
    except Exception:
        # Readers raise nearly anything on damaged bytes: a picture is never worth a run.
        raise UnreadablePicture(f"damaged {kind}") from None


def read_picture_blocks(data: bytes) -> dict[str, bytes]:
    """Return what stands beside a picture's pixels, as `Picture.blocks`.

    The pixels are decoded only where something may follow them. Of a JPEG the bytes up to its
    pixels are enough.

    Raises:
        UnreadablePicture: no picture, a damaged one, or one of too many pixels.
    """
    kind, most_pixels = _kind_of(data), most_pixels_allowed()
    if kind not in FOLLOWED:
        with contextlib.suppress(Exception):  # whatever is wrong is found again below
            if kind == "RAW":
                return read_blocks(open_raw(data, most_pixels)[0], data)
            return read_blocks(open_image(data, kind, most_pixels), data)
    return read_picture(data, needed=1).blocks


def _kind_of(data: bytes) -> str:
    kind = picture_kind(data)
    if kind is None:
        raise _not_a_picture(data)
    return "RAW" if kind == "TIFF" and is_raw_tiff(data) else kind


def _read(data: bytes, kind: str, needed: int, most_pixels: int) -> Picture:
    is_open = False
    if kind == "RAW":
        preview, turn, (width, height) = open_raw(data, most_pixels)
        image, blocks, _ = _decode(preview, data, needed, turn)
        return Picture(image, width, height, kind, blocks=blocks)
    try:
        opened = open_image(data, kind, most_pixels)
        width, height = opened.size
        image, blocks, turn = _decode(opened, data, needed)
    except (UnreadablePicture, MemoryError):
        raise
    except Exception:
        data = hide_exif(data, kind)
        is_open = kind == "JPEG" and not data.endswith(JPEG_END)
        opened = open_image(data + JPEG_END if is_open else data, kind, most_pixels)
        width, height = opened.size
        image, blocks, turn = _decode(opened, data, needed)
        if is_open and _breaks_off(opened):
            raise
    is_plain = opened.format == "JPEG" and opened.mode == "RGB" and image.size == (width, height)
    is_as_stored = is_plain and turn == 1 and "icc_profile" not in opened.info and not is_open
    if turn > 4:
        width, height = height, width
    return Picture(image, width, height, kind, is_as_stored, blocks)


def _breaks_off(opened: Image.Image) -> bool:
    """Tell whether a JPEG that was given an end lacks more than that.

    What is missing its decoder fills with middle grey, to the last pixel; of a progressive one it
    cannot be told.
    """
    last: Any = opened.getpixel((opened.width - 1, opened.height - 1))
    bands = last if isinstance(last, tuple) else (last,)
    return bool(opened.info.get("progressive")) or all(127 <= band <= 129 for band in bands)


def _decode(
    opened: Image.Image, data: bytes, needed: int, turn: int | None = None
) -> tuple[Image.Image, dict[str, bytes], int]:
    """Decode what was opened; its orientation is sought where none is given."""
    w, h = opened.size
    if opened.format in {"JPEG", "MPO"}:
        # The decoder halves sizes for free; what is needed keeps the resized pixels true.
        scale = max(1.0, min(w, h) / needed)
        opened.draft(None, (int(w / scale), int(h / scale)))
    is_huge = opened.width * opened.height > HUGE
    with _one_huge if is_huge else contextlib.nullcontext():
        opened.load()
        blocks = read_blocks(opened, data)
        turn = turn or turn_of(opened, blocks)
        image = to_rgb(_reduce(opened, needed) if is_huge else _without_unused_alpha(opened))
        return image.transpose(TRANSPOSE[turn]) if turn > 1 else image, blocks, turn


def _reduce(opened: Image.Image, needed: int) -> Image.Image:
    """Shrink a huge picture by a whole number, before anything makes copies of it."""
    image = _without_unused_alpha(opened)
    factor = min(image.size) // needed
    if factor < 2:
        return image
    if image.mode not in REDUCIBLE:
        image = image.convert("L") if image.mode == "1" else to_rgb(image)
    return image.reduce(factor)


def _without_unused_alpha(opened: Image.Image) -> Image.Image:
    """Drop the fourth byte of Targa pixels where it is empty throughout."""
    is_targa = opened.format == "TGA" and opened.mode == "RGBA"
    if is_targa and opened.getchannel("A").getextrema() == (0, 0):
        return opened.convert("RGB")
    return opened


def _not_a_picture(data: bytes) -> UnreadablePicture:
    if not data:
        return UnreadablePicture("empty file", mendable=False)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head")):
        return UnreadablePicture("a web page, not a picture", mendable=False)
    if start.startswith(b"%pdf"):
        return UnreadablePicture("a PDF, not a picture")
    if b"<svg" in start:
        return UnreadablePicture("an SVG drawing, not a photo")
    return UnreadablePicture("not a picture")
