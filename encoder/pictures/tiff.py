"""Tags of TIFF files and EXIF blocks, read as far as they make sense, never failing."""

import struct
from collections.abc import Collection, Mapping

MOST_TAGS = 4_096
LONGEST_VALUE = 1 << 20  # bytes
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4}
WHOLE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I"}
FRACTIONS = {5: "I", 10: "i"}
ORIENTATION = 0x0112
STARTS = (b"II*\0", b"MM\0*", b"IIRO", b"IIRS", b"MMOR", b"IIU\0")


class Directory:
    """One directory of a TIFF structure; tags that are cut off or of odd types are not there.

    Args:
        data: the whole structure, which offsets count from.
        at: where the directory begins.
        order: "<" or ">", as struct writes byte orders.
    """

    def __init__(self, data: bytes, at: int, order: str) -> None:
        self._data, self._order, self._at = data, order, at
        self._entries: Mapping[int, tuple[int, int, bytes]] = {}
        if 0 < at <= len(data) - 2:
            n = min(MOST_TAGS, struct.unpack_from(order + "H", data, at)[0])
            entries = data[at + 2 : at + 2 + 12 * n]
            whole = entries[: len(entries) // 12 * 12]
            found = struct.iter_unpack(order + "HHI4s", whole)
            self._entries = {tag: (kind, count, value) for tag, kind, count, value in found}

    def __contains__(self, tag: int) -> bool:
        return tag in self._entries

    def read_bytes(self, tag: int) -> bytes:
        """Return a value as it is stored; empty where it is missing or lies outside the file."""
        kind, count, value = self._entries.get(tag, (0, 0, b""))
        size = SIZES.get(kind, 0) * count
        if not 0 < size <= LONGEST_VALUE:
            return b""
        if size <= 4:
            return value[:size]
        at = struct.unpack(self._order + "I", value)[0]
        found = self._data[at : at + size]
        return found if len(found) == size or kind in {2, 7} else b""

    def read_numbers(self, tag: int) -> list[float]:
        """Return a value's numbers; none where it is no number. Fractions by zero are left out."""
        kind, stored = self._entries.get(tag, (0, 0, b""))[0], self.read_bytes(tag)
        if kind in WHOLE:
            n = len(stored) // SIZES[kind]
            return list(struct.unpack(f"{self._order}{n}{WHOLE[kind]}", stored))
        if kind in FRACTIONS:
            n = len(stored) // 4
            parts = struct.unpack(f"{self._order}{n}{FRACTIONS[kind]}", stored)
            pairs = zip(parts[::2], parts[1::2], strict=True)
            return [above / below for above, below in pairs if below]
        return []

    def read_text(self, tag: int) -> str:
        """Return a value's text, in UTF-8 or else in Latin-1, up to its first zero."""
        if self._entries.get(tag, (0, 0, b""))[0] not in {1, 2, 7}:
            return ""
        return decode_text(self.read_bytes(tag).partition(b"\0")[0])

    def hide(self, tags: Collection[int]) -> bytes:
        """Return the whole structure with some tags of this directory renamed to none."""
        hidden = bytearray(self._data)
        for number, tag in enumerate(self._entries):
            if tag in tags:
                struct.pack_into(self._order + "H", hidden, self._at + 2 + 12 * number, 0)
        return bytes(hidden)

    def follow(self, tag: int) -> list["Directory"]:
        """Return the directories that a tag points at."""
        return [Directory(self._data, int(at), self._order) for at in self.read_numbers(tag)[:8]]


def first_directory(block: bytes) -> Directory | None:
    """Open the first directory of a TIFF file or an EXIF block; None where it is neither."""
    while block[:6] == b"Exif\0\0":
        block = block[6:]
    if len(block) < 8 or block[:4] not in STARTS:
        return None
    order = "<" if block[:2] == b"II" else ">"
    return Directory(block, struct.unpack_from(order + "I", block, 4)[0], order)


def orientation(exif: bytes) -> int:
    """Return how a camera was held, 1 to 8 as EXIF has it; 1, upright, where it cannot be read."""
    directory = first_directory(exif)
    turn = directory.read_numbers(ORIENTATION)[:1] if directory else []
    return int(turn[0]) if turn and turn[0] in range(1, 9) else 1


def decode_text(stored: bytes) -> str:
    """Decode text whose encoding is not told."""
    try:
        return stored.decode("utf-8").strip()
    except UnicodeDecodeError:
        return stored.decode("latin-1").strip()
