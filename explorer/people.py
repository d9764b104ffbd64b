"""Who gives the labels: a name that the browser keeps."""

from urllib.parse import unquote

PERSON_COOKIE = "vde_person"
LONGEST = 100


def read_person(cookie: str) -> str:
    """Return the name that a cookie holds, percent-encoded; what no name may hold is left out."""
    name = unquote(cookie, errors="replace").strip()[:LONGEST]
    return "".join(letter for letter in name if letter.isprintable())
