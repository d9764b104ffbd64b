"""Training a similarity head inside the app, because one process owns an embedded database."""

import fcntl
import json
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from commandline.words import count_things
from encoder import EncoderError
from tuning.errors import NotServed, TuningError
from vecdb import VecdbError

if TYPE_CHECKING:
    from explorer.explorer import Explorer

BY = ("label", "concept")


@dataclass
class TuningJob:
    """One training in a thread: how far it is, what was measured, how it ended.

    Attributes:
        table, name, by, force: what was asked for; by is one of BY.
        fraction: how far the stage under way is, 0 to 1.
        words: the stage under way.
        measured: what was measured, a sentence each.
        made: name of the collection, empty where none was made.
        refused: why the head is not served, empty where it is.
        error: what ended the job, empty where nothing did.
        stop: set it to keep the best head so far, or to end the filling.
    """

    table: str
    name: str
    by: str
    force: bool = False
    fraction: float = 0.0
    words: str = "Reading the photos"
    measured: list[str] = field(default_factory=list)
    made: str = ""
    refused: str = ""
    error: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """True until the thread has ended."""
        return self.thread is not None and self.thread.is_alive()


class Tunings:
    """The trainings of one explorer; one runs at a time. Safe to share between threads."""

    def __init__(self, explorer: "Explorer") -> None:
        self._explorer = explorer
        self._starting = threading.Lock()
        self._is_left = False  # the database closes: what runs is to be told of later
        self.latest: TuningJob | None = None

    def start(self, table: str, name: str, by: str, *, force: bool = False) -> TuningJob:
        """Start a training in the background; while one runs, return that one."""
        with self._starting:
            if self.latest is not None and self.latest.running:
                return self.latest
            self.latest = job = TuningJob(table, name, by, force)
            job.thread = threading.Thread(
                target=self._work, args=(job,), name="tuning", daemon=True
            )
            job.thread.start()
            return job

    def left(self) -> str:
        """Return the name of the collection whose training an app left that was stopped, or ""."""
        try:
            with self._place.open(encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return str(json.load(file)["made"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""  # another app works on it, or there is none

    def forget(self) -> None:
        """Forget the training that was left."""
        with suppress(OSError):
            self._place.unlink(missing_ok=True)

    def leave(self) -> None:
        """Leave what runs to be told of later: the database is about to close."""
        self._is_left = True

    def names(self, table: str) -> list[str]:
        """Names of the heads whose collections come from a collection."""
        derived = self._explorer.database.derived(table)
        return [info.encoder.rpartition("+")[2] for info in derived]

    def delete(self, table: str, name: str) -> None:
        """Remove a head and its collection.

        Raises:
            TuningError: there is neither.
        """
        from tuning.serve import delete

        delete(self._explorer.database, table, name)

    @property
    def _place(self) -> Path:
        return self._explorer.store.path.parent / "training.json"

    def _work(self, job: TuningJob) -> None:
        is_kept, self._is_left = False, False
        with ExitStack() as kept:
            with suppress(OSError):  # an app that is stopped will not remember it, then
                self._place.parent.mkdir(parents=True, exist_ok=True)
                file = kept.enter_context(self._place.open("a", encoding="utf-8"))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_kept = True
                file.truncate(0)
                json.dump({"made": f"{job.table}__{job.name}"}, file)
                file.flush()
            self._train(job)
            # At the end of the process a job fails because all around it ends.
            if is_kept and not self._is_left and threading.main_thread().is_alive():
                self.forget()

    def _train(self, job: TuningJob) -> None:
        try:
            _train_and_serve(self._explorer, job)
        except NotServed as refusal:
            job.refused = str(refusal)
        except (TuningError, EncoderError, VecdbError) as error:
            job.error = str(error)
        # The thread's end is the page's to tell, whatever ended it.
        except Exception as error:
            job.error = f"Training ended by an error of this program: {error}"


def _train_and_serve(explorer: "Explorer", job: TuningJob) -> None:
    # Torch is imported here, not with the app.
    from tuning.groups import group_by_concept, group_by_label
    from tuning.serve import check_name, describe_head, refuse_unless_better, serve
    from tuning.train import Epoch, Settings
    from tuning.trial import UNSEEN, run_trial
    from vecdb.derived import Followed

    def note_epoch(epoch: Epoch) -> None:
        job.fraction = epoch.number / settings.epochs
        job.words = f"Epoch {epoch.number}: R-precision {epoch.r_precision:.3f}"

    def note_turn(done: int, turns: int) -> None:
        job.fraction = done / turns
        job.words = f"Measuring without other classes, {done} of {turns}"

    def note_photos(followed: Followed) -> None:
        job.fraction = followed.added / max(followed.missing, 1)
        job.words = f"{followed.added:,} of {count_things(followed.missing, 'photo')} moved"

    database, settings = explorer.database, Settings()
    check_name(database, job.table, job.name)
    collection = database.collection(job.table)
    by_label = job.by == "label"
    groups = group_by_label(collection) if by_label else group_by_concept(database, collection)
    trial = run_trial(
        groups.vectors,
        groups.classes,
        settings,
        encoder=collection.encoder,
        unseen=UNSEEN,
        progress=note_epoch,
        measuring=note_turn,
        stop=job.stop,
    )
    job.measured = trial.lines()
    if not job.force:
        refuse_unless_better(trial, job.name)
    head = describe_head(trial, groups, job.table, settings)
    # Stopping the training keeps the best head, and that one is served.
    job.stop = threading.Event()
    job.made = serve(database, job.table, job.name, head, progress=note_photos, stop=job.stop).name
