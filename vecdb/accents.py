"""Words as patterns that find them in either case and with accents or without.

`sao paulo` finds São Paulo, `strasse` Straße and `São` Sao: few people type the letters of other
languages.
"""

import re
import unicodedata

MARKS = "\u0300-\u036f"  # what Unicode combines with letters of Latin, Greek and Cyrillic
COMBINED = re.compile(f"[{MARKS}]")
ACCENTED = range(0xC0, 0x2000)  # where it has letters that hold them already
# Letters that Unicode does not take apart into a Latin one and what marks it, or into two.
OTHERS = str.maketrans(
    dict(zip("øłđðħŧı", "olddhti", strict=True)) | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)


def strip_accents(text: str) -> str:
    """Return a text in small letters without accents; marks of other scripts are letters."""
    apart = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", COMBINED.sub("", apart)).translate(OTHERS)


def _list_variants() -> dict[str, str]:
    variants: dict[str, str] = {}
    for letter in map(chr, ACCENTED):
        plain = strip_accents(letter)
        if plain and plain != letter == letter.lower():
            variants[plain] = variants.get(plain, "") + letter
    return variants


VARIANTS = _list_variants()
# The pieces of a text that are matched together: two letters that one may stand for, or one.
PIECES = re.compile("|".join([two for two in VARIANTS if len(two) > 1]) + "|.", re.DOTALL)


def find_words(text: str) -> str:
    """Return the regular expression (RE2) of a text wherever it stands."""
    return "(?is)" + _match_letters(text)


def find_whole(text: str, between: str = "") -> str:
    """Return the regular expression of a text that is all there is, but for spaces around it.

    Args:
        between: letters that separate several such texts, any of which may be it.
    """
    start, end = (f"(?:^|[{between}])", f"(?:$|[{between}])") if between else ("^", "$")
    return rf"(?is){start}\s*{_match_letters(text.strip())}\s*{end}"


def _match_letters(text: str) -> str:
    return "".join(map(_match_piece, PIECES.findall(strip_accents(text))))


def _match_piece(piece: str) -> str:
    variants = VARIANTS.get(piece, "")
    if len(piece) > 1:
        return f"(?:{''.join(map(_match_piece, piece))}|[{variants}][{MARKS}]*)"
    if variants:
        return f"[{piece}{variants}][{MARKS}]*"
    apart = unicodedata.normalize("NFD", piece)  # as macOS writes Japanese and Korean names, too
    return re.escape(piece) if apart == piece else f"(?:{piece}|{apart})"
