"""Whether words are of a language that an encoder was taught."""

import re
import unicodedata

from encoder import Encoder

# Kinds of models that were taught pictures with English captions; each has relatives in other
# languages, told by their names.
ENGLISH = {"clip", "siglip", "align", "offline"}
OTHERS = re.compile(
    r"siglip-?2|i18n|multi|m-?clip|xlm|japan|rinna|chinese|taiyi|cn-?clip|korea|ko-?clip|ru-?clip"
    r"|german|french|italian|spanish|arab|farsi|persian|indo|viet|thai|turk|hungar|polish",
    re.IGNORECASE,
)
# Short words of other languages that English has neither as words nor in names.
FOREIGN_WORDS = """
der das und ein eine einen einem einer auf vom zum zur ist nicht für über
une avec dans aux chez sous
una unos junto por
il gli della delle nel nella
com não
het een voor bij niet
och på att ett til ikke
ve ile bir bu için
dla nie jest przy oraz
"""
# Words with an accent that English has taken in.
BORROWED = """
café cafés façade façades naïve résumé piñata piñatas jalapeño crème brûlée déjà fiancé fiancée
château entrée purée sautéed décor pâté crêpe crêpes soufflé séance cliché touché über smörgåsbord
papier-mâché éclair éclairs
"""
UNITS = (
    "\u00aa\u00ba\u00b5\u03bc\u03a9\u03c0"  # of ordinals and of units: they count as letters, too
)


def is_english(text: str) -> bool:
    """Tell whether nothing in a text says that it is of another language.

    A single word without an accent can be of any: it counts as English.
    """
    words = [word.strip(".,;:!?\"'()").casefold() for word in text.split()]
    known, foreign = frozenset(BORROWED.split()), frozenset(FOREIGN_WORDS.split())
    return not any((word in foreign or _is_foreign(word)) and word not in known for word in words)


def hint_at_language(text: str, encoder: Encoder) -> str:
    """Say that an encoder knows English alone, where a text seems to be of another language.

    Returns:
        A sentence; empty where there is nothing to say.
    """
    if encoder.kind not in ENGLISH or OTHERS.search(encoder.name) or is_english(text):
        return ""
    name = "The offline encoder" if encoder.kind == "offline" else encoder.name
    return (
        f"{name} was taught English alone: say it in English, or use an encoder of many "
        "languages (docs/encoders.md)."
    )


def _is_foreign(word: str) -> bool:
    """Tell whether a word has a letter that English words do without."""
    return any(letter.isalpha() and not letter.isascii() and _is_letter(letter) for letter in word)


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter) in {"Ll", "Lu", "Lo"} and letter not in UNITS
