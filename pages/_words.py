"""Texts that people brought, written where Streamlit expects Markdown."""

import re

# Markdown's own signs, and Streamlit's: $ begins a formula, : an icon or a colour.
SIGNS = re.compile(r"([\\`*_\[\]<>#|~$&]|:(?=\w))")


def escape_markdown(text: object) -> str:
    """Return a text that `st.error` and its like show letter by letter, lines kept."""
    return SIGNS.sub(r"\\\1", str(text)).replace("\n", "  \n")


def number_names(names: list[str]) -> list[str]:
    """Return the names, those that occur again with a number behind."""
    return [
        f"{name} ({names[:at].count(name) + 1})" if name in names[:at] else name
        for at, name in enumerate(names)
    ]
