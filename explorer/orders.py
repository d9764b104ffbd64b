"""Orders of ingests, kept in files until they have ended, so that a stopped app forgets none."""

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from explorer.full_disk import write_all
from ingest import Options
from ingest.fetch import Patience
from ingest.manners import Manners


@dataclass(frozen=True)
class Order:
    """What somebody wants ingested.

    Attributes:
        source: a file or a folder.
        table: the collection.
        encoder: of a new collection, by name; chosen by itself where empty.
        who: who asked, as the others are told.
        retry: the reason of the failed photos to try again, all of them where empty; None for
            everything that the source holds.
    """

    source: str
    table: str
    encoder: str = ""
    options: Options = field(default_factory=Options)
    who: str = ""
    retry: str | None = None

    def is_like(self, other: "Order") -> bool:
        """Tell whether both bring the same into the same collection, whoever asks."""
        mine, theirs = (
            (one.source, one.table, one.retry, replace(one.options, below=None))
            for one in (self, other)
        )
        return mine == theirs


@dataclass(frozen=True)
class LeftOrder:
    """An order that an app left which was stopped before its ingest had ended."""

    path: Path
    order: Order
    asked: datetime


class KeptOrders:
    """The orders in a folder; a file is locked while the app lives that works on its order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, order: Order, asked: datetime) -> FileIO:
        """Keep an order until `drop` is given what this returns.

        Only its owner may read the file: headers of downloads may hold keys.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{asked:%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}.json"
        told = json.dumps({"asked": asked.isoformat(), "order": asdict(order)}, default=os.fspath)
        path.touch(mode=0o600, exist_ok=False)
        file = path.open("wb", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            write_all(file, told.encode("ascii"))
        except OSError:
            self.drop(file)
            raise
        return file

    def drop(self, kept: FileIO) -> None:
        """Forget an order that has ended."""
        with suppress(OSError):
            Path(str(kept.name)).unlink()
        kept.close()

    def forget(self, left: LeftOrder) -> None:
        """Forget an order that was left.

        Raises:
            OSError: its file cannot be removed.
        """
        left.path.unlink(missing_ok=True)

    def left(self) -> list[LeftOrder]:
        """Return the orders that nobody works on any more, the first asked for first."""
        found = []
        for path in sorted(self.folder.glob("*.json")):
            try:
                with path.open(encoding="ascii") as file:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    told = json.load(file)
                asked = datetime.fromisoformat(told["asked"])
                found.append(LeftOrder(path, _as_order(told["order"]), asked))
            except (OSError, ValueError, TypeError, KeyError, AttributeError):
                continue  # somebody works on it, or it is no order
        return found


def _as_order(told: Mapping[str, Any]) -> Order:
    options = dict(told["options"])
    options["patience"] = _made(Patience, options["patience"])
    options["manners"] = _made(Manners, options["manners"])
    if options["below"] is not None:
        options["below"] = [Path(place) for place in options["below"]]
    if options["failures"] is not None:
        options["failures"] = Path(options["failures"])
    return _made(Order, {**told, "options": _made(Options, options)})


def _made(kind: Any, told: Mapping[str, Any]) -> Any:
    """Make a data class of what it knows of: another version may have written more."""
    return kind(**{one.name: _frozen(told[one.name]) for one in fields(kind) if one.name in told})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
