"""What a training that is broken off goes on from."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import torch

from tuning.errors import TuningError, first_line

STATE, BEST, ABOUT = "checkpoint.pt", "best.pt", "about.json"


class Checkpoints:
    """A folder beside the model to be, with the training's state and the best weights so far.

    Each file is whole or the one before: a process that is killed leaves no half.
    """

    def __init__(self, out: Path, about: dict[str, Any]) -> None:
        """Open the folder `OUT.training`.

        Args:
            about: tells this training from another; what JSON holds.

        Raises:
            TuningError: it holds another training, or cannot be written.
        """
        self.folder = out.with_name(out.name + ".training")
        kept = self.folder / ABOUT
        # One that was refused before it began leaves nothing to go on from.
        if kept.is_file() and any(file.name != ABOUT for file in self.folder.iterdir()):
            with self.blame_damage(ABOUT):
                found = dict(json.loads(kept.read_text("utf-8")))
            self._compare(found, json.loads(json.dumps(about)))
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        self._replace(ABOUT, lambda file: file.write(json.dumps(about, indent=1).encode()))

    @contextmanager
    def blame_damage(self, name: str) -> Iterator[None]:
        """Say of whatever goes wrong in the block that a file of the folder is damaged.

        Raises:
            TuningError: names the file and the remedy.
        """
        try:
            yield
        except (MemoryError, torch.OutOfMemoryError):
            raise
        except Exception as error:  # every reader has its own for what it cannot make out
            reason = (error.strerror if isinstance(error, OSError) else "") or "it is damaged"
            raise TuningError(
                f"{self.folder / name} cannot be read ({reason}): remove {self.folder} to train "
                "anew."
            ) from error

    def _compare(self, kept: dict[str, Any], about: dict[str, Any]) -> None:
        changed = [name for name in about if kept.get(name) != about[name]]
        if changed:
            name = changed[0]
            raise TuningError(
                f"{self.folder} holds a training with another {name} ({kept.get(name)}, not "
                f"{about[name]}): give the same again to go on with it, or remove that folder."
            )

    def read(self) -> dict[str, Any] | None:
        """Return the last state, None where there is none."""
        return self._load(STATE)

    def write(self, state: dict[str, Any]) -> None:
        """Keep a state.

        Raises:
            TuningError: the disk is full or not writable; the state before is still there.
        """
        self._save(STATE, state)

    def read_best(self) -> dict[str, Any] | None:
        """Return the best weights, None where there are none."""
        return self._load(BEST)

    def write_best(self, weights: dict[str, Any]) -> None:
        """Keep the best weights.

        Raises:
            TuningError: the disk is full or not writable.
        """
        self._save(BEST, weights)

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _load(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        if not path.is_file():
            return None
        with self.blame_damage(name):
            held: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        return held

    def _save(self, name: str, held: dict[str, Any]) -> None:
        self._replace(name, lambda file: torch.save(held, file))

    def _replace(self, name: str, write: Callable[[BinaryIO], Any]) -> None:
        half = self.folder / f"{name}.half"
        try:
            with half.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.folder / name)
        except (OSError, RuntimeError) as error:
            half.unlink(missing_ok=True)
            raise self._unwritable(error) from error

    def _unwritable(self, error: Exception) -> TuningError:
        system = error.__context__ or error  # torch says in words of its own what the system said
        reason = system.strerror if isinstance(system, OSError) else ""
        return TuningError(
            f"The checkpoint in {self.folder} cannot be written ({reason or first_line(error)}): "
            "make room there and give the same command again, it goes on from the last one."
        )
