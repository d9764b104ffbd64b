"""Words as patterns that find them in either case and with accents or without.

`sao paulo` finds São Paulo and `São` finds Sao: few people type the accents of other languages.
"""

import re
import unicodedata

MARKS = "\u0300-\u036f"  # what Unicode combines with letters of Latin, Greek and Cyrillic
COMBINED = re.compile(f"[{MARKS}]")
ACCENTED = range(0xC0, 0x2000)  # where it has letters that hold them already
# Letters that Unicode does not take apart into a Latin one and what marks it.
CROSSED = str.maketrans("øłđðħŧı", "olddhti")


def strip_accents(text: str) -> str:
    """Return a text in small letters without accents; marks of other scripts are letters."""
    apart = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", COMBINED.sub("", apart)).translate(CROSSED)


def _list_variants() -> dict[str, str]:
    variants: dict[str, str] = {}
    for letter in map(chr, ACCENTED):
        plain = strip_accents(letter)
        if len(plain) == 1 and plain != letter == letter.lower():
            variants[plain] = variants.get(plain, "") + letter
    return variants


VARIANTS = _list_variants()


def find_words(text: str) -> str:
    """Return the regular expression (RE2) of a text wherever it stands."""
    return "(?is)" + "".join(map(_match_letter, strip_accents(text)))


def find_whole(text: str, between: str = "") -> str:
    """Return the regular expression of a text that is all there is, but for spaces around it.

    Args:
        between: letters that separate several such texts, any of which may be it.
    """
    start, end = (f"(?:^|[{between}])", f"(?:$|[{between}])") if between else ("^", "$")
    words = "".join(map(_match_letter, strip_accents(text.strip())))
    return rf"(?is){start}\s*{words}\s*{end}"


def _match_letter(letter: str) -> str:
    if letter in VARIANTS:
        return f"[{letter}{VARIANTS[letter]}][{MARKS}]*"
    return re.escape(letter)
