"""Pictures for tests, made on the spot."""

import io

import numpy as np
from PIL import Image


def noise(width=48, height=40, seed=0):
    """A picture of random blocks: its own, and compressible."""
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(blocks).resize((width, height), Image.Resampling.NEAREST)


def encoded(image, kind="JPEG", **options):
    """The bytes of a picture's file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(seed=0, width=48, height=40):
    return encoded(noise(width, height, seed))


def huge_png():
    """A PNG of a few bytes that declares 60,000 x 60,000 pixels."""
    data = bytearray(encoded(noise(1, 1), "PNG"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


def web_page():
    return b"<!DOCTYPE html><html><body>Not found</body></html>"


def svg():
    return b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>"


def pdf():
    return b"%PDF-1.4\n1 0 obj<<>>endobj\n"
