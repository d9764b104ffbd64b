"""Words for people."""

import errno
from collections.abc import Sequence

NAMED = 200  # letters of a name that are shown
REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "make room"),
    errno.EROFS: "let it be written",
}


def is_utf8(text: str) -> bool:
    """Tell whether a text is one in UTF-8: bytes of another encoding become halves of letters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def count_things(count: int, thing: str, things: str = "") -> str:
    """Say how many there are, in the singular or the plural."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def show_name(text: str) -> str:
    """Return a name from a file as a sentence may hold it: short, and steering no terminal."""
    short = text if len(text) <= NAMED else text[:NAMED] + "..."
    return "".join(letter if letter.isprintable() else "?" for letter in short)


def name_some(names: Sequence[str], most: int, count: int = 0) -> str:
    """Name the first few, and say whether there are more: of those given, or of `count`."""
    more = " and others" if max(count, len(names)) > most else ""
    return ", ".join(map(show_name, names[:most])) + more


def percent(share: float, digits: int = 0) -> str:
    """Say a share of 0 to 1 in per cent."""
    return f"{100 * share:.{digits}f} %"


def describe_error(error: Exception) -> str:
    """Say what went wrong; of what the system refuses without its number, and what to do."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    place = error.filename2 or error.filename  # of a copy where it goes, not where it comes from
    what = f"{place}: {error.strerror}" if place else error.strerror
    remedy = REMEDIES.get(error.errno or 0)
    return f"{what}: {remedy}, then do this again." if remedy else what
