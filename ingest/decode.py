"""Bytes to an upright RGB picture, its thumbnail and its digest."""

import hashlib
import io
import threading
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from encoder.pixels import to_rgb
from ingest.errors import Rejected

FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM", "HEIF")
MOST_PIXELS = 80_000_000
HUGE = 12_000_000  # pixels from which only one picture at a time is decoded, to bound memory
THUMBNAIL = 384
QUALITY = 85
# What Pillow thinks of a picture must not end up between the progress bars: bad ones are counted.
warnings.filterwarnings("ignore", module=r"PIL\.")

_one_huge = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: upright, RGB; at least as large as was asked for, maybe smaller than the file says.
        width: of the upright picture in the file.
        height: of the upright picture in the file.
        digest: sha256 of the bytes, in hex.
        thumbnail: JPEG, longer side at most 384.
    """

    image: Image.Image
    width: int
    height: int
    digest: str
    thumbnail: bytes


def decode(data: bytes, *, side: int = 224) -> Picture:
    """Decode the first frame of a picture, upright, on white where it is transparent.

    Args:
        data: the file's bytes.
        side: pixels of the shorter side that the encoder needs; JPEGs much larger than this are
            decoded at a fraction of their size.

    Raises:
        Rejected: not a picture, a damaged one, or one of too many pixels.
    """
    if not data:
        raise Rejected("empty file", permanent=True)
    try:
        with Image.open(io.BytesIO(data), formats=_formats()) as opened:
            w, h = opened.size
            if w * h > MOST_PIXELS:
                raise Rejected("too many pixels", permanent=True)
            turn = opened.getexif().get(0x0112, 1)  # of any type, in odd files
            image = _pixels(opened, max(2 * side, THUMBNAIL), turn)
            thumbnail = _thumbnail(image, opened, data, turn)
    except Rejected:
        raise
    except Image.UnidentifiedImageError:
        raise Rejected(_not_a_picture(data), permanent=True) from None
    except Image.DecompressionBombError:
        raise Rejected("too many pixels", permanent=True) from None
    except MemoryError:
        raise Rejected("too many pixels", permanent=False) from None
    except Exception:
        # Pillow's readers raise nearly anything on damaged bytes: a picture is never worth a run.
        raise Rejected("damaged picture", permanent=True) from None
    if turn in {5, 6, 7, 8}:
        w, h = h, w
    return Picture(image, w, h, hashlib.sha256(data).hexdigest(), thumbnail)


def _pixels(opened: Image.Image, needed: int, turn: object) -> Image.Image:
    w, h = opened.size
    if opened.format in {"JPEG", "MPO"}:
        # The decoder halves sizes for free; twice what is needed keeps the resized pixels true.
        scale = max(1.0, min(w, h) / needed)
        opened.draft(None, (int(w / scale), int(h / scale)))
    if opened.width * opened.height > HUGE:
        with _one_huge:
            return _upright(opened, turn)
    return _upright(opened, turn)


def _upright(opened: Image.Image, turn: object) -> Image.Image:
    opened.load()
    # Asked before: Pillow copies those, too, that stand upright already.
    return to_rgb(opened if turn == 1 else ImageOps.exif_transpose(opened))


def _thumbnail(image: Image.Image, opened: Image.Image, data: bytes, turn: object) -> bytes:
    plain = opened.format == "JPEG" and opened.mode == "RGB" and image.size == opened.size
    if plain and max(image.size) <= THUMBNAIL and len(data) <= 1 << 17 and turn == 1:
        return data  # small already: its own bytes are the best thumbnail
    small = image if max(image.size) <= THUMBNAIL else _fitted(image)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _fitted(image: Image.Image) -> Image.Image:
    scale = THUMBNAIL / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _not_a_picture(data: bytes) -> str:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head")):
        return "a web page, not a picture"
    if start.startswith(b"%pdf"):
        return "a PDF, not a picture"
    if b"<svg" in start:
        return "an SVG drawing, not a photo"
    return "not a picture"


def _formats() -> tuple[str, ...]:
    """Return the formats that may be opened: none that runs other programs, as EPS does."""
    Image.preinit()
    if not _extra:
        _extra.append(_register_heif())
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


_extra: list[bool] = []


def _register_heif() -> bool:
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener()
    return True
