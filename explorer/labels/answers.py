"""What the cells of a label file say: yes, no, or the names of classes."""

from typing import Any

from ingest.sources.cells import as_text, is_empty, plain

PART = "|"  # between the classes of one cell
SIGNS = {
    1: (
        "1 +1 1.0 yes y true t positive pos match ja oui si sí sim tak да 是 はい 예 네 "
        "✓ ✔ ☑ ✅ 👍 wahr vrai verdadero verdadeiro vero prawda истина"
    ),
    -1: (
        "-1 -1.0 no n false f negative neg nein non nee não nao nie нет 否 いいえ 아니요 "
        "✕ ✗ ✘ ✖ × ❌ 👎 falsch faux falso fałsz ложь"
    ),
    0: "0 0.0 -0.0",
}
SIGN_OF = {word: sign for sign, words in SIGNS.items() for word in words.split()}


def read_sign(text: str) -> int | None:
    """Return 1, -1 or 0 as a cell says it; None where it says none of them."""
    return SIGN_OF.get(text.strip().lower())


def read_cell(value: Any) -> str:
    """Return the text of a cell; the words of a list are `cat|dog`."""
    value = plain(value)
    if isinstance(value, list | tuple):
        return PART.join(str(part) for part in value)
    return "" if value is None or is_empty(as_text(value)) else as_text(value)
