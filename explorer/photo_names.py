"""Find the photos that a file of another tool names: by id, by address or by file name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from vecdb import Collection

SEVERAL = object()
"""Stands for a name that several photos answer to."""


def match_photos(collection: Collection, names: Sequence[Sequence[str]]) -> list[object]:
    """Find the photo that each entry names.

    Args:
        names: for each entry what it is called, the most certain first: an id, an address, a path
            or a file name. A file name counts where one photo alone has it.

    Returns:
        For each entry the photo's id, SEVERAL where more than one fits, None where none does.
    """
    found: list[object] = [None] * len(names)
    for look_up in (_by_id, _by_address, _by_file_name):
        open_at = [at for at, photo in enumerate(found) if photo is None]
        known = look_up(collection, {name for at in open_at for name in names[at]})
        for at in open_at:
            fits = (known[name] for name in names[at] if name in known)
            found[at] = next(fits, None)
    return found


def _by_id(collection: Collection, names: Iterable[str]) -> dict[str, object]:
    return {photo: photo for photo in collection.records.known_ids(names)}


def _by_address(collection: Collection, names: Iterable[str]) -> dict[str, object]:
    spelled = {form: name for name in names for form in _spell(name)}
    photos = defaultdict(set)
    for photo, url in collection.records.at_addresses(list(spelled)):
        photos[spelled[url]].add(photo)
    return {name: _only(fits) for name, fits in photos.items()}


def _by_file_name(collection: Collection, names: Iterable[str]) -> dict[str, object]:
    paths = {name: name.replace("\\", "/").strip("/") for name in names}
    photos: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    wanted = sorted({path.rpartition("/")[2] for path in paths.values()} - {""})
    for photo, path in collection.records.by_file_name(wanted):
        for whole in (path, photo):
            photos[whole.rpartition("/")[2]][photo] = (path, photo)
    found: dict[str, object] = {}
    for name, path in paths.items():
        fits = photos.get(path.rpartition("/")[2], {})
        # Of several with this file name, the one whose folders agree, too.
        ends = {p for p, wholes in fits.items() if any(_ends(whole, path) for whole in wholes)}
        if fits:
            found[name] = _only(ends if len(ends) == 1 else set(fits))
    return found


def _spell(name: str) -> list[str]:
    return [name, Path(name).as_uri()] if name.startswith("/") else [name]


def _ends(whole: str, path: str) -> bool:
    return whole == path or whole.endswith("/" + path)


def _only(photos: set[str]) -> object:
    return next(iter(photos)) if len(photos) == 1 else SEVERAL
