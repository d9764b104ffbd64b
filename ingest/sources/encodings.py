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
MARKS_OF_TEXT = set("‘’“”„–—…°«»·§©®€\xa0 ")
POLISH, CZECH, CROATIAN = "ąćęłńóśźż", "áäčďéěíĺľňóôŕřšťúůýž", "čćđšž"
LATVIAN, LITHUANIAN, ESTONIAN = "āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž"
# Alphabets that are no Western one: what fits one of them whole is written in it.
ALPHABETS = (
    *(("cp1250", each) for each in (POLISH, CZECH, CROATIAN)),
    *(("iso8859_2", each) for each in (POLISH, CZECH, CROATIAN)),
    *(("cp1257", each) for each in (LATVIAN, LITHUANIAN, ESTONIAN)),
)
HEBREW = re.compile(rb"[\xe0-\xfa]")
HEBREW_END_INSIDE = re.compile(rb"[\xea\xed\xef\xf3\xf5][\xe0-\xfa]")  # they end words alone
SURE = 12  # letters after which Hebrew is no Russian in small letters
# Words of Russian with small letters behind at most one capital, as KOI8-R has them.
KOI8 = re.compile(rb"[\xe0-\xff\xb3]?[\xc0-\xdf\xa3]+")
KOI8_CAPITAL = re.compile(rb"[\xe0-\xff][\xc0-\xdf\xa3]{2}")
# EBCDIC of mainframes, and an encoding of Celtic: no table is in them, but short texts look so.
RARE = ["cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140", "iso8859_14", "hp_roman8"]
RARE += ["utf_16", "utf_32"]  # told by their marks, or by their zeros
JAPANESE = {"cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213"}
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
    if told := _by_letters(words):
        return told
    found = list(from_bytes(words, cp_exclusion=RARE)) or list(
        from_bytes(start[:JUDGED], cp_exclusion=RARE)
    )
    if not _has_kanji(words):
        found = [match for match in found if match.encoding not in JAPANESE]
    if not found:
        return "cp1252"
    near = [match.encoding for match in found if match.chaos <= found[0].chaos + NEAR]
    return next((name for name in COMMON if name in near), near[0])


def _by_letters(words: bytes) -> str | None:
    """Return the encoding in which words are of one alphabet alone, None where there is none."""
    runs = re.findall(rb"[\x80-\xff]+", words)
    if sum(len(run) == 1 for run in runs) * 10 >= len(runs) * 7:
        for encoding, alphabet in ALPHABETS:
            letters = {c for c in words.decode(encoding, "replace") if c > "\x7f"}
            if letters <= {*alphabet, *alphabet.upper(), *MARKS_OF_TEXT}:
                return encoding
        return None
    count = len(HEBREW.findall(words))
    if count == len(b"".join(runs)) >= SURE and not HEBREW_END_INSIDE.search(words):
        return "cp1255"
    is_koi8 = KOI8_CAPITAL.search(words) and all(map(KOI8.fullmatch, runs))
    return "koi8_r" if is_koi8 else None


def _has_kanji(words: bytes) -> bool:
    """Whether words read as Japanese are not for the most part half-width katakana."""
    letters = [letter for letter in words.decode("cp932", "replace") if letter > "\x7f"]
    return sum("\uff61" <= letter <= "\uff9f" for letter in letters) * 2 < len(letters)


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
