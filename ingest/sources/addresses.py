"""Where a picture of a table's row lies: addresses and paths in all the forms people write them."""

import os
import posixpath
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from encoder.pictures import ENDINGS
from ingest.sources.cells import as_text, is_empty, plain
from ingest.sources.places import Place, find_in_places, find_places

ENDING = re.compile(rf"\.({'|'.join(ENDINGS)})(_large|:orig)?$", re.IGNORECASE)
# One of several captions of a picture, as Flickr8k numbers them: 1000.jpg#0.
NUMBERED = re.compile(r"(\.(?:jpe?g|png))#\d$", re.IGNORECASE)
# Between two addresses in one cell.
BETWEEN = re.compile(r"""['">]*\s*[|;,\s]\s*(?=['"<]*(?:https?|s3|gs)://)""", re.IGNORECASE)
# What Airtable, HTML, Markdown and spreadsheets write around an address.
WRAPPED = re.compile(
    r"""(?:<img\b[^>]*?\bsrc=|=(?:image|hyperlink)\(|!\[[^\]]*\]\(|.+?\.\w{3,4} \()\s*["']?"""
    r"""((?:https?:)?//[^\s"'<>)]+)""",
    re.IGNORECASE,
)
# What IIIF calls what it tells of a picture, and the picture itself (Image API 2.1 and 3).
IIIF, WHOLE = "/info.json", "/full/max/0/default.jpg"
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
PAGE = re.compile(r"\.(html?|php|aspx?|jsp|json|xml|rdf)$", re.IGNORECASE)
DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
HERE = re.compile(r"(localhost|\d{1,3}(\.\d{1,3}){3})(:\d+)?/")
NAMED = re.compile(
    r"([\w-]+\.)+(com|org|net|io|edu|gov|dev|info|app|cloud|biz|xyz|shop|museum|art|photos?|co|me|ai"
    r"|de|uk|fr|jp|cn|ru|br|eu|nl|it|es|in|ca|at|ch|be|pl|cz|se|no|dk|fi|pt|gr|hu|ie|au|nz|kr|tw|mx)"
    r"(:\d+)?/",
    re.IGNORECASE,
)
SERVED = "/data/local-files/?d="  # before a path in what Label Studio exports
NO_FILES = {"data", "javascript", "mailto", "about", "blob"}
LISTED = 256  # folders whose names are kept in memory
NOTHING, PAGES, FILE, ADDRESS, PICTURE, LOCAL = range(6)  # LOCAL: a file that is there


class Locator:
    """Finds the picture that a row of a table names.

    Args:
        base: the folder that the table lies in, as a path or as an address.
        name: of the table, without ending: train.csv is about the pictures in train.

    Attributes:
        base: as given.
    """

    def __init__(self, base: Any, name: str = "") -> None:
        self.base = base
        self._name = name
        self._places: list[Place] = []

    def adopt_places(self, names: Sequence[str], *, above: bool) -> str:
        """Look for pictures beside the table, where its rows name them without folder or ending.

        Args:
            above: look above the table's folder, too, where rows give paths.

        Returns:
            Where they are, in a few words; empty where they are not, or lie where the rows say.
        """
        if not isinstance(self.base, Path):
            return ""
        self._places = find_places(self.base, self._name, names, above=above)
        folders = dict.fromkeys(os.path.relpath(folder, self.base) for folder, _ in self._places)
        return ", ".join(folders)

    def has_places(self, names: Sequence[str]) -> bool:
        """Tell whether names of files lead to pictures in a folder near the table."""
        if not isinstance(self.base, Path):
            return False
        return bool(find_places(self.base, self._name, names, above=True))

    def locate(self, text: str) -> str:
        """Return the address or the path of a picture, whatever its spelling in the table.

        Windows' paths, `~`, `..`, file: addresses, percent-encoded names and accents composed
        otherwise lead to the file that exists; paths start from the table's folder, and those of
        another machine are looked for beside the table.
        """
        if not text:
            return ""
        if address := _web_address(text):
            return address.replace("&amp;", "&")
        if SCHEME.match(text) and not DRIVE.match(text):
            if not text.lower().startswith("file:"):
                return text
            text = _file_path(text)
        if not isinstance(self.base, Path):
            return _join(str(self.base), text.replace("\\", "/"))
        found = next((path for path in self._spellings(text) if os.path.lexists(path)), None)
        found = found or next(filter(None, map(_as_listed, self._spellings(text))), None)
        found = found or find_in_places(self._places, text)
        return _upright(found or os.path.join(self.base, os.path.expanduser(text)))

    def _spellings(self, text: str) -> list[str]:
        """Return the paths that a text may stand for, the likeliest first."""
        texts = [os.path.expanduser(text)]
        if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'":
            texts.append(text[1:-1])
        if text.startswith(SERVED):
            texts.append(text.removeprefix(SERVED))
        slashes = text.replace("\\", "/")
        if slashes != text:
            texts.append(slashes)
        if DRIVE.match(text) or text.startswith("/"):
            parts = [part for part in re.sub("^[A-Za-z]:", "", slashes).split("/") if part]
            texts += ["/".join(parts[start:]) for start in range(len(parts))]
        texts += [unquote(each) for each in texts if "%" in each]
        return [os.path.join(self.base, each) for each in texts]


