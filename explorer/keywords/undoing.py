"""Take the latest writing of a concept's keyword back."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import BadInput, NothingToTurn
from explorer.exports.choice import Tell, say_nothing
from explorer.keywords.files import check_writable, describe_reason, replace_file
from explorer.keywords.journal import (
    Entry,
    journals_held,
    keep_entries,
    latest_journal,
    read_journal,
)
from explorer.keywords.packet import Keyword, remove_keyword
from explorer.keywords.report import Undone

if TYPE_CHECKING:
    from explorer.explorer import Explorer


def undo_keywords(explorer: "Explorer", concept_id: str, tell: Tell = say_nothing) -> Undone:
    """Take the latest writing of a concept's keyword back.

    A sidecar that nobody has changed since is as it was before, or gone if it was not there; from
    others the keyword alone is taken. Those that cannot be written can be tried again.

    Args:
        tell: is told which share of the sidecars is done.

    Raises:
        NothingToTurn: there is none.
    """
    with journals_held(explorer.store):
        journal = latest_journal(explorer.store, concept_id)
        if journal is None:
            raise NothingToTurn(
                "No keywords of this concept have been written that could be undone."
            )
        word, entries = read_journal(journal)
        left, done = [], Undone()
        for at, entry in enumerate(entries):
            tell("Taking keywords back", at / len(entries))
            try:
                _undo_one(entry, word, done)
            except (OSError, BadInput) as error:
                left.append(entry)
                done.refuse(Path(entry.file), describe_reason(error))
        keep_entries(journal, word, left)
        return done


def _undo_one(entry: Entry, word: Keyword, done: Undone) -> None:
    path = Path(entry.file)
    if not path.is_file():
        done.gone += 1
        return
    now = path.read_bytes()
    if now == entry.before:  # it was never written
        return
    check_writable(path)
    if hashlib.sha256(now).hexdigest() != entry.after:
        replace_file(path, remove_keyword(now, word, entry.properties))
        done.edited += 1
        return
    if entry.before is None:
        path.unlink()
    else:
        replace_file(path, entry.before)
    done.restored += 1
