"""What a user typed, as the parts of a query."""

import re
from collections.abc import Sequence

import numpy as np

# A sign as people write it: the hyphen, the minus sign and the dashes that editors make of it.
SIGNS = "+-\u2212\u2013"
# A weight is a number right behind the sign that ends at a space; a decimal comma is read too.
_WEIGHT = re.compile(r"(\d+(?:[.,]\d+)?|[.,]\d+)(?:\s+|$)(?=\S)")
# Beyond this it is no weight but a year or a count that belongs to the words.
LARGEST_WEIGHT = 10.0
_TERM = re.compile(rf'"[^"]*"|(?:(?<=\s)|^)[{re.escape(SIGNS)}](?=[^\s{re.escape(SIGNS)}])')

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)

Phrase = tuple[str, float]


def lines(text: str | None) -> list[str]:
    """Return what stands on the lines that are not empty, each once."""
    return list(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))


def parse_phrases(prompt: str, more: str = "") -> list[Phrase]:
    """Read a prompt and, one a line, further phrases, as words with weights.

    In the prompt a sign before a word begins a further phrase (`shoes -sneakers`, `lake +0.5
    snow`); in quotes everything is words. A line of `more` is one phrase, with a sign before it or
    without (`+ wooden`, `- people`, `-0.5 snow`).
    """
    found = _terms(prompt.strip())
    for line in lines(more):
        if line[0] in SIGNS:
            found.append(_weigh(line[0], line[1:]))
        else:
            found.append((_unquote(line), 1.0))
    return [(text, weight) for text, weight in found if text]


def is_address(text: str) -> bool:
    """Tell whether a phrase is where a picture lies, and not words."""
    return _ADDRESS.fullmatch(text) is not None


def write_phrases(phrases: Sequence[Phrase]) -> str:
    """Return the prompt that `parse_phrases` reads as these phrases.

    Of a weight above LARGEST_WEIGHT, or words with quotes in them, it cannot.
    """
    parts: list[str] = []
    for text, weight in phrases:
        sign = "-" if weight < 0 else "+" if parts or weight != 1 else ""
        sign += "" if abs(weight) == 1 else f"{np.format_float_positional(abs(weight), trim='-')} "
        plain = parse_phrases(sign + text) == [(text, weight)]
        parts.append(sign + (text if plain else f'"{text}"'))
    return " ".join(parts)


def describe_phrases(phrases: list[Phrase]) -> str:
    """Say in one line what was understood."""
    parts = [
        f"{'−' if weight < 0 else '+'} {'' if abs(weight) == 1 else f'{abs(weight):g} × '}{text}"
        for text, weight in phrases
    ]
    return "  ".join(parts).removeprefix("+ ")


def _terms(prompt: str) -> list[Phrase]:
    starts = [m.start() for m in _TERM.finditer(prompt) if m[0][0] in SIGNS]
    edges = [*starts, len(prompt)]
    found = [(_unquote(prompt[: edges[0]]), 1.0)]
    for start, stop in zip(starts, edges[1:], strict=True):
        found.append(_weigh(prompt[start], prompt[start + 1 : stop]))
    return found


def _weigh(sign: str, rest: str) -> Phrase:
    weight, number = 1.0, _WEIGHT.match(rest)
    if number and float(number[1].replace(",", ".")) <= LARGEST_WEIGHT:
        weight, rest = float(number[1].replace(",", ".")), rest[number.end() :]
    return _unquote(rest), weight if sign == "+" else -weight


def _unquote(text: str) -> str:
    text = text.strip()
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].strip() if quoted else text
