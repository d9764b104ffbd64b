"""Guess the encoding of a text: marks first, then UTF-8, then what its letters look like."""

import codecs
import re

from charset_normalizer import from_bytes

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}
WORDS = re.compile(rb"[^\x00-\x7f][^\x00-\x1f,;|]*")
JUDGED = 8_192  # bytes of words beyond ASCII that are looked at
# Letters and signs of Western Europe, without those that Windows-1254 has others for.
WESTERN = set(
    "àâäáãåçéèêëíìîïñóòôöõøúùûüÿßæœÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜÆŒ‘’“”–—…€©®°«»·£§¡¿ª º½¼\xa0"
)
# All of Turkish's: of these letters alone no other language is made.
TURKISH = set("ğĞıİşŞçÇöÖüÜâÂîÎûÛ‘’“”–—…°«»· ")
# Of several that fit as well, the one that more files are written in.
COMMON = ("cp932", "gb18030", "big5", "cp949", "cp1251", "cp1250", "cp1253", "cp1254")
NEAR = 0.03  # difference of charset-normalizer's measure of disorder that says nothing


def encoding_of(start: bytes) -> str:
    """Guess the encoding of a text from its first bytes."""
    for mark, encoding in MARKS.items():
        if start.startswith(mark):
            return encoding
    if wide := _wide(start):
        return wide
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(start, final=False)
    wrong = text.count("\ufffd")
    right = sum(1 for letter in text if letter > "\x7f") - wrong
    # A few bad bytes in a UTF-8 file must not turn all its other letters into others.
    return "utf-8" if wrong <= right else _eight_bits(start)


def encoding_name(encoding: str) -> str:
    """Write an encoding's name as people do."""
    return encoding.removesuffix("-sig").upper().replace("CP12", "Windows-12").replace("_", "-")


def _wide(start: bytes) -> str | None:
    """Tell UTF-16 without a mark by its zeros: every other byte of plain letters is one."""
    pairs = start[: len(start) // 2 * 2]
    if len(pairs) < 8 or b"\0" not in pairs:
        return None
    even, odd = pairs[::2].count(0), pairs[1::2].count(0)
    if odd > len(pairs) // 5 and even * 10 < odd:
        return "utf-16-le"
    return "utf-16-be" if even > len(pairs) // 5 and odd * 10 < even else None


def _eight_bits(start: bytes) -> str:
    words = b"\n".join(WORDS.findall(start))[:JUDGED]
    western = words.decode("cp1252", "replace")
    if all(letter < "\x80" or letter in WESTERN for letter in western) and _stand_alone(words):
        return "cp1252"
    if _is_japanese(words):
        return "euc_jp"
    turkish = {letter for letter in words.decode("cp1254", "replace") if letter > "\x7f"}
    if turkish <= TURKISH and turkish & set("ğĞıİşŞ"):
        return "cp1254"
    found = list(from_bytes(words)) or list(from_bytes(start[:JUDGED]))
    if not found:
        return "cp1252"
    near = [match.encoding for match in found if match.chaos <= found[0].chaos + NEAR]
    return next((name for name in COMMON if name in near), near[0])


def _is_japanese(words: bytes) -> bool:
    """Whether words are EUC-JP's: read as Chinese they hold the same kana, which no Chinese do."""
    try:
        text = words.decode("euc_jp")
    except UnicodeDecodeError:
        return False
    letters = [letter for letter in text if letter > "\x7f"]
    kana = sum("\u3041" <= letter <= "\u30ff" for letter in letters)
    return kana * 10 >= len(letters) > 0


def _stand_alone(words: bytes) -> bool:
    """Whether letters beyond ASCII stand between plain ones, as accented letters do."""
    runs = re.findall(rb"[\xc0-\xff]+", words)
    return sum(len(run) == 1 for run in runs) * 10 >= len(runs) * 7
