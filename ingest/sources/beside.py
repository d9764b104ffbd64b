"""The files that describe a folder's pictures: beside them, or in a folder of annotations."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path

from ingest.sources.kinds import has_raw_ending
from ingest.sources.left_out import Exclusion, LeaveOut
from ingest.sources.listings import NAMES, fold
from ingest.sources.places import NUMBERED, SAYS_NOTHING, folder_names
from ingest.sources.sidecars import (
    CAPTIONS,
    JSON,
    LABELS,
    LARGEST,
    XMP,
    is_boxes,
    is_sidecar,
    text_of,
)
from ingest.sources.takeout import picture_name, takeout_names
from ingest.sources.values import PART
from ingest.sources.walk import File
from ingest.sources.yolo import LISTS, read_class_names, read_classes

# Folders beside those of pictures, or below the same folder, with a file about each picture.
DESCRIBING = {"annotations", "annotation", "ann", "anns", "labels", "label", "captions", "xmls"}
DESCRIBING |= {"json"}  # of Dataloop
# Beside data-download-1 of Flickr's exports; of DOTA.
CALLED = re.compile(r"\d+_[0-9a-f]+_part\d+|labeltxt.*")
# How annotations of many pictures begin, COCO's maybe behind a long list of classes, and CVAT's.
OF_MANY = {
    ".json": re.compile(rb'"images"\s*:\s*\[\s*\{[^{}]*"file_name"\s*:'),
    ".xml": re.compile(rb"<annotations[\s>]"),
}
OF_POST = re.compile(r"(?<=_UTC)_\d+$")  # of several pictures, as Instaloader numbers them
BEGINNING = 1 << 16  # bytes that are looked at


class Beside:
    """The files that describe the pictures of one folder.

    Args:
        files: of the folder.
        elsewhere: in folders of annotations about it; those beside the pictures go before them.
        leave_out: takes the kinds of those that cannot be read, or describe none.
        shared: name without ending of one that describes all of them.
    """

    def __init__(
        self,
        files: Sequence[File],
        elsewhere: Sequence[File],
        leave_out: LeaveOut,
        shared: str,
    ) -> None:
        self._shared = shared
        self._class_names: dict[Path, Mapping[int, str]] = {}
        self._leave_out = leave_out
        self._by_stem: dict[str, list[tuple[str, File]]] = {}
        self._folded: dict[str, list[tuple[str, File]]] = {}
        self._used: set[File] = set()
        self._all = {file.name: file for file in files if _is_beside(file)}
        self._elsewhere = set(filter(_is_beside, elsewhere))
        for file in (*elsewhere, *files):
            stem, ending = os.path.splitext(file.name)
            if _is_beside(file):
                names = {stem, picture_name(stem)} if ending.lower() in JSON else {stem}
                for told in names:
                    self._by_stem.setdefault(told, []).append((ending.lower(), file))
        others = {file.name for file in files if file.name not in self._all}
        self._raws = {os.path.splitext(name)[0] for name in others if has_raw_ending(name)}
        others |= {os.path.splitext(name)[0] for name in others}
        for told in self._by_stem.keys() - others:
            self._folded.setdefault(fold(told), []).extend(self._by_stem[told])

    def holds(self, file: File) -> bool:
        """Tell whether a file describes others."""
        return file.name in self._all

    def parts(self, name: str) -> Iterator[tuple[str, bytes]]:
        """Yield (ending, content) of the files that describe a picture.

        `photo.xmp` is the RAW's alone where there is one beside a `photo.jpg`.
        """
        stem = os.path.splitext(name)[0]
        is_raws = stem in self._raws and not has_raw_ending(name)
        for key in takeout_names(name):
            for ending, file in self._find(key):
                if ending in JSON:
                    yield from self._part(file, ending)
        for key in dict.fromkeys((self._shared, OF_POST.sub("", stem), stem, name)):
            for ending, file in self._find(key):
                if not (is_raws and key == stem and ending == XMP):
                    yield from self._part(file, ending)

    def _find(self, key: str) -> list[tuple[str, File]]:
        """Return the files of a name; where none has it, those in another case or form."""
        return self._by_stem.get(key) or self._folded.get(fold(key), [])

    def _part(self, file: File, ending: str) -> Iterator[tuple[str, bytes]]:
        self._used.add(file)
        content = self._content(file, ending)
        if content is None:
            return
        words = self._read_boxes(file.path.parent, content) if ending in CAPTIONS else None
        if words is None:
            yield ending, content
        else:
            yield LABELS[0], PART.join(words).encode()

    def _read_boxes(self, folder: Path, content: bytes) -> list[str] | None:
        """Return the classes of YOLO's boxes; None where a text is something else."""
        text = text_of(content)
        if not is_boxes(text):
            return None
        if folder not in self._class_names:
            self._class_names[folder] = read_class_names(folder)
        return read_classes(text, self._class_names[folder])

    def _content(self, file: File, ending: str) -> bytes | None:
        try:
            if file.size <= LARGEST:
                return file.path.read_bytes()
        except OSError:
            pass
        self._leave_out(f"unreadable {ending}")
        return None

    def unused(self) -> Iterator[File]:
        """Yield the folder's files that describe no picture in it."""
        yield from (file for file in self._all.values() if file not in self._used)

    def used_elsewhere(self) -> Iterator[File]:
        """Yield the files in folders of annotations that describe a picture here."""
        yield from self._used & self._elsewhere


