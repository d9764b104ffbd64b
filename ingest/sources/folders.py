"""Photos from a folder tree."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path

from encoder.pictures import HEAD
from ingest.errors import SourceError
from ingest.photo import Photo, address_of, id_of_path
from ingest.sources.beside import AnnotationFolders, Beside, is_about_many, is_about_others
from ingest.sources.class_files import ClassFolders
from ingest.sources.kinds import begins_as_picture, has_picture_ending, is_tar
from ingest.sources.left_out import Exclusion, LeaveOut, ending_kind, find_resized, keep_silent
from ingest.sources.listings import FIFTYONE, NAMES, Listings
from ingest.sources.masks import find_masks
from ingest.sources.places import (
    ANNOTATIONS,
    folder_label,
    is_class_among,
    is_split_alone,
    is_without_classes,
)
from ingest.sources.sidecars import by_column, describe
from ingest.sources.stream import each
from ingest.sources.tables import Table
from ingest.sources.walk import File, Folder, Walk
from ingest.sources.webdataset import Shard
from vecdb.addresses import local_path

MOST_ANNOTATIONS = 50  # more files than that beside no picture are about one picture each


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
        self._annotations: list[Path] = []  # of many pictures each
        self._annotation_folders = AnnotationFolders(root, self._exclusion)
        # Files in these that have described no picture so far, by ending.
        self._about_others: Counter[tuple[str, str]] = Counter()
        self._no_photos: set[str] = set()  # masks, and small copies of others
        self._labels: dict[str, str] = {}  # by folder
        self._names = ClassFolders(root)
        self._listings = Listings(root, leave_out)

    def __iter__(self) -> Iterator[Photo]:
        """Yield the photos in the order of their paths, those of tars after all others.

        Raises:
            SourceError: the folder cannot be read.
            DamagedSource: a tar breaks off.
        """
        tars: list[Path] = []
        self._annotations = []
        self._about_others.clear()
        self._annotation_folders = AnnotationFolders(self._root, self._exclusion)
        self._listings = Listings(self._root, self._leave_out)
        for folder in Walk(self._root, self._exclusion, self._leave_out):
            tars += [file.path for file in folder.files if is_tar(file.name)]
            yield from self._photos(folder)
        for relative, row in self._listings.list_missing():
            address, told = address_of(self._root / relative), by_column(row, self._listings.kinds)
            yield Photo(relative, address, *told, broken="listed in metadata, but no such file")
        for (_, kind), count in self._about_others.items():
            for _ in range(count):
                self._leave_out(kind)
        if self._annotations:
            walk = Walk(self._root, self._exclusion, keep_silent)
            files = {file.relative for folder in walk for file in folder.files} - self._no_photos
            yield from each(self._annotated(path, files) for path in self._annotations)
        yield from each(Shard(path, self._exclusion, self._leave_out) for path in tars)

    def _annotated(self, path: Path, files: Set[str]) -> Iterator[Photo]:
        """Yield what a file of COCO's or CVAT's annotations says of the files of this folder."""
        is_any = False
        try:
            for photo in Table().photos(path):
                at = local_path(photo.url)
                relative = Path(os.path.relpath(at, self._within)).as_posix() if at else ""
                if relative in files:
                    is_any = True
                    yield replace(
                        photo,
                        id=id_of_path(relative),
                        address=address_of(self._root / relative),
                        within=self._within,
                        named_by="",
                        told_by=photo.source,
                        former=(),
                    )
        except SourceError:
            is_any = False
        if not is_any:
            self._leave_out(ending_kind(path.name))

    def _photos(self, folder: Folder) -> Iterator[Photo]:
        for path, relative, reason in folder.faults:
            yield Photo(id_of_path(relative), address_of(path), broken=reason)
        shared = "metadata" if folder.relative.endswith(".info") else ""  # in Eagle's libraries
        elsewhere = self._annotation_folders.files_about(folder.relative)
        beside = Beside(folder.files, elsewhere, self._note, shared)
        for file in folder.files:
            if file.name.lower() == FIFTYONE and is_about_many(file.path):
                self._annotations.append(file.path)
            elif file.name.lower() in NAMES:
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
                self._no_photos.add(file.relative)
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
        unused = list(beside.unused())
        for file in unused:
            if len(unused) <= MOST_ANNOTATIONS and is_about_many(file.path):
                self._annotations.append(file.path)
            elif is_about_others(folder.relative):
                self._about_others[folder.relative, ending_kind(file.name)] += 1
            else:
                self._leave_out(ending_kind(file.name))
        for file in beside.used_elsewhere():
            self._about_others[file.relative.rpartition("/")[0], ending_kind(file.name)] -= 1

    def _read_listings(self, folder: str) -> None:
        for relative in (f"{folder}/{name}" for name in NAMES):
            path = self._root / relative
            if path.is_file() and not self._exclusion.matches(relative):
                self._listings.read(path, folder)

    def _photo(self, file: File, beside: "Beside") -> Photo:
        above = self._label_of(file.relative)
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

    def _label_of(self, path: str) -> str:
        """Return what the folders of a picture say that it is; empty where they say nothing."""
        folder = path.rpartition("/")[0]
        if folder not in self._labels:
            label = folder_label(path)
            if is_split_alone(self._root, folder):
                label = "" if is_without_classes(self._root, folder) else self._label_of(folder)
            elif not label and is_class_among(self._root, folder):
                label = folder.rpartition("/")[2]
            self._labels[folder] = label
        return self._labels[folder]

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


def _is_picture(path: Path) -> bool:
    with path.open("rb") as file:
        return begins_as_picture(file.read(HEAD))
