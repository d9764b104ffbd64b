"""Photos from a folder tree."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from encoder.pictures import HEAD
from ingest.photo import Photo, address_of, id_of_path
from ingest.sources.class_files import ClassFolders
from ingest.sources.kinds import begins_as_picture, has_picture_ending, has_raw_ending, is_tar
from ingest.sources.left_out import Exclusion, LeaveOut, ending_kind, find_resized, keep_silent
from ingest.sources.listings import NAMES, Listings, fold
from ingest.sources.masks import find_masks
from ingest.sources.places import ANNOTATIONS, folder_label, is_class_among
from ingest.sources.sidecars import JSON, LARGEST, XMP, by_column, describe, is_sidecar
from ingest.sources.stream import each
from ingest.sources.takeout import picture_name, takeout_names
from ingest.sources.walk import File, Folder, Walk
from ingest.sources.webdataset import Shard


class PictureFolder:
    """The pictures of a folder tree, with what stands beside them, and those of the tars in it.

    A photo's id is its path from here, its label its folder's name unless a file beside it says
    another. Pictures are known by their endings, others by their first bytes.

    Args:
        exclude: patterns of names and paths to leave out.
        leave_out: takes the kind of each file that is no picture and describes none.
    """

    def __init__(self, root: Path, exclude: Sequence[str], leave_out: LeaveOut) -> None:
        self._root = root
        self._within = str(root.absolute())
        self._exclusion = Exclusion(exclude)
        self._leave_out = leave_out
        self._unreadable = 0  # files beside pictures
        self._classes: dict[str, str] = {}  # by folder
        self._names = ClassFolders(root)
        self._listings = Listings(root, leave_out)

    def __iter__(self) -> Iterator[Photo]:
        """Yield the photos in the order of their paths, those of tars after all others.

        Raises:
            SourceError: the folder cannot be read.
            DamagedSource: a tar breaks off.
        """
        tars: list[Path] = []
        self._listings = Listings(self._root, self._leave_out)
        for folder in Walk(self._root, self._exclusion, self._leave_out):
            tars += [file.path for file in folder.files if is_tar(file.name)]
            yield from self._photos(folder)
        for relative, row in self._listings.list_missing():
            address, told = address_of(self._root / relative), by_column(row, self._listings.kinds)
            yield Photo(relative, address, *told, broken="listed in metadata, but no such file")
        yield from each(Shard(path, self._exclusion, self._leave_out) for path in tars)

    def _photos(self, folder: Folder) -> Iterator[Photo]:
        for path, relative, reason in folder.faults:
            yield Photo(id_of_path(relative), address_of(path), broken=reason)
        shared = "metadata" if folder.relative.endswith(".info") else ""  # in Eagle's libraries
        beside = Beside(folder.files, self._note, shared)
        for file in folder.files:
            if file.name.lower() in NAMES:
                self._listings.read(file.path, folder.relative)
        for inner in folder.inner:
            if inner.rpartition("/")[2].lower() in ANNOTATIONS:  # before the folders beside it
                self._read_listings(inner)
        named = [file.name for file in folder.files if has_picture_ending(file.name)]
        copies = find_resized(named)
        masks = find_masks(self._root, folder.relative, [n for n in named if n not in copies])
        for file in folder.files:
            if beside.holds(file) or is_tar(file.name) or file.name.lower() in NAMES:
                continue
            if file.name in masks or file.name in copies:
                self._leave_out(f"{'masks' if file.name in masks else 'small copies'} of pictures")
                continue
            try:
                if has_picture_ending(file.name) or _is_picture(file.path):
                    yield self._photo(file, beside)
                else:
                    self._leave_out(ending_kind(file.name))
            except OSError as error:
                reason = f"file not readable: {error.strerror}"
                yield Photo(id_of_path(file.relative), address_of(file.path), broken=reason)
        beside.leave_out_unused()

    def _read_listings(self, folder: str) -> None:
        for relative in (f"{folder}/{name}" for name in NAMES):
            path = self._root / relative
            if path.is_file() and not self._exclusion.matches(relative):
                self._listings.read(path, folder)

    def _photo(self, file: File, beside: "Beside") -> Photo:
        above = folder_label(file.relative) or self._class_of(file.relative.rpartition("/")[0])
        row, before = self._listings.take(file.relative), self._unreadable
        metadata, extra, captions = describe(
            row, beside.parts(file.name), self._note, self._listings.kinds
        )
        if above and "label" not in metadata:
            metadata["label"] = id_of_path(
                self._names.name(file.relative.rpartition("/")[0], above)
            )
        return Photo(
            id_of_path(file.relative),
            address_of(file.path),
            metadata,
            extra,
            within=self._within,
            modified=file.modified,
            size=file.size,
            captions=captions,
            is_partly_read=self._unreadable > before or (self._listings.is_damaged and not row),
        )

    def _class_of(self, folder: str) -> str:
        """Return the name of a folder that says nothing, where it is a class beside others."""
        if folder not in self._classes:
            is_class = is_class_among(self._root, folder)
            self._classes[folder] = folder.rpartition("/")[2] if is_class else ""
        return self._classes[folder]

    def _note(self, kind: str) -> None:
        self._unreadable += kind.startswith("unreadable")
        self._leave_out(kind)


def picture_names(root: Path) -> Iterator[str]:
    """Yield the paths, from the root, of the files in a folder tree with the names of pictures."""
    for folder in Walk(root, Exclusion(), keep_silent):
        yield from (file.relative for file in folder.files if has_picture_ending(file.name))


def count_pictures(root: Path, exclude: Sequence[str]) -> int | None:
    """Count the files in a folder tree with the names of pictures; None where there are tars."""
    count = 0
    for folder in Walk(root, Exclusion(exclude), keep_silent):
        if any(is_tar(file.name) for file in folder.files):
            return None
        count += sum(has_picture_ending(file.name) for file in folder.files)
    return count


class Beside:
    """The files of one folder that describe its pictures.

    Args:
        leave_out: takes the kinds of those that cannot be read, or describe none.
        shared: name without ending of one that describes all of them.
    """

    def __init__(self, files: Sequence[File], leave_out: LeaveOut, shared: str) -> None:
        self._shared = shared
        self._leave_out = leave_out
        self._by_stem: dict[str, list[tuple[str, File]]] = {}
        self._folded: dict[str, list[tuple[str, File]]] = {}
        self._used: set[str] = set()
        self._all: dict[str, str] = {}
        for file in files:
            stem, ending = os.path.splitext(file.name)
            if is_sidecar(ending.lower()) and file.name.lower() not in NAMES:
                self._all[file.name] = ending.lower()
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
        for key in dict.fromkeys((self._shared, stem, name)):
            for ending, file in self._find(key):
                if not (is_raws and key == stem and ending == XMP):
                    yield from self._part(file, ending)

    def _find(self, key: str) -> list[tuple[str, File]]:
        """Return the files of a name; where none has it, those in another case or form."""
        return self._by_stem.get(key) or self._folded.get(fold(key), [])

    def _part(self, file: File, ending: str) -> Iterator[tuple[str, bytes]]:
        self._used.add(file.name)
        content = self._content(file, ending)
        if content is not None:
            yield ending, content

    def _content(self, file: File, ending: str) -> bytes | None:
        try:
            if file.size <= LARGEST:
                return file.path.read_bytes()
        except OSError:
            pass
        self._leave_out(f"unreadable {ending}")
        return None

    def leave_out_unused(self) -> None:
        """Count the files that describe no picture here."""
        for name, ending in self._all.items():
            if name not in self._used:
                self._leave_out(ending)


def _is_picture(path: Path) -> bool:
    with path.open("rb") as file:
        return begins_as_picture(file.read(HEAD))
