"""What was in sidecars before keywords were written: noted first, so that it can be taken back."""

import base64
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from explorer.keywords.files import replace_file
from explorer.keywords.packet import Keyword
from vecdb import Store


@dataclass(frozen=True)
class Entry:
    """A sidecar that is written to: what was in it (None: it was not there), and what it becomes.

    `after` is the sha256 of what is written, in hex; `properties` are those that get the keyword.
    """

    file: str
    before: bytes | None
    after: str
    properties: list[str]

    @classmethod
    def of(cls, path: Path, before: bytes | None, after: bytes, properties: list[str]) -> "Entry":
        """Return the entry of a sidecar that is about to be written."""
        return cls(str(path.absolute()), before, hashlib.sha256(after).hexdigest(), properties)

    def as_line(self) -> str:
        """Return it as a line of JSON."""
        before = None if self.before is None else base64.b64encode(self.before).decode()
        return json.dumps({**asdict(self), "before": before}) + "\n"

    @classmethod
    def read(cls, line: str) -> "Entry":
        """Read what `as_line` wrote."""
        stored = json.loads(line)
        if stored["before"] is not None:
            stored["before"] = base64.b64decode(stored["before"])
        return cls(**stored)


@contextmanager
def journals_held(store: Store) -> Iterator[None]:
    """Wait until nobody else writes keywords or takes them back, in any process; make the folder.

    Two at once would write one sidecar, and what is taken back is noted to its end.
    """
    folder = _folder(store)
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def new_journal(store: Store, concept_id: str) -> Path:
    """Return where a writing is noted; the folder is there."""
    return _folder(store) / f"{concept_id}-{time.time_ns()}.jsonl"


def latest_journal(store: Store, concept_id: str) -> Path | None:
    """Return where the latest writing of a concept's keywords is noted, None without any."""
    return max(_folder(store).glob(f"{concept_id}-*.jsonl"), default=None)


def write_head(keyword: Keyword) -> str:
    """Return the first line of a journal."""
    return json.dumps(asdict(keyword), ensure_ascii=False) + "\n"


def read_journal(path: Path) -> tuple[Keyword, list[Entry]]:
    """Read the keyword and the entries of a journal; a last line that was cut off is none."""
    head, *lines = path.read_text("utf-8").split("\n")
    return Keyword(**json.loads(head)), [Entry.read(line) for line in lines[:-1]]


def keep_entries(path: Path, keyword: Keyword, entries: Iterable[Entry]) -> None:
    """Leave these entries alone in a journal, or none of it."""
    left = [entry.as_line() for entry in entries]
    if left:
        replace_file(path, (write_head(keyword) + "".join(left)).encode())
    else:
        path.unlink()


def _folder(store: Store) -> Path:
    return store.path.parent / "keywords"
