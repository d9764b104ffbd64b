"""Small pictures of every kind, made on the spot."""

import io
import struct
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image

from tests.ingest.pictures import encoded, noise


def heic(image: Image.Image | None = None, **options: object) -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return encoded(image or noise(), "HEIF", **options)


def jxl(image: Image.Image | None = None, **options: object) -> bytes:
    import pillow_jxl  # noqa: F401

    return encoded(image or noise(), "JXL", **options)


def psd(image: Image.Image | None = None, *, resources: dict[int, bytes] | None = None) -> bytes:
    """A flattened PSD without compression, of 8 bits a channel."""
    image = image or noise()
    modes = {"L": 1, "RGB": 3, "RGBA": 3, "CMYK": 4, "LAB": 9}
    bands = [np.asarray(image.getchannel(band)) for band in image.getbands()]
    if image.mode == "CMYK":
        bands = [255 - band for band in bands]
    head = struct.pack(
        ">4sH6xHIIHH", b"8BPS", 1, len(bands), *image.size[::-1], 8, modes[image.mode]
    )
    blocks = b"".join(
        struct.pack(">4sHHI", b"8BIM", number, 0, len(body)) + body + b"\0" * (len(body) % 2)
        for number, body in (resources or {}).items()
    )
    pixels = struct.pack(">H", 0) + b"".join(band.tobytes() for band in bands)
    return head + bytes(4) + struct.pack(">I", len(blocks)) + blocks + bytes(4) + pixels


def pages(*images: Image.Image) -> bytes:
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    return out.getvalue()


def directory(entries: dict[int, tuple[int, int, bytes]], at: int, following: int = 0) -> bytes:
    """A TIFF directory that lies at `at`, its long values right behind it."""
    body, values = struct.pack("<H", len(entries)), b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, (kind, count, value) in sorted(entries.items()):
        if len(value) > 4:
            place, values = struct.pack("<I", behind + len(values)), values + value
        else:
            place = value.ljust(4, b"\0")
        body += struct.pack("<HHI", tag, kind, count) + place
    return body + struct.pack("<I", following) + values


def whole(number: int) -> tuple[int, int, bytes]:
    return 4, 1, struct.pack("<I", number)


def dng(
    preview: bytes = b"",
    *,
    turn: int = 1,
    side: int = 64,
    tags: Mapping[int, tuple[int, int, bytes]] = MappingProxyType({}),
) -> bytes:
    """A raw file: a sensor's grey mosaic, perhaps a JPEG beside it, and tags of its own."""
    sensor = (np.indices((side, side)).sum(0) * 300 % 60_000).astype("<u2").tobytes()
    mosaic = {
        0x00FE: whole(0),
        0x0100: whole(side),
        0x0101: whole(side),
        0x0102: (3, 1, struct.pack("<H", 16)),
        0x0103: (3, 1, struct.pack("<H", 1)),
        0x0106: (3, 1, struct.pack("<H", 32803)),
        0x0115: (3, 1, struct.pack("<H", 1)),
        0x0116: whole(side),
        0x0117: whole(len(sensor)),
        0x828D: (3, 2, struct.pack("<HH", 2, 2)),
        0x828E: (1, 4, bytes([0, 1, 1, 2])),
        0xC61D: whole(65_535),
    }
    common = {
        0x010F: (2, 6, b"Maker\0"),
        0x0110: (2, 6, b"Model\0"),
        0x0112: (3, 1, struct.pack("<H", turn)),
        0xC612: (1, 4, bytes([1, 4, 0, 0])),
        0xC614: (2, 12, b"Maker Model\0"),
        0xC621: (10, 9, struct.pack("<18i", *(n for i in range(9) for n in (int(i % 4 == 0), 1)))),
        0xC65A: (3, 1, struct.pack("<H", 21)),
        **tags,
    }
    start = 8 + len(sensor) + len(preview)
    sensor_at, preview_at = 8, 8 + len(sensor)
    mosaic[0x0111] = whole(sensor_at)
    if not preview:
        first = directory({**common, **mosaic}, start)
        return b"II*\0" + struct.pack("<I", start) + sensor + first
    w, h = Image.open(io.BytesIO(preview)).size
    shown = {
        **common,
        0x00FE: whole(1),
        0x0100: whole(w),
        0x0101: whole(h),
        0x0102: (3, 3, struct.pack("<HHH", 8, 8, 8)),
        0x0103: (3, 1, struct.pack("<H", 7)),
        0x0106: (3, 1, struct.pack("<H", 6)),
        0x0111: whole(preview_at),
        0x0115: (3, 1, struct.pack("<H", 3)),
        0x0116: whole(h),
        0x0117: whole(len(preview)),
        0x014A: whole(0),
    }
    size = len(directory(shown, start))
    shown[0x014A] = whole(start + size)
    first = directory(shown, start)
    return (
        b"II*\0"
        + struct.pack("<I", start)
        + sensor
        + preview
        + first
        + directory(mosaic, start + size)
    )


def one_of_each_kind() -> dict[str, bytes]:
    """Kinds to a picture of 48 x 40 pixels each."""
    image = noise()
    return {
        "JPEG": encoded(image),
        "PNG": encoded(image, "PNG"),
        "WebP": encoded(image, "WEBP"),
        "GIF": encoded(image, "GIF"),
        "BMP": encoded(image, "BMP"),
        "TIFF": encoded(image, "TIFF"),
        "AVIF": encoded(image, "AVIF"),
        "HEIC": heic(image),
        "JPEG XL": jxl(image),
        "JPEG 2000": encoded(image, "JPEG2000"),
        "PSD": psd(image),
        "TGA": encoded(image, "TGA"),
        "PNM": encoded(image, "PPM"),
        "RAW": dng(encoded(image)),
    }
