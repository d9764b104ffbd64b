"""Which photos a person means who wants them deleted, and what that does to other collections."""

from collections.abc import Sequence
from dataclasses import dataclass

from commandline.words import count_things, name_some, show_name
from explorer.encode import list_siblings
from explorer.photo_names import SEVERAL, file_name, find_shared, match_photos
from vecdb import Collection, Database
from vecdb.derived import source_of
from vecdb.removal import list_derived

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
            sentences.append(f"Not found: {name_some(self.unknown, SHOWN)}.")
        for name, ids in list(self.several.items())[:SHOWN]:
            sentences.append(
                f"Several photos are called {show_name(name)}: give an id, {' or '.join(ids)}."
            )
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


@dataclass(frozen=True)
class Along:
    """What the deletion of photos, or of a whole collection, does beside it.

    Attributes:
        derived: collections that lose the photos, too; with a whole one they go themselves.
        others: collections of the same photos in other encoders, which keep them.
        concepts: how many are put away, with a whole collection.
        whole: whether a whole collection goes.
        source: the collection that this one is derived from; empty where it is from none.
    """

    derived: list[str]
    others: list[str]
    concepts: int
    whole: bool
    source: str = ""

    def describe(self) -> str:
        """Say it in sentences, the same before and after; empty where there is nothing to say."""
        gone = "Derived from it, and gone with it" if self.whole else "Gone from what is derived"
        concepts = count_things(self.concepts, "concept")
        stays = f"derived from {self.source}, which keeps the photos"
        again = "" if self.whole else " and brings them back with its next ingest"
        sentences = [
            f"It is {stays}{again}." if self.source else "",
            f"{gone}: {', '.join(self.derived)}." if self.derived else "",
            f"In other encoders the photos stay: {', '.join(self.others)}." if self.others else "",
            f"Put away with their answers: {concepts}." if self.concepts else "",
        ]
        return " ".join(filter(None, sentences))


def find_along(database: Database, table: str, ids: Sequence[str] | None = None) -> Along:
    """Find what the deletion of photos, or of the whole collection, would do beside it."""

    def holds(name: str) -> bool:
        return ids is None or bool(database.collection(name).records.known_ids(ids))

    derived = [name for name in list_derived(database, table) if holds(name)]
    found = {info.name: info.encoder for info in database.collections()}
    origin = source_of(table, found.get(table, ""))
    source = origin[0] if origin and found.get(origin[0]) == origin[1] else ""
    pairs = [{pair.source, pair.target} for pair in list_siblings(database)]
    others = sorted(set().union(*(pair - {table} for pair in pairs if table in pair)))
    concepts = (
        sum(len(database.concepts.list(each)) for each in (table, *derived)) if ids is None else 0
    )
    return Along(derived, list(filter(holds, others)), concepts, ids is None, source)