def _join(base: str, path: str) -> str:
    """Return the address of a path that starts from an address, whatever its scheme."""
    scheme, _, rest = base.partition("://")
    host, _, folder = rest.partition("/")
    return f"{scheme}://{host}{posixpath.normpath(posixpath.join('/', folder, path))}"


def first_address(cell: Any) -> str:
    """Return the address or path that a cell holds; of several, in whatever form, the first."""
    if isinstance(cell, list | tuple):
        cell = next((each for each in cell if isinstance(each, str | bytes) and each.strip()), "")
    text = NUMBERED.sub(r"\1", as_text(plain(cell)).strip())
    if "://" in text or text[:4] == "<img":
        wrapped = WRAPPED.match(text)
        text = wrapped[1] if wrapped else text
        text = BETWEEN.split(text.strip("<>[]'\" "))[0].strip("<>'\" ")
        if text.endswith(IIIF):
            text = text.removesuffix(IIIF) + WHOLE
    return text


def join_folder(folder: Any, name: str) -> str:
    """Return a file's name with its folder first; what is more than a name stays as it is."""
    before = as_text(plain(folder)).strip()
    if not before or is_empty(before) or is_web(name) or re.search(r"[\\/]", name):
        return name
    part = "\\" if DRIVE.match(before) else "/"
    return before.rstrip("\\/") + part + name


def holds_several(cell: Any) -> bool:
    """Tell whether a cell holds more than one address."""
    if isinstance(cell, list | tuple):
        return len(cell) > 1
    if not isinstance(cell, str) or "://" not in cell:
        return False
    wrapped = WRAPPED.match(cell)
    return "://" in cell[wrapped.end() :] if wrapped else len(BETWEEN.split(cell.strip())) > 1


def file_name(path: Any) -> str:
    """Return what names a picture that came from a file: its path, without another machine's.

    Of several pictures the first one names all.
    """
    path = next(iter(path), "") if isinstance(path, list | tuple) else path
    text = as_text(plain(path)).strip().replace("\\", "/")
    return text.rpartition("/")[2] if is_web(text) or text[:1] == "/" or DRIVE.match(text) else text


def rank_address(text: str, locator: Locator) -> int:
    """Tell how much a cell looks like the address of a picture: NOTHING to LOCAL."""
    text = first_address(text.strip(" \t\r'\""))
    if not text or "\n" in text or len(text) > 4_000:
        return NOTHING
    address = _web_address(text) or text
    if SCHEME.match(address) and not DRIVE.match(address):
        if " " in address.strip() and not ENDING.search(address):
            return NOTHING
        try:
            parts = urlsplit(address) if "://" in address else None
        except ValueError:
            return NOTHING  # such as http://[x]
        if parts is None or parts.scheme in NO_FILES:
            return PICTURE if address.startswith("data:image/") else NOTHING
        if parts.scheme == "file":
            return LOCAL if os.path.lexists(locator.locate(text)) else PICTURE
        if ENDING.search(parts.path):
            return PICTURE
        is_home = parts.path in ("", "/") and not parts.query
        return PAGES if is_home or PAGE.search(parts.path) else ADDRESS
    if ENDING.search(text):
        return LOCAL if os.path.lexists(locator.locate(text)) else FILE
    return FILE if "/" in text and os.path.isfile(locator.locate(text)) else NOTHING


def is_web(text: str) -> bool:
    """Tell whether a text is an address with a scheme, or one of the web's without."""
    return _web_address(text) is not None or bool(SCHEME.match(text) and not DRIVE.match(text))


def _web_address(text: str) -> str | None:
    """Return an address with its scheme, None where the text is none of the web's."""
    if text.startswith("//") and NAMED.match(text[2:]):
        return "https:" + text
    if (text.startswith("www.") and "/" in text) or NAMED.match(text):
        return "https://" + text
    if HERE.match(text):
        return "http://" + text
    return text if "://" in text and not text.lower().startswith("file:") else None


def _file_path(address: str) -> str:
    path = re.sub(r"^file:(//(localhost)?(?=/))?", "", address, flags=re.IGNORECASE)
    path = path[2:] if path.startswith("//") else path
    path = path[1:] if DRIVE.match(path[1:]) else path
    return path if os.path.lexists(path) else unquote(path)


def _as_listed(path: str) -> str | None:
    """Return the path of the file that differs in its accents' form or in case alone."""
    if os.path.lexists(path):
        return path
    folder, name = os.path.split(path)
    if not name or folder == path:
        return None
    found = folder if os.path.isdir(folder) else _as_listed(folder)
    if found is None:
        return None
    same = _names(found).get(_fold(name), [])
    composed = [n for n in same if _compose(n) == _compose(name)]
    chosen = composed or same
    return os.path.join(found, chosen[0]) if len(chosen) == 1 else None


@lru_cache(LISTED)
def _names(folder: str) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    try:
        for name in os.listdir(folder):
            names.setdefault(_fold(name), []).append(name)
    except OSError:
        return {}
    return names


def _compose(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _fold(name: str) -> str:
    return _compose(_compose(name).casefold())


def _upright(path: str) -> str:
    """Return a path without `.` and `..` in it."""
    if ".." not in path and "/." not in path:
        return path
    plain = os.path.normpath(path)
    # Behind a linked folder `..` is not the folder written before it.
    return plain if os.path.lexists(plain) or not os.path.lexists(path) else os.path.realpath(path)
