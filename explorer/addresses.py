"""Addresses on this server that pages and answers name, signed where API_TOKEN is set.

They are relative to the app's root, without a leading slash: every page lies right below the root,
so they hold in a page as they are, also where a proxy serves the app below a path.
"""

import hashlib
import hmac
import os
import re
from pathlib import Path
from urllib.parse import quote

DOTS = re.compile(r"(?<![^/\\])\.\.(?![^/\\])")
DOWNLOAD = "exports/"  # another place to sign, as the next
ORIGINAL = "original/"  # before a collection's name, which holds no slash: another place to sign
MAP = "map"  # the place of everything about maps


def read_token() -> str:
    """Return the configured token, empty where none is asked for."""
    return os.environ.get("API_TOKEN", "")


def sign(place: str, name: str) -> str:
    """Sign an address, so that pages can use it without giving the token away.

    Args:
        place: the kind of address, for a thumbnail its collection.
        name: what it is about.
    """
    message = f"{len(place)}:{place}{name}".encode()
    return hmac.new(read_token().encode(), message, hashlib.sha256).hexdigest()[:32]


def without_dots(photo_id: str) -> str:
    """Return an id that may stand in a path: the server and proxies refuse `..` there."""
    return DOTS.sub("%2E%2E", photo_id)


def with_dots(name: str) -> str:
    """Return the id that `without_dots` was given."""
    return name.replace("%2E%2E", "..")


def thumbnail_url(collection: str, photo_id: str) -> str:
    """Return the address, from the app's root, of a photo's thumbnail."""
    name = without_dots(photo_id)
    path = f"api/thumb/{quote(collection, safe='')}/{quote(name, safe='')}"
    return path + _key(collection, name)


def original_url(collection: str, photo_id: str) -> str:
    """Return the address, from the app's root, of a photo's original, if its file lies here."""
    path = f"api/original/{quote(collection, safe='')}?id={quote(photo_id, safe='')}"
    key = _key(ORIGINAL + collection, photo_id)
    return path + key.replace("?", "&")


def download_url(path: Path, name: str) -> str:
    """Return the address, from the app's root, of a file prepared to be downloaded as `name`."""
    place = f"{path.parent.name}/{path.name}"
    key = _key(DOWNLOAD, place).replace("?", "&")
    return f"api/exports/{quote(place)}?name={quote(name, safe='')}{key}"


def turns_url(concept_id: str, mark: str = "") -> str:
    """Return the address, from the app's root, that takes the turns of a concept.

    Args:
        mark: of the person it is made for, where people log in: nobody else's turns go there.
    """
    path = f"mine/{concept_id}" + _key("turns", concept_id)
    return f"{path}{'&' if '?' in path else '?'}person={mark}" if mark else path


def map_url(collection: str, what: str) -> str:
    """Return the address, from the app's root, of something about a collection's map."""
    return f"api/map/{quote(collection, safe='')}/{what}" + _key(MAP, collection)


def _key(place: str, name: str) -> str:
    return f"?key={sign(place, name)}" if read_token() else ""
