"""Write a concept's keyword into sidecars beside its photos' files, and take it back.

A journal beside the store tells, for each sidecar, what was in it before; it is written first, so
that whatever breaks off can be taken back. Pictures are never opened for writing.
"""

import base64
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import BadInput, NothingThere, NothingToTurn
from explorer.exports.choice import BOTH, Choice, select_photos
from explorer.keywords.packet import EMPTY, Keyword, add_keyword, remove_keyword
from explorer.places import Places
from ingest.sources.kinds import has_picture_ending
from vecdb import Concept
from vecdb.addresses import local_file

if TYPE_CHECKING:
    from explorer.explorer import Explorer

ROOT = "Concepts"
ENDINGS = (".xmp", ".XMP")
NAMED = 100
SHOWN = 3


@dataclass
class Written:
    """What became of the photos that match: by count, and the first that were refused, with why."""

    keyword: Keyword
    photos: int = 0
    written: int = 0
    already: int = 0
    elsewhere: int = 0
    refused: int = 0
    first: list[str] = field(default_factory=list)

    def refuse(self, path: Path, reason: str) -> None:
        """Count a sidecar that was left as it is."""
        self.refused += 1
        if len(self.first) < NAMED:
            self.first.append(f"{path}: {reason}")


@dataclass
class Undone:
    """What was taken back: sidecars as they were before, or without the keyword alone."""

    restored: int = 0
    edited: int = 0
    gone: int = 0
    refused: int = 0
    first: list[str] = field(default_factory=list)


def write_keywords(
    explorer: "Explorer",
    concept: Concept,
    keyword: str = "",
    *,
    photos: str = BOTH,
    places: Places | None = None,
) -> Written:
    """Write a keyword beside the originals of the photos that are a yes.

    Args:
        keyword: by default the concept's name, below ROOT in the hierarchy; or a path of its own.
        photos: "matches", "labels" or "both", as exports have them.
        places: the folders that may be written to; all by default.

    Raises:
        NothingThere: no photo is a yes.
        BadInput: the keyword is empty.
    """
    word = Keyword.read(keyword or concept.name, ROOT)
    selected = select_photos(explorer, concept, Choice(photos, shares=(1.0,)))
    ids = [photo for photo, yes in zip(selected.ids, selected.positive, strict=True) if yes]
    if not ids:
        raise NothingThere(f"No photo is a yes of {concept.name!r}: there is nothing to write to.")
    done = Written(word, len(ids))
    folder = _journals(explorer)
    folder.mkdir(parents=True, exist_ok=True)
    names = SidecarNames()
    path = folder / f"{concept.id}-{time.time_ns()}.jsonl"
    with path.open("w", encoding="utf-8") as journal:
        journal.write(json.dumps(asdict(word), ensure_ascii=False) + "\n")
        for url in _addresses(selected.collection.records.metadata(ids)):
            file = local_file(url)
            if file is None:
                done.elsewhere += 1
            elif places is not None and not places.allow(file.resolve()):
                done.refuse(file, "its folder may not be written to (DATA_FOLDERS)")
            else:
                _write_one(names, file, word, journal, done)
    if not done.written:
        path.unlink()
    return done


def undo_keywords(explorer: "Explorer", concept_id: str) -> Undone:
    """Take the latest writing of a concept's keywords back.

    A sidecar that nobody has changed since is as it was before, or gone if it was not there; from
    others the keyword alone is taken.

    Raises:
        NothingToTurn: there is none.
    """
    journal = latest_journal(explorer, concept_id)
    if journal is None:
        raise NothingToTurn("No keywords of this concept have been written that could be undone.")
    head, *lines = journal.read_text("utf-8").splitlines()
    word, left, done = Keyword(**json.loads(head)), [], Undone()
    for line in lines:
        try:
            _undo_one(json.loads(line), word, done)
        except (OSError, BadInput) as error:
            left.append(line)
            done.refused += 1
            done.first.append(f"{json.loads(line)['file']}: {_reason(error)}")
    if left:  # can be tried again
        journal.write_text("\n".join([head, *left]) + "\n", "utf-8")
    else:
        journal.unlink()
    return done


