"""Photos that a script hands over: each of the types that `Photo` declares."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from numbers import Real
from types import NoneType

import numpy as np
import pyarrow as pa

from ingest.errors import SourceError
from ingest.photo import Photo, clean_values
from vecdb.photos import METADATA

EXTRA = (str, Real, Decimal, np.bool_, datetime, NoneType)


def check_photos(photos: Iterable[Photo]) -> Iterator[Photo]:
    """Yield the photos of a script.

    Raises:
        SourceError: one is none, or holds what cannot be stored; those before it are yielded.
    """
    for photo in photos if isinstance(photos, Iterable) else [photos]:
        if not isinstance(photo, Photo):
            raise SourceError(f"{photo!r:.80} is no photo: give `ingest.Photo`s, or one source.")
        for fault in _faults(photo):
            raise SourceError(f"The photo {photo.id!r:.60} cannot be stored: its {fault}.")
        yield photo


def _faults(photo: Photo) -> Iterator[str]:
    if not isinstance(photo.payload, bytes | bytearray | None):
        yield f"payload must be the bytes of a picture's file, not {photo.payload!r:.60}"
    for name in ("metadata", "extra"):
        if not isinstance(getattr(photo, name), Mapping):
            yield f"{name} must be a dict, not {getattr(photo, name)!r:.60}"
    for name, value in photo.metadata.items():
        if name not in METADATA:
            yield f"metadata has a column {name!r:.60}, which belongs into extra"
        try:
            pa.scalar(*clean_values({name: value}).values(), METADATA[name])
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            yield f"{name} must be {METADATA[name]}, not {value!r:.60}"
    for name, value in photo.extra.items():
        if not isinstance(name, str):
            yield f"extra must have texts for names, not {name!r:.60}"
        if not isinstance(value, EXTRA):
            yield f"{name!r:.60} must be a text, a number, a time, true or false, not {value!r:.60}"
