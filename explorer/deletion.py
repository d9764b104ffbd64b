"""Which photos a person means who wants them deleted."""

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.photo_names import SEVERAL, file_name, find_shared, match_photos
from vecdb import Collection

MOST = 1_000  # photos deleted at once: until the next deletion they are kept in memory
SHOWN = 5


@dataclass(frozen=True)
class Named:
    """What some names stand for.

    Attributes:
        ids: of the photos found, each once.
        unknown: names that fit no photo.
        several: names that fit several photos, with the ids of some of these.
    """

    ids: tuple[str, ...]
    unknown: tuple[str, ...]
    several: dict[str, list[str]]

    def describe_missing(self) -> str:
        """Say which names lead to no single photo; empty where each does."""
        sentences = []
        if self.unknown:
            more = ", ..." if len(self.unknown) > SHOWN else ""
            sentences.append(f"Not found: {', '.join(self.unknown[:SHOWN])}{more}.")
        for name, ids in list(self.several.items())[:SHOWN]:
            sentences.append(f"Several photos are called {name}: give an id, {' or '.join(ids)}.")
        return " ".join(sentences)


def find_named(collection: Collection, names: Sequence[str]) -> Named:
    """Find photos by their ids, addresses, paths or file names."""
    entries = [[name] for name in names]
    found = match_photos(collection, entries, find_shared(entries))
    pairs = list(zip(names, found, strict=True))
    several = {
        name: sorted(id for id, _ in collection.records.by_file_name([file_name(name)]))[:SHOWN]
        for name, photo in pairs
        if photo is SEVERAL
    }
    return Named(
        tuple(dict.fromkeys(str(photo) for photo in found if photo and photo is not SEVERAL)),
        tuple(dict.fromkeys(name for name, photo in pairs if photo is None)),
        several,
    )
