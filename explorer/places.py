"""Which folders of this machine people may look into: all, or those that DATA_FOLDERS names."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import NotAllowed
from ingest.sources.left_out import system_kind


@dataclass(frozen=True)
class Places:
    """The folders that may be looked into, with all that lies below them.

    Attributes:
        roots: these alone; None where every folder may, () where none may.
    """

    roots: tuple[Path, ...] | None

    @classmethod
    def of_app(cls, *, only_here: bool) -> "Places":
        """Return the places of an app: DATA_FOLDERS, else all where only this machine reaches it.

        Args:
            only_here: nobody but this machine's people can reach the app.
        """
        named = [part for part in os.environ.get("DATA_FOLDERS", "").split(os.pathsep) if part]
        if named:
            return cls(tuple(Path(os.path.expanduser(part)).resolve() for part in named))
        return cls(None if only_here else ())

    def start(self) -> Path:
        """Return where looking begins.

        Raises:
            NotAllowed: nowhere.
        """
        if self.roots is None:
            return Path.home()
        if not self.roots:
            raise self._refusal()
        return self.roots[0]

    def check(self, path: Path) -> Path:
        """Return a path without links if it may be looked into.

        Raises:
            NotAllowed: it lies elsewhere.
        """
        real = path.resolve()
        if not self.allow(real):
            raise self._refusal()
        return real

    def allow(self, path: Path) -> bool:
        """Tell whether a path may be looked into."""
        return self.roots is None or any(path.is_relative_to(root) for root in self.roots)

    def folders(self, path: Path) -> Sequence[str]:
        """Return the names of the folders in one that may be looked into, by name.

        Raises:
            NotAllowed: it lies elsewhere, or cannot be read.
        """
        place = self.check(path)
        try:
            with os.scandir(place) as found:
                names = [e.name for e in found if not system_kind(e.name) and e.is_dir()]
        except OSError as error:
            raise NotAllowed(f"{place} cannot be read: {error.strerror}.") from error
        allowed = [name for name in names if self.allow((place / name).resolve())]
        return sorted(allowed, key=str.casefold)

    def _refusal(self) -> NotAllowed:
        if self.roots:
            named = ", ".join(str(root) for root in self.roots)
            return NotAllowed(f"Only folders below {named} may be looked into (DATA_FOLDERS).")
        return NotAllowed(
            "Others can reach this app, so no folder of this machine may be looked into: whoever "
            "runs it names those that may in DATA_FOLDERS."
        )


EVERYWHERE = Places(None)