def latest_journal(explorer: "Explorer", concept_id: str) -> Path | None:
    """Return where the latest writing of a concept's keywords is noted, None without any."""
    found = sorted(_journals(explorer).glob(f"{concept_id}-*.jsonl"))
    return found[-1] if found else None


class SidecarNames:
    """Finds the sidecars of pictures; each folder is listed once."""

    def __init__(self) -> None:
        self._pictures: dict[Path, Counter[str]] = {}

    def find(self, picture: Path) -> Path:
        """Return the sidecar of a picture: the one that is there, else the name of a new one.

        `photo.xmp` is usual; where several pictures are called `photo`, each has one of its whole
        name.
        """
        stems = [picture.stem, picture.name]
        if self._list(picture.parent)[picture.stem] > 1:
            stems = [picture.name]
        paths = [picture.parent / (stem + ending) for stem in stems for ending in ENDINGS]
        return next((path for path in paths if path.is_file()), paths[0])

    def _list(self, folder: Path) -> Counter[str]:
        if folder not in self._pictures:
            with os.scandir(folder) as found:
                names = [entry.name for entry in found if has_picture_ending(entry.name)]
            self._pictures[folder] = Counter(Path(name).stem for name in names)
        return self._pictures[folder]


def describe_written(done: Written) -> Iterator[str]:
    """Yield what became of the photos, a line each."""
    yield (
        f"{done.keyword.word!r} was written beside {done.written:,} of {done.photos:,} photos; "
        f"{done.already:,} had it already."
    )
    if done.elsewhere:
        yield f"{done.elsewhere:,} photos are no files of this machine."
    yield from _describe_refused(done)


def describe_undone(done: Undone) -> Iterator[str]:
    """Yield what was taken back, a line each."""
    yield (
        f"{done.restored:,} sidecars are as they were before; from {done.edited:,} that were "
        f"changed since, the keyword alone was taken; {done.gone:,} are gone."
    )
    yield from _describe_refused(done)


def _describe_refused(done: Written | Undone) -> Iterator[str]:
    if done.refused:
        more = ", ..." if done.refused > SHOWN else ""
        named = ", ".join(done.first[:SHOWN]) + more
        yield f"{done.refused:,} sidecars were left as they are: {named}."


def _write_one(
    names: SidecarNames, picture: Path, word: Keyword, journal: Any, done: Written
) -> None:
    sidecar = picture
    try:
        sidecar = names.find(picture)
        before = sidecar.read_bytes() if sidecar.is_file() else None
        after, added = add_keyword(EMPTY if before is None else before, word)
        if not added:
            done.already += 1
            return
        _check_writable(sidecar)
        noted = {
            "file": str(sidecar.absolute()),
            "before": None if before is None else base64.b64encode(before).decode(),
            "after": hashlib.sha256(after).hexdigest(),
            "properties": added,
        }
        journal.write(json.dumps(noted) + "\n")
        journal.flush()
        _replace(sidecar, after)
        done.written += 1
    except (OSError, BadInput) as error:
        done.refuse(sidecar, _reason(error))


def _undo_one(noted: dict[str, Any], word: Keyword, done: Undone) -> None:
    path = Path(noted["file"])
    if not path.is_file():
        done.gone += 1
        return
    now = path.read_bytes()
    before = None if noted["before"] is None else base64.b64decode(noted["before"])
    if now == before:  # it was never written
        return
    _check_writable(path)
    if hashlib.sha256(now).hexdigest() != noted["after"]:
        _replace(path, remove_keyword(now, word, noted["properties"]))
        done.edited += 1
        return
    if before is None:
        path.unlink()
    else:
        _replace(path, before)
    done.restored += 1


def _check_writable(path: Path) -> None:
    if path.exists() and not path.stat().st_mode & 0o222:
        raise BadInput("it is locked: its file may not be written")


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is the old or the new one at every moment."""
    path = path.resolve()  # a linked sidecar stays linked
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        if path.exists():
            part.chmod(path.stat().st_mode & 0o7777)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _addresses(tables: Iterator[Any]) -> Iterator[str]:
    for table in tables:
        yield from table.column("url").to_pylist()


def _journals(explorer: "Explorer") -> Path:
    return explorer.store.path.parent / "keywords"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
