"""What a user typed, as the parts of a query."""

import re

_WEIGHTED = re.compile(r"^([+-])\s*(\d+(?:\.\d+)?)?\s*(.*)$")


def parse_phrases(prompt: str, more: str = "") -> list[tuple[str, float]]:
    """Read a prompt and, one a line, further phrases such as `+ wooden` and `-0.5 snow`."""
    phrases = [(prompt.strip(), 1.0)] if prompt.strip() else []
    for line in more.splitlines():
        if not line.strip():
            continue
        match = _WEIGHTED.match(line.strip())
        sign, number, text = match.groups() if match else ("+", None, line.strip())
        if text:
            phrases.append((text, float(f"{sign}{number or 1}")))
    return phrases
