"""What a user typed, as the parts of a query."""

import re

_WEIGHTED = re.compile(r"^([+-])\s*(\d+(?:\.\d+)?)?\s*(.*)$")


def lines(text: str | None) -> list[str]:
    """Return what stands on the lines that are not empty, each once."""
    return list(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))


def parse_phrases(prompt: str, more: str = "") -> list[tuple[str, float]]:
    """Read a prompt and, one a line, further phrases such as `+ wooden` and `-0.5 snow`."""
    phrases = [(prompt.strip(), 1.0)] if prompt.strip() else []
    for line in lines(more):
        match = _WEIGHTED.match(line)
        sign, number, text = match.groups() if match else ("+", None, line)
        if text:
            phrases.append((text, float(f"{sign}{number or 1}")))
    return phrases
