"""The ingest that runs inside the app, because one process owns an embedded database."""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api import resources
from ingest import Progress, Summary, run


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


_latest: Job | None = None
_starting = threading.Lock()


def latest() -> Job | None:
    """Return the job that was started last in this process, whichever session started it."""
    return _latest


def start(source: str, table: str, encoder: str | None) -> Job:
    """Start an ingest in the background; while one runs, return that one."""
    global _latest
    with _starting:
        if _latest is not None and _latest.running:
            return _latest
        job = Job(source, table)
        job.thread = threading.Thread(target=_work, args=(job, encoder), name="ingest", daemon=True)
        job.thread.start()
        _latest = job
        return job


def _work(job: Job, encoder: str | None) -> None:
    def note(progress: Progress) -> None:
        job.progress = progress

    try:
        job.summary = run(
            job.source,
            table=job.table,
            encoder=encoder,
            database=resources.database(),
            store=resources.store(),
            progress=note,
            stop=job.stop,
        )
    # The thread's end is the page's to tell, whatever ended it.
    except Exception as error:
        job.error = str(error)


def keep_uploads(table: str, files: list[Any]) -> Path:
    """Write dropped pictures to a folder of their collection, beside the store, and return it.

    The names are the browser's: only their last part is used, so none can climb out. A digest goes
    before it, so that two pictures of one name are two photos, and one dropped twice is one.
    """
    folder = resources.store().path.parent / "uploads"
    folder /= "".join(c if c.isalnum() or c in "-_" else "_" for c in table)
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        name = Path(file.name.replace("\\", "/")).name or "picture"
        data = bytes(file.getbuffer())
        (folder / f"{hashlib.sha256(data).hexdigest()[:12]}-{name}").write_bytes(data)
    return folder
