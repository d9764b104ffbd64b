"""The size that a JPEG XL file declares: its reader decodes at once, whatever the size."""

from collections.abc import Iterator

RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
LENGTHS = (9, 13, 18, 30)  # bits of a side, by a selector of two bits


def jxl_size(data: bytes) -> tuple[int, int]:
    """Read width and height, as stored.

    Source: ISO/IEC 18181-1, SizeHeader.

    Raises:
        ValueError: there is no codestream.
    """
    stream = data
    if data[:2] != b"\xff\x0a":
        parts = [(kind, body) for kind, body in boxes(data) if kind in {b"jxlc", b"jxlp"}]
        # Parts begin with their number.
        stream = b"".join(body[4:] if kind == b"jxlp" else body for kind, body in parts)
    if stream[:2] != b"\xff\x0a" or len(stream) < 12:
        raise ValueError("There is no JPEG XL codestream.")
    bits = _Bits(int.from_bytes(stream[2:12], "little"))
    is_small = bits.take(1)
    height = bits.side(is_small)
    ratio = bits.take(3)
    if ratio:
        above, below = RATIOS[ratio]
        return height * above // below, height
    return bits.side(is_small), height


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kinds and contents of a container's boxes."""
    at = 0
    while at + 8 <= len(data):
        size, kind, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, start = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        end = at + size if size else len(data)
        if end < at + start:
            return
        yield kind, data[at + start : end]
        at = end


class _Bits:
    """Numbers of some bits each, the lowest first."""

    def __init__(self, number: int) -> None:
        self._number = number

    def take(self, n: int) -> int:
        taken = self._number & ((1 << n) - 1)
        self._number >>= n
        return taken

    def side(self, is_small: int) -> int:
        if is_small:
            return (self.take(5) + 1) * 8
        return self.take(LENGTHS[self.take(2)]) + 1
