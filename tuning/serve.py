"""Put a measured head to work: a collection in the tuned space, kept in step with its source."""

import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timezone
from typing import Any

from encoder.similarity import SimilarityHead, head_path, load_head, save_head
from tuning.errors import NotServed, TuningError
from tuning.groups import Groups
from tuning.train import Settings
from tuning.trial import Trial
from vecdb import Collection, Database
from vecdb.derived import Followed, derived_name
from vecdb.statements import check_table_name

Report = Callable[[Followed], None]


def check_name(database: Database, table: str, name: str) -> None:
    """Refuse a name that a tuned collection cannot have, before anything is trained.

    Raises:
        TuningError: the name is no word of letters, digits and _, or is taken.
        BadName: together with the table's it is too long.
    """
    if not name.isidentifier() or not name.isascii() or "__" in name:
        raise TuningError(
            f"{name!r} cannot name a head: use letters, digits and single _, a letter first."
        )
    made = check_table_name(derived_name(table, name))
    path = head_path(name)
    if path.exists() or any(info.name == made for info in database.collections()):
        raise TuningError(
            f"The name {name} is taken ({made}, {path}): choose another, or remove that head with "
            f"`python -m tuning delete {name} --table {table}`."
        )


def serve(
    database: Database,
    table: str,
    name: str,
    head: SimilarityHead,
    *,
    progress: Report = lambda followed: None,
    stop: threading.Event | None = None,
) -> Collection:
    """Keep a head and make the collection `T__NAME` behind it.

    Where it is stopped or broken off, `sync` finishes it.

    Raises:
        TuningError: the head's file cannot be written.
    """
    path = head_path(name)
    try:
        save_head(path, head)
    except OSError as error:
        raise TuningError(
            f"The head cannot be written to {path} ({error.strerror or error}): make room there, "
            "or set ENCODER_HEADS to another folder."
        ) from error
    derived = database.derive(table, name)
    database.follow(derived.name, head.apply, progress=progress, stop=stop)
    return derived


def refuse_unless_better(trial: Trial, name: str) -> None:
    """Stop a head that the measurement does not support.

    Raises:
        NotServed: an interval does not lie above the base; the message says what was missing.
    """
    if trial.missing:
        raise NotServed(f"The head {name} is not served: {'; '.join(trial.missing)}.")


def describe_head(trial: Trial, groups: Groups, table: str, settings: Settings) -> SimilarityHead:
    """Return the trial's head with what it was trained on and what was measured."""
    about: dict[str, Any] = {
        "table": table,
        "by": groups.by,
        "classes": groups.names,
        "photos": len(groups.classes),
        "settings": asdict(settings),
        "epoch": trial.epoch,
        "ended": trial.ended,
        "measured": trial.as_json(),
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    return replace(trial.head, about=about)


def sync(
    database: Database,
    table: str | None = None,
    *,
    progress: Report = lambda followed: None,
    stop: threading.Event | None = None,
) -> dict[str, Followed]:
    """Bring every collection in a tuned space, or those of one table, to what its source holds.

    Returns:
        What changed by collection; a head on a tuned collection comes after that collection.

    Raises:
        ModelNotFound: a head's file is not on this machine.
    """
    done: dict[str, Followed] = {}
    sources = [table] if table else [info.name for info in database.collections()]
    for source in sources:
        for info in database.derived(source):
            head = load_head(info.encoder)
            done[info.name] = database.follow(info.name, head.apply, progress=progress, stop=stop)
            if table:
                done |= sync(database, info.name, progress=progress, stop=stop)
    return done


def delete(database: Database, table: str, name: str) -> None:
    """Remove a head and its collection; the collection it came from stays as it is.

    Raises:
        TuningError: there is neither.
    """
    found = [info for info in database.derived(table) if info.name == derived_name(table, name)]
    path = head_path(name)
    if not found and not path.exists():
        raise TuningError(
            f"There is no head {name} of {table}: `python -m vecdb status` lists all."
        )
    for info in found:
        database.drop_collection(info.name)
    path.unlink(missing_ok=True)
