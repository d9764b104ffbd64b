"""Which kind of picture a file is, told by its first bytes and never by its name."""

import struct

HEAD = 64  # bytes that `picture_kind` looks at
RAW_ENDINGS = (
    *("dng", "nef", "nrw", "cr2", "cr3", "crw", "arw", "sr2", "orf", "rw2", "raf", "pef", "srw"),
    *("x3f", "3fr", "fff", "iiq", "mrw", "erf", "rwl"),
)
# What file dialogues and uploads offer; what a file really is, its bytes tell.
ENDINGS = (
    *("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "avif"),
    *("heic", "heif", "hif", "jxl", "jp2", "j2k", "jpx", "psd", "psb", "tga"),
    *("pbm", "pgm", "ppm", "pnm", "pfm"),
    *RAW_ENDINGS,
)
STARTS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"\xff\x0a": "JPEG XL",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"8BPS\x00\x01": "PSD",
    b"8BPS\x00\x02": "PSD",
    b"IIRO": "RAW",  # Olympus
    b"IIRS": "RAW",
    b"MMOR": "RAW",
    b"IIU\x00": "RAW",  # Panasonic
    b"FUJIFILMCCD-RAW": "RAW",
    b"FOVb": "RAW",  # Sigma
    b"\x00MRM": "RAW",  # Minolta
    b"II\x1a\x00\x00\x00HEAPCCDR": "RAW",  # Canon
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF",
    b"MM\x00+": "TIFF",
}
HEIF_BRANDS = (*(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), b"mif1", b"msf1", b"mif2")


def picture_kind(head: bytes) -> str | None:
    """Name the kind of picture that begins with these bytes; None where it is none that is read.

    Args:
        head: a file's first bytes, HEAD of them or more.
    """
    for start, kind in STARTS.items():
        if head.startswith(start):
            is_canon = kind == "TIFF" and head[8:10] == b"CR"
            return "RAW" if is_canon else kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return _kind_of_brand(head)
    if head[:2] == b"BM" and len(head) >= 26 and head[14:18] in _BMP_HEADERS:
        return "BMP"
    if head[:1] == b"P" and head[1:2] in b"1234567fF" and head[2:3] in b" \t\r\n#\x0b\x0c":
        return "PNM" if len(head) > 3 else None
    return "TGA" if _is_tga(head) else None


_BMP_HEADERS = {size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124)}


def _kind_of_brand(head: bytes) -> str | None:
    """Read a media file's own brand, then those it says to be compatible with."""
    end = min(len(head), int.from_bytes(head[:4], "big"))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    for brand in brands:
        if brand in {b"avif", b"avis"}:
            return "AVIF"
        if brand == b"crx ":
            return "RAW"
        if brand in HEIF_BRANDS and brand not in {b"mif1", b"msf1", b"mif2"}:
            return "HEIC"
    return "HEIC" if brands[0] in HEIF_BRANDS else None


def _is_tga(head: bytes) -> bool:
    """Tell whether 18 bytes are a Targa header: it has no mark, but few values make sense."""
    if len(head) < 18:
        return False
    has_map, kind, map_length, map_depth = struct.unpack_from("<xBB2xHB", head)
    width, height, depth, flags = struct.unpack_from("<HHBB", head, 12)
    if not width or not height or flags & 0xC0:
        return False
    if kind in {1, 9}:
        is_mapped = has_map == 1 and map_length > 0 and map_depth in {15, 16, 24, 32}
        return is_mapped and depth == 8
    if has_map or any(head[3:8]):
        return False
    return depth in {2: (16, 24, 32), 10: (16, 24, 32), 3: (8, 16), 11: (8, 16)}.get(kind, ())
