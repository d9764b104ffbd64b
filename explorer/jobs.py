"""The ingest that runs inside the app, because one process owns an embedded database."""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest import Progress, Summary, run
from vecdb import Store

if TYPE_CHECKING:
    from explorer.explorer import Explorer


@dataclass
class Job:
    """One run of ingest in a thread: how far it is, how it ended."""

    source: str
    table: str
    progress: Progress | None = None
    summary: Summary | None = None
    error: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """True until the thread has ended."""
        return self.thread is not None and self.thread.is_alive()


class Jobs:
    """The jobs of one explorer; one runs at a time. Safe to share between threads."""

    def __init__(self, explorer: "Explorer") -> None:
        self._explorer = explorer
        self._starting = threading.Lock()
        self.latest: Job | None = None

    def start(self, source: str, table: str, encoder: str | None) -> Job:
        """Start an ingest in the background; while one runs, return that one."""
        with self._starting:
            if self.latest is not None and self.latest.running:
                return self.latest
            job = Job(source, table)
            job.thread = threading.Thread(
                target=self._work, args=(job, encoder), name="ingest", daemon=True
            )
            job.thread.start()
            self.latest = job
            return job

    def _work(self, job: Job, encoder: str | None) -> None:
        def note(progress: Progress) -> None:
            job.progress = progress

        try:
            job.summary = run(
                job.source,
                table=job.table,
                encoder=encoder,
                database=self._explorer.database,
                store=self._explorer.store,
                progress=note,
                stop=job.stop,
            )
        # The thread's end is the page's to tell, whatever ended it.
        except Exception as error:
            job.error = str(error)


def keep_uploads(store: Store, table: str, files: list[Any]) -> Path:
    """Write dropped pictures to a folder of their collection, beside the store, and return it.

    The names are the browser's: only their last part is used, so none can climb out. A digest goes
    before it, so that two pictures of one name are two photos, and one dropped twice is one.
    """
    folder = store.path.parent / "uploads"
    folder /= "".join(c if c.isalnum() or c in "-_" else "_" for c in table)
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        name = Path(file.name.replace("\\", "/")).name or "picture"
        data = bytes(file.getbuffer())
        (folder / f"{hashlib.sha256(data).hexdigest()[:12]}-{name}").write_bytes(data)
    return folder
