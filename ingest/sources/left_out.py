"""What a source leaves out: whose folders and files nobody means, and what the user excludes."""

import os
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

# Takes the kind of a thing that is left out, such as ".mov", each time one is.
LeaveOut = Callable[[str], None]

# Thumbnails, bins and bookkeeping of NAS, desktops and cameras; what begins with a dot is hidden.
SYSTEM = {
    *("@eadir", "@tmp", "#recycle", "#snapshot", "@recycle", "@recently-snapshot"),
    *("$recycle.bin", "system volume information", "found.000"),
    *("lost+found", "__macosx", "network trash folder", "temporary items"),
    *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r", "picasa.ini"),
    "__ia_thumb.jpg",  # of an item of the Internet Archive
}
BINS = {"RECYCLER", "RECYCLED"}  # of Windows; a class of waste is called so in small letters
ENDINGS = (".lrdata", ".thm")  # Lightroom's previews, and the small pictures of a camera's films
# Folders of small copies, behind the end of the name of the folder they lie in: of Apple's Photos,
# iPhoto and Aperture, Immich, Capture One, and of a Sony's films.
COPIES = {
    "derivatives": ("resources", "proxies"),
    "thumbs": ("upload", "library", "immich"),
    "cache": ("captureone", ".cocatalog"),
    "thumbnails": (".photolibrary", ".aplibrary", ".migratedphotolibrary"),
    "previews": (".aplibrary", ".migratedphotolibrary"),
    "thmbnl": ("m4root",),
}

# What websites and Telegram put behind a picture's name in that of a smaller copy: a-150x150.jpg.
RESIZED = re.compile(r"(.+)[-_](\d{2,4}x\d{2,4}|scaled|thumb)(\.\w+)")


def keep_silent(kind: str) -> None:
    """Count nothing: for whoever does not ask what is left out."""


def system_kind(name: str, above: str = "") -> str | None:
    """Return under which word a hidden or system file or folder is counted; None for others.

    Args:
        above: name of the folder it lies in.
    """
    if name.lower() in SYSTEM or name in BINS:
        return name.strip()
    if name.lower().endswith(ENDINGS):
        return ending_kind(name)
    if above.lower().endswith(COPIES.get(name.lower(), ())):
        return name
    if above.endswith(".info") and "_thumbnail." in name:
        return "_thumbnail"  # Eagle's, beside each picture
    return "hidden" if name.startswith(".") else None


def find_resized(names: Iterable[str]) -> set[str]:
    """Return the names of smaller copies of pictures that lie in the same folder."""
    names = set(names)
    parts = {name: match for name in names if (match := RESIZED.fullmatch(name))}
    return {
        name
        for name, part in parts.items()
        if names & ({part[1] + part[3], f"{part[1]}-scaled{part[3]}"} - {name})
    }


def ending_kind(name: str) -> str:
    """Return under which word a file of no use is counted: its ending."""
    return os.path.splitext(name)[1].lower() or "without ending"


class Exclusion:
    """Patterns of names and paths that the user does not want, as --exclude takes them.

    Args:
        patterns: globs in any case. One without a slash is compared with each file's and folder's
            name, one with a slash with the path from the source's folder; a slash at its end
            means folders alone.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._patterns = [pattern.replace("\\", "/").lower() for pattern in patterns]

    def matches(self, path: str, *, is_folder: bool = False) -> bool:
        """Tell whether a path, relative to the source's folder, is excluded."""
        path = path.lower()
        name = path.rpartition("/")[2]
        return any(_matches(path, name, pattern, is_folder) for pattern in self._patterns)

    def matches_within(self, path: str) -> bool:
        """Tell whether a file or one of the folders it lies in is excluded, as in an archive."""
        folders = path.split("/")[:-1]
        above = ("/".join(folders[: at + 1]) for at in range(len(folders)))
        return any(self.matches(folder, is_folder=True) for folder in above) or self.matches(path)


def _matches(path: str, name: str, pattern: str, is_folder: bool) -> bool:
    if pattern.endswith("/") and not is_folder:
        return False
    pattern = pattern.rstrip("/")
    if "/" not in pattern:
        return fnmatchcase(name, pattern)
    pattern = pattern.removeprefix("./").lstrip("/")
    # `cats/**` means all that lies in cats, which is never entered; `**/cats` also the first cats.
    whole = pattern.removesuffix("/**") if is_folder else pattern
    return any(fnmatchcase(path, form) for form in {pattern, whole, whole.removeprefix("**/")})
