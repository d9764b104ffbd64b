"""What stands beside a picture's pixels: EXIF, XMP and IPTC, unread."""

import re
import struct
from typing import Any

from PIL import Image

from encoder.pictures.jxl import boxes
from encoder.pictures.opening import HIDDEN
from encoder.pictures.tiff import STARTS, first_directory, orientation

LONGEST = 1 << 20  # bytes of a block; more is rubbish, or a bomb
PHOTOSHOP_IPTC, PHOTOSHOP_EXIF, PHOTOSHOP_XMP = 0x0404, 0x0422, 0x0424
TIFF_XMP, TIFF_IPTC = 700, 33723
XMP_TURN = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])[\"'<]")


def read_blocks(opened: Image.Image, data: bytes) -> dict[str, bytes]:
    """Return the blocks that a loaded picture's reader found, those that are too long left out.

    Args:
        opened: after its pixels were decoded; PNG's blocks may follow them.
        data: the file's bytes.
    """
    info = opened.info
    found = {
        "exif": info.get("exif")
        or _hidden(opened)
        or _from_text(info, "exif")
        or _from_text(info, "APP1"),
        "xmp": info.get("xmp") or info.get("XML:com.adobe.xmp"),
        "iptc": _from_text(info, "iptc"),
    }
    resources = info.get("photoshop") or getattr(opened, "resources", None) or {}
    if not isinstance(resources, dict):
        resources = {number: body for number, _, body in resources}
    tags: Any = getattr(opened, "tag_v2", None) or {}
    found["exif"] = found["exif"] or resources.get(PHOTOSHOP_EXIF)
    found["xmp"] = found["xmp"] or resources.get(PHOTOSHOP_XMP) or tags.get(TIFF_XMP)
    found["iptc"] = found["iptc"] or resources.get(PHOTOSHOP_IPTC) or tags.get(TIFF_IPTC)
    if directory := first_directory(data):  # a RAW's, whose preview was opened
        found["xmp"] = directory.read_bytes(TIFF_XMP) or found["xmp"]
        found["iptc"] = directory.read_bytes(TIFF_IPTC) or found["iptc"]
    if opened.format == "JXL":
        found["xmp"] = next((body for kind, body in boxes(data) if kind == b"xml "), None)
    blocks = {name: _as_bytes(block) for name, block in found.items()}
    blocks = {name: block for name, block in blocks.items() if 0 < len(block) <= LONGEST}
    if data[:4] in STARTS:
        blocks["exif"] = data  # a TIFF file is one large block, whose tags are read alone
    return blocks


def turn_of(opened: Image.Image, blocks: dict[str, bytes]) -> int:
    """Return how a loaded picture must be turned, 1 to 8 as EXIF numbers it."""
    if opened.format in {"TIFF", "HEIF"} or (opened.format == "JXL" and not _was_jpeg(opened)):
        return 1  # these readers turn it themselves
    turn = orientation(blocks.get("exif", b""))
    if turn > 1 or opened.format == "AVIF":
        return turn
    said = XMP_TURN.search(blocks.get("xmp", b""))
    return int(said[1]) if said else 1


def _was_jpeg(opened: Image.Image) -> bool:
    """Tell whether a JPEG XL file holds a JPEG as it was, turned by its EXIF as ever."""
    return bool(getattr(opened, "jpeg", False))


def _hidden(opened: Image.Image) -> bytes:
    """Return the EXIF of a JPEG that was renamed before it was opened."""
    segments: list[tuple[str, bytes]] = getattr(opened, "applist", [])
    return next((body for _, body in segments if body.startswith(HIDDEN)), b"")[len(HIDDEN) :]


def _from_text(info: dict[Any, Any], name: str) -> bytes:
    """Read a block that ImageMagick wrote into a PNG as text, in hex after three lines."""
    text = info.get(f"Raw profile type {name}")
    if not isinstance(text, str):
        return b""
    try:
        return bytes.fromhex("".join(text.split("\n")[3:]))
    except ValueError:
        return b""


def _as_bytes(block: object) -> bytes:
    if isinstance(block, tuple) and all(isinstance(each, int) for each in block):
        # TIFF writers give IPTC as bytes or as whole numbers.
        if max(block, default=0) < 256:
            return bytes(block)
        return struct.pack(f"<{len(block)}I", *(each & 0xFFFFFFFF for each in block))
    if isinstance(block, str):
        return block.encode("utf-8", "replace")
    return bytes(block) if isinstance(block, bytes | bytearray) else b""
