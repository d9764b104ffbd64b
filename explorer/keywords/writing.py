"""Write a concept's keyword into sidecars beside its photos' files; no picture is written to."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import BadInput, NothingThere
from explorer.exports.choice import BOTH, Choice, Tell, say_nothing
from explorer.exports.selection import select_photos
from explorer.full_disk import write_all
from explorer.keywords.files import SidecarNames, check_writable, describe_reason, replace_file
from explorer.keywords.journal import Entry, journals_held, new_journal, write_head
from explorer.keywords.own import read_own
from explorer.keywords.packet import Keyword, add_keyword, copy_keywords, has_keywords
from explorer.keywords.report import Written
from explorer.places import Places
from vecdb import Concept, Store
from vecdb.addresses import local_file

if TYPE_CHECKING:
    from explorer.explorer import Explorer

ROOT = "Concepts"


def write_keywords(
    explorer: "Explorer",
    concept: Concept,
    keyword: str = "",
    *,
    photos: str = BOTH,
    places: Places | None = None,
    tell: Tell = say_nothing,
) -> Written:
    """Write a keyword beside the originals of the photos that are a yes.

    Args:
        keyword: by default the concept's name, below ROOT in the hierarchy; or a path of its own.
        photos: "matches", "labels" or "both", as exports have them.
        places: the folders that may be written to; all by default.
        tell: is told which share of the photos is done.

    Raises:
        NothingThere: no photo is a yes.
        BadInput: the keyword is empty.
    """
    if keyword in ("", concept.name) and concept.name:
        word = Keyword.of_name(concept.name, ROOT)
    else:
        word = Keyword.read(keyword, ROOT)
    selected = select_photos(explorer, concept, Choice(photos, shares=(1.0,)))
    ids = [photo for photo, yes in zip(selected.ids, selected.positive, strict=True) if yes]
    if not ids:
        raise NothingThere(f"No photo is a yes of {concept.name!r}: there is nothing to write to.")
    done = Written(keyword=word, photos=len(ids))
    names = SidecarNames()
    with journals_held(explorer.store), _open_journal(explorer.store, concept, done) as journal:
        write_all(journal, write_head(word).encode())
        addresses = _addresses(selected.collection.records.metadata(ids))
        for at, url in enumerate(addresses):
            tell("Writing keywords", at / len(ids))
            file = local_file(url)
            if file is None:
                done.elsewhere += 1
            elif places is not None and not places.allow(file.resolve()):
                done.refuse(file, "its folder may not be written to (DATA_FOLDERS)")
            else:
                _write_one(names, file, word, journal, done)
    return done


@contextmanager
def _open_journal(store: Store, concept: Concept, done: Written) -> Iterator[FileIO]:
    """Open a journal, removed in the end where nothing was written: it would hide the one before.

    Unbuffered: what a full disk did not take must not come with a later entry.
    """
    path = new_journal(store, concept.id)
    try:
        with path.open("wb", buffering=0) as journal:
            yield journal
    finally:
        if not done.written:
            path.unlink(missing_ok=True)


def _write_one(
    names: SidecarNames, picture: Path, word: Keyword, journal: FileIO, done: Written
) -> None:
    sidecar = picture
    try:
        sidecar = names.find(picture)
        before = sidecar.read_bytes() if sidecar.is_file() else None
        after, added = add_keyword(_begin(picture, before), word)
        if not added:
            done.already += 1
            return
        check_writable(sidecar)
        write_all(journal, Entry.of(sidecar, before, after, added).as_line().encode())
        replace_file(sidecar, after)
        done.written += 1
    except (OSError, BadInput) as error:
        done.refuse(sidecar, describe_reason(error))


def _begin(picture: Path, before: bytes | None) -> bytes:
    """Return a sidecar with the picture's own keywords where it has none, for it displaces them."""
    if before is None:
        return read_own(picture)
    return before if has_keywords(before) else copy_keywords(before, read_own(picture))


def _addresses(tables: Iterator[Any]) -> Iterator[str]:
    for table in tables:
        yield from table.column("url").to_pylist()
