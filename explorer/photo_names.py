"""Find the photos that a file of another tool names: by id, by address or by file name."""

import re
from collections import defaultdict
from collections.abc import Collection as Names
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote

from ingest.sources.addresses import ENDING
from vecdb import Collection

SEVERAL = object()
"""Stands for a name that several photos answer to."""
# Label Studio serves uploads as upload/1/3f9a2b1c-a.jpg, Roboflow calls a.jpg a_jpg.rf.HASH.jpg.
UPLOADED = re.compile(r"(?<=upload/)(\d+)/[0-9a-f]{8}-(?=[^/]+$)")
RENAMED = re.compile(r"_(jpe?g|png|webp|bmp|tiff?|avif|heic)\.rf\.\w+\.\w+$", re.IGNORECASE)


def match_photos(
    collection: Collection, names: Sequence[Sequence[str]], shared: Names[str] = ()
) -> list[object]:
    """Find the photo that each entry names.

    Args:
        names: for each entry what it is called, the most certain first: an id, an address, a path
            or a file name. A file name counts where one photo alone has it, or the folders agree.
        shared: file names that stand in several folders of the other tool, as 001.jpg may; these
            count only where the folders agree.

    Returns:
        For each entry the photo's id, SEVERAL where more than one fits, None where none does.
    """
    found: list[object] = [None] * len(names)
    names = list(map(_compose, names))
    for look_up in (_by_id, _by_address, partial(_by_file_name, shared=shared)):
        open_at = [at for at, photo in enumerate(found) if photo is None]
        known = look_up(collection, {name for at in open_at for name in names[at]})
        for at in open_at:
            fits = (known[name] for name in names[at] if name in known)
            found[at] = next(fits, None)
    return found


def _by_id(collection: Collection, names: Iterable[str]) -> dict[str, object]:
    return {photo: photo for photo in collection.records.known_ids(list(names))}


def _by_address(collection: Collection, names: Iterable[str]) -> dict[str, object]:
    spelled = {form: name for name in names for form in _spell(name)}
    photos = defaultdict(set)
    for photo, url in collection.records.at_addresses(list(spelled)):
        photos[spelled[url]].add(photo)
    return {name: _only(fits) for name, fits in photos.items()}


def match_renamed(
    collection: Collection, names: Sequence[Sequence[str]], shared: Names[str] = ()
) -> list[object]:
    """Find photos by the names that their files had before another tool renamed them.

    Where none of an entry's names has a picture's ending, names without their endings count, too.
    Arguments and answer are those of `match_photos`.
    """
    names = list(map(_compose, names))
    spelled = [[form for name in entry for form in _restore(name)] for entry in names]
    is_bare = [not any(ENDING.search(_path(name)) for name in entry) for entry in names]
    bare = set(
        chain.from_iterable(e for e, has_none in zip(names, is_bare, strict=True) if has_none)
    )
    known = _by_file_name(collection, set(chain.from_iterable(spelled)), shared)
    known |= _by_file_name(collection, bare, shared, without_ending=True)
    entries = [e if has_none else s for e, s, has_none in zip(names, spelled, is_bare, strict=True)]
    return [next((known[name] for name in entry if name in known), None) for entry in entries]


def _restore(name: str) -> list[str]:
    """Return the name that a file had before Label Studio or Roboflow renamed it."""
    if "upload/" not in name and ".rf." not in name:
        return []
    path = _path(name)
    before = RENAMED.sub(r".\1", _drop_upload(path))
    return [before] if before != path else []


def _by_file_name(
    collection: Collection,
    names: Iterable[str],
    shared: Names[str],
    *,
    without_ending: bool = False,
) -> dict[str, object]:
    paths = {name: _path(name) for name in names}
    photos: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    wanted = sorted({file_name(name) for name in paths} - {""})
    look_up = collection.records.by_stem if without_ending else collection.records.by_file_name
    for photo, path in look_up(wanted):
        wholes = tuple(_cut_ending(p) if without_ending else p for p in (path, photo))
        for whole in wholes:
            photos[whole.rpartition("/")[2]][photo] = wholes
    found: dict[str, object] = {}
    for name, path in paths.items():
        fits = photos.get(file_name(name), {})
        # Of several with this file name, the one whose folders agree, too; a path may be of
        # another machine, where other folders stand before those of the id.
        ends = {p for p, wholes in fits.items() if any(_ends(whole, path) for whole in wholes)}
        ends = ends or {p for p, (_, own) in fits.items() if "/" in own and _ends(path, own)}
        one = ends if len(ends) == 1 or file_name(name) in shared else set(fits)
        if one:
            found[name] = _only(one)
    return found


def find_shared(entries: Iterable[Sequence[str]]) -> set[str]:
    """Return the file names that entries of several photos end in, as cat/001.jpg and dog/001.jpg.

    Args:
        entries: what each photo is called, as for `match_photos`.
    """
    first: dict[str, int] = {}
    return {
        name
        for keys in entries
        for name in (file_name(_drop_upload(key)) for key in _compose(keys))
        if first.setdefault(name, hash(tuple(keys))) != hash(tuple(keys))
    }


def _compose(names: Sequence[str]) -> Sequence[str]:
    """Add to each name its accents as other systems write them: macOS apart, others in one."""
    if all(map(str.isascii, names)):
        return names
    forms = ((name, normalize("NFC", name), normalize("NFD", name)) for name in names)
    return list(dict.fromkeys(chain.from_iterable(forms)))


def _drop_upload(name: str) -> str:
    return UPLOADED.sub(r"\1/", name) if "upload/" in name else name


def file_name(name: str) -> str:
    """Return the last part of a path, of Windows or any other."""
    return _path(name).rpartition("/")[2]


def _path(name: str) -> str:
    if "://" in name:  # such as a signed address
        name = unquote(name.partition("?")[0].partition("#")[0])
    name = name.rpartition("/local-files/?d=")[2]  # as Label Studio serves its machine's files
    return name.replace("\\", "/").strip("/")


def _cut_ending(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return folder + slash + (name.rpartition(".")[0] or name)


def _spell(name: str) -> list[str]:
    return [name, Path(name).as_uri()] if name.startswith("/") else [name]


def _ends(whole: str, path: str) -> bool:
    return whole == path or whole.endswith("/" + path)


def _only(photos: set[str]) -> object:
    return next(iter(photos)) if len(photos) == 1 else SEVERAL