class AnnotationFolders:
    """The folders of a tree with a file about each picture of another one.

    `labels/train` is about `images/train` and about `train`, `Annotations` about `JPEGImages`.
    """

    def __init__(self, root: Path, exclusion: Exclusion) -> None:
        self._root = root
        self._exclusion = exclusion
        self._within: dict[str, list[str]] = {}  # names of such folders, by the folder they lie in

    def files_about(self, folder: str) -> list[File]:
        """Return the files about the pictures of a folder.

        Args:
            folder: its path from the root.
        """
        parts = folder.split("/") if folder else []
        found: dict[str, None] = {}
        for at in range(len(parts) + 1):
            above = "/".join(parts[:at])
            rests = [parts[at:]]
            if at < len(parts) and NUMBERED.sub("", parts[at].lower()) in SAYS_NOTHING:
                rests.append(parts[at + 1 :])
            for name in self._list(above):
                for rest in rests:
                    for inner in ([name, *rest], [name, "xmls", *rest]):
                        found["/".join(filter(None, [above, *inner]))] = None
        allowed = (each for each in found if not self._exclusion.matches_within(f"{each}/_"))
        return [file for each in allowed for file in self._files_in(each)]

    def _list(self, folder: str) -> list[str]:
        if folder not in self._within:
            names = folder_names(self._root / folder)
            self._within[folder] = [name for name in names if _describes(name)]
        return self._within[folder]

    def _files_in(self, folder: str) -> list[File]:
        path = self._root / folder
        try:
            with os.scandir(path) as entries:
                told = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
        except OSError:
            return []
        return [
            File(path / name, name, f"{folder}/{name}", stat.st_mtime, stat.st_size)
            for name, stat in sorted(told, key=itemgetter(0))
        ]


def is_about_many(path: Path) -> bool:
    """Tell whether a file begins as COCO's annotations do, a list of images, or as CVAT's."""
    begins = OF_MANY.get(path.suffix.lower())
    if begins is None:
        return False
    try:
        with path.open("rb") as file:
            return begins.search(file.read(BEGINNING)) is not None
    except OSError:
        return False


def is_about_others(folder: str) -> bool:
    """Tell whether a folder, by its path, holds what describes the pictures of others."""
    return any(map(_describes, folder.split("/")))


def _describes(name: str) -> bool:
    name = name.lower()
    return NUMBERED.sub("", name) in DESCRIBING or CALLED.fullmatch(name) is not None


def _is_beside(file: File) -> bool:
    name = file.name.lower()
    return is_sidecar(os.path.splitext(name)[1]) and name not in NAMES and name not in LISTS
