"""Put a measured head to work: a collection in the tuned space, kept in step with its source."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from encoder import ModelNotFound
from encoder.similarity import SimilarityHead, head_path, load_head, save_head
from tuning.errors import NotServed, TuningError
from tuning.groups import Groups
from tuning.train import Settings
from tuning.trial import Trial
from vecdb import Collection, Database
from vecdb.database import CollectionInfo
from vecdb.derived import Followed, derived_name, source_of
from vecdb.statements import check_table_name

Report = Callable[[Followed], None]


def check_name(database: Database, table: str, name: str) -> None:
    """Refuse a name that a tuned collection cannot have, before anything is trained.

    Raises:
        TuningError: the name is no word of letters, digits and _, or is taken.
        BadName: together with the table's it is too long.
    """
    _check_form(name)
    made = check_table_name(derived_name(table, name))
    users, path = _users(database, name), head_path(name)
    if users or path.exists():
        raise TuningError(
            f"The name {name} is taken ({', '.join(info.name for info in users) or path}): choose "
            f"another, or {_say_removal(users, path, name)}."
        )
    if any(info.name == made for info in database.collections()):
        raise TuningError(
            f"The name {name} is taken by the collection {made}, which has no head: choose another."
        )


def _check_form(name: str) -> None:
    if not name:
        raise TuningError("Name the head, look for example: its collection is called by it.")
    if not name.isidentifier() or not name.isascii() or "__" in name:
        raise TuningError(
            f"{name!r} cannot name a head: use letters, digits and single _, a letter first."
        )


def _users(database: Database, name: str) -> list[CollectionInfo]:
    """Return the collections whose vectors went through a head."""
    return [info for info in database.collections() if name in info.encoder.split("+")[1:]]


def _say_removal(users: list[CollectionInfo], path: Path, name: str) -> str:
    """Say how the head that has a name is removed, by the collection or the file that it has."""
    origins = [
        source_of(info.name, info.encoder) for info in users if info.encoder.endswith(f"+{name}")
    ]
    owners = [origin[0] for origin in origins if origin]
    if users and not owners:
        return (
            f"remove that collection with `python -m explorer delete --table {users[0].name} --all`"
        )
    table = owners[0] if owners else _read_table(path)
    if table:
        return f"remove that head with `python -m tuning delete {name} --table {table}`"
    return "remove that file"


def _read_table(path: Path) -> str:
    """Return the table that a head was trained on, empty where its file does not say."""
    try:
        with safe_open(str(path), framework="numpy") as file:
            return str(json.loads((file.metadata() or {})["about"])["table"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return ""


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
        raise NotServed(
            f"The head {name} is not served: {'; '.join(trial.missing)}.",
            {**trial.as_json(), "served": False},
        )


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
        ModelNotFound: a head's file is not on this machine; the other heads' collections are
            brought up to date before.
        UnknownCollection: there is no such table.
    """
    if table:
        database.collection(table)
    done: dict[str, Followed] = {}
    failed: list[ModelNotFound] = []
    sources = [table] if table else [info.name for info in database.collections()]
    for source in sources:
        for info in database.derived(source):
            try:
                move = load_head(info.encoder).apply
                done[info.name] = database.follow(info.name, move, progress=progress, stop=stop)
                if table:
                    done |= sync(database, info.name, progress=progress, stop=stop)
            except ModelNotFound as error:
                failed.append(error)
    if failed:
        raise failed[0]
    return done


def delete(database: Database, table: str, name: str) -> list[str]:
    """Remove a head and its collection; the collection it came from stays as it is.

    Returns:
        Other collections that need the head's file, which stays for them.

    Raises:
        TuningError: there is neither, the head is another collection's, another one is derived
            from its collection, or the file cannot be removed.
    """
    _check_form(name)
    made, path, users = derived_name(table, name), head_path(name), _users(database, name)
    # By its name alone: the collection it came from may be gone.
    found = [info for info in users if info.name == made and source_of(made, info.encoder)]
    others = [info for info in users if info not in found]
    if not found and (others or (path.exists() and _read_table(path) != table)):
        raise TuningError(
            f"There is no head {name} of {table}; that of "
            f"{', '.join(info.name for info in others) or path} is another's: "
            f"{_say_removal(others, path, name)}."
        )
    if not found and not path.exists():
        raise TuningError(
            f"There is no head {name} of {table}: `python -m vecdb status` lists all."
        )
    above = database.derived(made)
    if above:
        head = above[0].encoder.rpartition("+")[2]
        raise TuningError(
            f"{above[0].name} stands on {made}: remove it first with `python -m tuning delete "
            f"{head} --table {made}`."
        )
    for info in found:
        database.drop_collection(info.name)
    if not others:
        _unlink(path)
    return [info.name for info in others]


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise TuningError(
            f"The head {path} cannot be removed ({error.strerror or error}): give the same command "
            "again where that folder can be written."
        ) from error
