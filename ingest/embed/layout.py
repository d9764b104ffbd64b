"""The folder that parts are written into: clip-retrieval's layout, each file whole or not there.

embedding.json                  the encoder and the number of parts, the same for all of them
img_emb/img_emb_I.npy           vectors (n, d) float32
metadata/metadata_I.parquet     a row for each vector: id, url, description and all else
failures/failures_I.csv         photos without a vector, with the reason
"""

import csv
import io
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow.parquet as pq

from ingest.embed.rows import describe_photos
from ingest.errors import IngestError, Rejected, SourceError
from ingest.failure_list import COLUMNS
from ingest.photo import Photo, clean
from ingest.rows import Item, stack_vectors
from ingest.sources.place import find_place, is_far

PLAN = "embedding.json"
ELSEWHERE = "give another folder with --out, or delete this one if none of its parts is wanted"


@dataclass(frozen=True)
class Plan:
    """What all parts of a folder have in common.

    Attributes:
        source: what is embedded.
        parts: into how many parts.
        encoder: its name.
        fingerprint: the digest of its weights and settings.
    """

    source: str
    parts: int
    encoder: str
    fingerprint: str

    def is_of(self, encoder: str, fingerprint: str) -> bool:
        """Tell whether an encoder made the vectors: by its fingerprint, else by its name."""
        if self.fingerprint and fingerprint:
            return self.fingerprint == fingerprint
        return self.encoder == encoder


@dataclass(frozen=True)
class Finished:
    """What a finished part holds: how many vectors, and how many photos that failed."""

    vectors: int
    failed: int


class Layout:
    """A folder of parts, here or far away.

    Args:
        out: a path or an address that fsspec knows.
    """

    def __init__(self, out: str | Path) -> None:
        self.out = find_place(out)

    def agree(self, plan: Plan) -> None:
        """Note what the parts have in common, or compare with what is noted.

        Raises:
            SourceError: the folder holds parts of something else.
            IngestError: the folder cannot be written.
        """
        if not self.compare(plan):
            self._write({PLAN: (json.dumps(asdict(plan), ensure_ascii=False) + "\n").encode()})
            self.compare(plan)  # another may have begun in the same instant

    def compare(self, plan: Plan) -> bool:
        """Compare with what is noted; tell whether anything is.

        Raises:
            SourceError: the folder holds parts of something else.
        """
        found = self.plan()
        if found is None:
            return False
        for name, told in (("source", "source"), ("parts", "number of parts")):
            if getattr(found, name) != getattr(plan, name):
                raise SourceError(
                    f"{self.out} holds parts of another {told} ({getattr(found, name)}, not "
                    f"{getattr(plan, name)}): {ELSEWHERE}."
                )
        if not found.is_of(plan.encoder, plan.fingerprint):
            raise SourceError(
                f"{self.out} holds vectors of the encoder {found.encoder}, and those of "
                f"{plan.encoder} do not go with them: {ELSEWHERE}."
            )
        return True

    def plan(self) -> Plan | None:
        """Return what the parts have in common, None where nothing is noted.

        Raises:
            SourceError: what is noted cannot be read.
        """
        path = self.out / PLAN
        try:
            return Plan(**json.loads(path.read_text("utf-8"))) if path.exists() else None
        except (OSError, ValueError, TypeError) as error:
            raise SourceError(f"{path} cannot be read ({error}): give another --out.") from error

    def read_finished(self, part: int) -> Finished | None:
        """Return what a finished part holds, None where it is to be done."""
        vectors, table, failures = (self.out / name for name in _names(part))
        try:
            with vectors.open("rb") as file:
                np.lib.format.read_magic(file)
                shape, _, kind = np.lib.format.read_array_header_1_0(file)
                whole = file.tell() + int(np.prod(shape)) * kind.itemsize
            if vectors.stat().st_size != whole or not table.exists():
                return None  # cut off by something else than this program
            with failures.open("r", encoding="utf-8", newline="") as lines:
                return Finished(shape[0], sum(1 for _ in csv.reader(lines)) - 1)
        except (OSError, ValueError):
            return None

    def write_part(
        self, part: int, dim: int, items: Sequence[Item], failed: Sequence[tuple[Photo, Rejected]]
    ) -> None:
        """Write a part; its vectors, which make it a finished one, come last.

        Args:
            items: with their vectors (d,), in order.

        Raises:
            IngestError: the folder cannot be written.
        """
        names = _names(part)
        vectors = stack_vectors(items) if items else np.zeros((0, dim), np.float32)
        told = io.StringIO(newline="")
        rows = csv.writer(told)
        rows.writerow(COLUMNS)
        rows.writerows([clean(p.id), clean(p.address), failure.reason] for p, failure in failed)
        table, numbers = io.BytesIO(), io.BytesIO()
        pq.write_table(describe_photos(items), table)
        np.save(numbers, vectors)
        files = {
            names[2]: told.getvalue().encode(),
            names[1]: table.getvalue(),
            names[0]: numbers.getvalue(),
        }
        # Vectors that are made again must at no moment stand beside a table of other rows.
        self._write(files, removed=names[0])

    def _write(self, files: Mapping[str, bytes], removed: str | None = None) -> None:
        """Write all files aside, then remove the one that is not to stay, and rename them."""
        path, aside = self.out, dict[Path, Path]()
        try:
            try:
                for name, data in files.items():
                    path = self.out / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    aside[path] = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.unfinished")
                    aside[path].write_bytes(data)
                if removed:
                    (self.out / removed).unlink(missing_ok=True)
                for path, passing in aside.items():
                    _rename(passing, path)
            except BaseException:
                for passing in aside.values():
                    passing.unlink(missing_ok=True)
                raise
        except OSError as error:
            reason = error.strerror or str(error)
            raise IngestError(
                f"{path} cannot be written ({reason}): make room or mend it and run the part again."
            ) from error


def _rename(old: Path, new: Path) -> None:
    if is_far(str(new)):
        far = cast(Any, new)
        far.fs.mv(cast(Any, old).path, far.path)
    else:
        old.replace(new)


def _names(part: int) -> tuple[str, str, str]:
    return (
        f"img_emb/img_emb_{part}.npy",
        f"metadata/metadata_{part}.parquet",
        f"failures/failures_{part}.csv",
    )
