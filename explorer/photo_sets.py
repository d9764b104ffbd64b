"""Pictures to classify: of a collection, of a folder on this machine, or uploaded."""

import base64
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from encoder import Encoder
from explorer.errors import NotAllowed
from explorer.exports.choice import Tell, say_nothing
from explorer.places import EVERYWHERE, Places
from explorer.zeroshot import MOST, Photos, read
from ingest import IngestError, Photo
from ingest.decode import Decoded, decode
from ingest.errors import Rejected
from ingest.sources.folders import PictureFolder, picture_names
from vecdb import Collection
from vecdb.addresses import path_of

MOST_PICTURES = 1000
BATCH = 64  # pictures encoded at once
NAMED = 10  # files that could not be read, named one by one


@dataclass(frozen=True)
class PhotoSet:
    """Photos with vectors and, where they are in no collection, small pictures to show.

    Attributes:
        notes: sentences about pictures that are not among them.
    """

    photos: Photos
    key: str
    collection: Collection | None = None
    small: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def of_collection(collection: Collection, prefix: str) -> PhotoSet:
    """Read a collection's photos whose ids start with a prefix; of a large one a sample."""
    count = collection.count()
    notes = (f"A random sample of {MOST:,} of its {count:,} photos.",) if count > MOST else ()
    key = f"{collection.name}/{prefix}"
    return PhotoSet(read(collection, prefix), key, collection, notes=notes)


def of_folder(
    folder: str, encoder: Encoder, places: Places = EVERYWHERE, tell: Tell = say_nothing
) -> PhotoSet:
    """Encode the pictures of a folder; their labels are those that an ingest gives them.

    Args:
        places: where folders and pictures may lie.
        tell: is told which share of the pictures is encoded.

    Raises:
        OSError: there is no such folder, or it holds no picture.
        NotAllowed: it lies elsewhere.
    """
    root = path_of(folder.strip("'\""))
    root = Path(os.path.expanduser(root))  # which leaves the ~ of an unknown user as it is
    places.check(root)
    left: Counter[str] = Counter()
    files = Files(places)
    if root.is_dir():
        try:
            count = sum(1 for _ in islice(picture_names(root), MOST_PICTURES))
            pictures = PictureFolder(root, (), lambda kind: left.update([kind]))
            files.take(pictures, encoder, count, tell)
        except IngestError as error:
            files.notes.append(str(error))
    if not files.names and not files.faults:
        raise OSError(f"There is no folder {folder} with pictures in it.")
    if left:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in left.most_common())
        files.notes.append(f"Left out: {kinds}.")
    return files.photo_set()


def of_uploads(files: Sequence[Any], encoder: Encoder, tell: Tell = say_nothing) -> PhotoSet:
    """Encode uploaded pictures; nothing is known of their classes.

    Args:
        tell: is told which share of the pictures is encoded.

    Raises:
        OSError: none of them is a picture.
    """
    given = Files()
    given.take(
        (Photo(f"{at} {file.name}", payload=file.getvalue()) for at, file in enumerate(files, 1)),
        encoder,
        min(len(files), MOST_PICTURES),
        tell,
    )
    return given.photo_set()


class Files:
    """Pictures as they are encoded, and what is to be said of the others."""

    def __init__(self, places: Places = EVERYWHERE) -> None:
        self._places = places
        self.names: list[str] = []
        self.notes: list[str] = []
        self.faults: list[str] = []
        self._labels: list[str] = []
        self._small: dict[str, str] = {}
        self._pixels: list[np.ndarray] = []
        self._vectors: list[np.ndarray] = []
        self._digests = hashlib.sha256()

    def take(self, photos: Iterable[Photo], encoder: Encoder, count: int, tell: Tell) -> None:
        """Encode the first MOST_PICTURES of some photos; one that cannot be read is noted.

        Args:
            count: how many there are, of which it is told which share is done.
        """
        for photo in photos:
            if len(self.names) == MOST_PICTURES:
                self.notes.append(f"Only the first {MOST_PICTURES:,} pictures are taken.")
                break
            try:
                photo.check()
                self._add(photo, decode(self._read(photo)), encoder)
            except (Rejected, OSError, NotAllowed) as error:
                reason = getattr(error, "strerror", None) or str(error)
                self.faults.append(f"{photo.id} ({reason})")
            done = len(self.names) - len(self._pixels) + len(self.faults)
            tell("Encoding the pictures", done / max(count, done, 1))
        self._encode(encoder)

    def _read(self, photo: Photo) -> bytes:
        if photo.payload is not None:
            return photo.payload
        path = path_of(photo.address)
        return self._places.check(path).read_bytes()

    def _add(self, photo: Photo, picture: Decoded, encoder: Encoder) -> None:
        name = photo.id if photo.id not in self._small else f"{photo.id} {len(self.names)}"
        self.names.append(name)
        self._labels.append(str(photo.metadata.get("label", "")))
        self._pixels.append(encoder.prepare(picture.image))
        thumbnail = base64.b64encode(picture.thumbnail).decode()
        self._small[name] = f"data:image/jpeg;base64,{thumbnail}"
        self._digests.update(picture.digest.encode())
        if len(self._pixels) == BATCH:
            self._encode(encoder)

    def _encode(self, encoder: Encoder) -> None:
        if self._pixels:
            self._vectors.append(encoder.encode_prepared(np.stack(self._pixels)))
            self._pixels = []

    def photo_set(self) -> PhotoSet:
        """Return the pictures.

        Raises:
            OSError: there are none.
        """
        if not self.names:
            raise OSError("None of these files is a picture that can be read.")
        if self.faults:
            more = " and others" if len(self.faults) > NAMED else ""
            named = ", ".join(self.faults[:NAMED]) + more
            self.notes.append(f"{len(self.faults):,} could not be read: {named}.")
        photos = Photos(self.names, np.concatenate(self._vectors), self._labels)
        key = self._digests.hexdigest()[:16]
        return PhotoSet(photos, key, None, self._small, tuple(self.notes))
