"""Bytes of a known kind to a Pillow image that is not decoded yet."""

import functools
import io
import logging
import re
import warnings
import zlib

from PIL import Image, PngImagePlugin

from encoder.pictures.arrays import MOST_PAGES, is_misread, open_portable, open_tiff
from encoder.pictures.errors import UnreadablePicture
from encoder.pictures.jxl import jxl_size
from encoder.pictures.limit import check_pixels
from encoder.pictures.photoshop import open_psd
from encoder.pictures.tiff import first_directory

FORMATS = {
    "JPEG": ("JPEG", "MPO"),
    "PNG": ("PNG",),
    "WebP": ("WEBP",),
    "GIF": ("GIF",),
    "BMP": ("BMP",),
    "TIFF": ("TIFF",),
    "AVIF": ("AVIF",),
    "HEIC": ("HEIF",),
    "JPEG XL": ("JXL",),
    "JPEG 2000": ("JPEG2000",),
    "PSD": ("PSD",),
    "TGA": ("TGA",),
    "PNM": ("PPM",),
}
# Who reads what Pillow does not.
OTHERS = {"TIFF": open_tiff, "PSD": open_psd, "PNM": open_portable}
# The limit is the caller's, who asks it of every picture; Pillow's own would refuse large JPEGs.
Image.MAX_IMAGE_PIXELS = None
# Long descriptions and large colour profiles are no reason to lose a photo.
PngImagePlugin.MAX_TEXT_CHUNK = 1 << 24
# What readers think of a picture must not end up between the progress bars: bad ones are counted.
logging.getLogger("PIL").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module=r"PIL\.|pillow_jxl|pillow_heif")


def open_image(data: bytes, kind: str, most_pixels: int) -> Image.Image:
    """Open a picture: its size, mode and metadata are read, its pixels are not.

    Raises:
        UnreadablePicture: a library is missing, or there are too many pixels.
        Exception: nearly any, on damaged bytes.
    """
    _add_reader(kind)
    if kind == "JPEG XL":
        check_pixels(jxl_size(data), most_pixels)  # its reader decodes as it opens
    try:
        opened: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS[kind])
    except Exception:
        if kind not in OTHERS:
            raise
        return OTHERS[kind](data, most_pixels)
    if kind == "TIFF":
        _seek_largest_page(opened)
        if is_misread(opened):
            return open_tiff(data, most_pixels)
    # Baseline JPEGs are decoded at a fraction of their size, row by row; others need it all.
    if kind != "JPEG" or opened.info.get("progressive"):
        check_pixels(opened.size, most_pixels)
    return opened


def hide_exif(data: bytes, kind: str) -> bytes:
    """Return the picture with its EXIF renamed, for readers that fail on what it holds.

    Raises:
        ValueError: this kind's reader never looks at it.
    """
    if kind in {"AVIF", "HEIC"}:
        return re.sub(rb"(infe.{8})Exif", rb"\1free", data, flags=re.DOTALL)
    if kind == "JPEG":
        # Nor is a second picture looked for, as cameras put one for each eye.
        data = re.sub(rb"(\xff\xe2..)MPF\0", rb"\1free", data, flags=re.DOTALL)
        return re.sub(rb"(\xff\xe1..)Exif\0\0", rb"\1" + HIDDEN, data, flags=re.DOTALL)
    if kind == "PNG":
        return _drop_broken_chunks(data)
    directory = first_directory(data) if kind == "TIFF" else None
    if directory is None:
        raise ValueError(f"The EXIF of a {kind} is never in the way.")
    return directory.hide(EXIF_DIRECTORIES)


def _drop_broken_chunks(data: bytes) -> bytes:
    """Return a PNG without the chunks beside its pixels whose checksums are wrong."""
    kept, at = [data[:8]], 8
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        chunk = data[at : at + 12 + size]
        is_sound = zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
        if is_sound or name[:1].isupper():  # capitals are needed for the pixels
            kept.append(chunk)
        at += 12 + size
    return b"".join(kept)


HIDDEN = b"free\0\0"  # what EXIF is renamed to in a JPEG
EXIF_DIRECTORIES = (0x8769, 0x8825, 0xA005)


@functools.cache
def _add_reader(kind: str) -> None:
    """Load the library that reads a kind, once.

    Raises:
        UnreadablePicture: it is not installed.
    """
    Image.preinit()
    try:
        if kind == "HEIC":
            from pillow_heif import register_heif_opener

            register_heif_opener()
        elif kind == "JPEG XL":
            import pillow_jxl  # noqa: F401
        else:
            Image.init()
    except ImportError:
        raise UnreadablePicture(f"a reader of {kind} is not installed") from None
    if not any(name in Image.OPEN for name in FORMATS[kind]):
        raise UnreadablePicture(f"a reader of {kind} is not installed")


def _seek_largest_page(opened: Image.Image) -> None:
    """Turn to the page of a TIFF that has the most pixels; pages of kinds unknown are passed."""
    best, most = 0, opened.width * opened.height
    for page in range(1, MOST_PAGES):
        try:
            opened.seek(page)
        except EOFError:
            break
        except Exception:
            continue
        if opened.width * opened.height > most:
            best, most = page, opened.width * opened.height
    opened.seek(best)
