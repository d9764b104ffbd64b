"""Texts that people brought, written where Streamlit expects Markdown."""

import re
import unicodedata

# Markdown's own signs, and Streamlit's: $ begins a formula, : a colour. No number does, and in
# addresses, which become links, a sign before the port would be shown.
SIGNS = re.compile(r"([\\`*_\[\]<>#|~$&]|:(?=[^\W\d]))")
# What becomes an icon or another sign (:x:, ->, --, >=) even so, unless something stands in it.
ICONS = re.compile(r":(?=(?!\d\d?:)[\w+-]+:|material/)|(?<!\S)[<>~-](?=[->=]+(?!\S))")
RIGHT_TO_LEFT = {"R", "AL", "RLE", "RLO", "RLI"}
WORD_JOINER = "\u2060"  # takes no room, and no line is broken there


def escape_markdown(text: object) -> str:
    """Return a text that `st.error` and its like show letter by letter, lines kept."""
    shown = str(text).encode(errors="replace").decode()  # paths may hold bytes that are no text
    joined = ICONS.sub(rf"\g<0>{WORD_JOINER}", shown)
    return SIGNS.sub(r"\\\1", joined).replace("\n", "  \n")


def isolate(name: str) -> str:
    """Return a name so that what stands behind it keeps its place if it runs from right to left."""
    turned = RIGHT_TO_LEFT.intersection(map(unicodedata.bidirectional, name))
    return f"\u2068{name}\u2069" if turned else name


def number_names(names: list[str]) -> list[str]:
    """Return the names, those that occur again with a number behind."""
    return [
        f"{name} ({names[:at].count(name) + 1})" if name in names[:at] else name
        for at, name in enumerate(names)
    ]
