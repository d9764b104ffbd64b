"""A Lance data set of captioned pictures: texts in memory, pictures by index."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from commandline.words import count_things
from ingest.sources.nested import read_list
from tuning.captions.split import PARTS, TEST, TRAIN, VAL, split_pictures
from tuning.errors import TuningError, first_line

NAMES = ("image", "captions")
SCANNED = 64  # pictures in memory at once while their digests are made


@dataclass(frozen=True, eq=False)
class Pictures:
    """Captioned pictures, each with a number 0 .. n - 1.

    Attributes:
        path: of the data set.
        rows: (n,) int64, the row that holds each picture's bytes.
        captions: of each picture, at least one.
        parts: of each picture: train, val or test.
        left_out: rows of no use, by reason.
        lance: version of Lance's files.
        digests: sha256 of each picture's bytes, in hex.
    """

    path: Path
    rows: NDArray[np.int64]
    captions: list[list[str]]
    parts: NDArray[np.str_]
    left_out: Counter[str]
    lance: str
    digests: NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, np.str_))

    def numbers(self, part: str) -> NDArray[np.int64]:
        """Return the numbers of the pictures of one part."""
        return np.flatnonzero(self.parts == part)

    @property
    def reader(self) -> "Reader":
        """What reads the pictures, without their texts."""
        return Reader(self.path, self.rows)

    def read(self, numbers: Sequence[int] | NDArray[np.int64]) -> list[bytes]:
        """Return pictures' bytes, by number."""
        return self.reader(numbers)


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads pictures by number; small enough to be pickled to other processes."""

    path: Path
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def __call__(self, numbers: Sequence[int] | NDArray[np.int64]) -> list[bytes]:
        """Return pictures' bytes, in the order asked.

        Raises:
            TuningError: the data set is gone or damaged.
        """
        rows = self.rows[np.asarray(numbers, np.int64)].tolist()
        try:
            taken = _opened(self.path).take(rows, columns=["image"])
            images = [image or b"" for image in taken.column("image").to_pylist()]
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _unreadable(self.path, error) from error
        return images


def open_pictures(path: Path) -> Pictures:
    """Open what `python -m tuning captions` wrote, or any with columns `image` and `captions`.

    Rows of the same picture become one. Without a column `split` pictures are held out by their
    digests.

    Raises:
        TuningError: it cannot be opened, lacks a column or holds something else there, or holds no
            caption.
    """
    found = open_lance(path)
    missing = [name for name in NAMES if name not in found.schema.names]
    if missing:
        raise TuningError(
            f"{path} has no column {missing[0]}, only {', '.join(found.schema.names)}: make it by "
            "`python -m tuning captions SOURCE --out DATA.lance`."
        )
    for name, fits in (("image", _is_bytes), ("captions", _is_text)):
        kind = found.schema.field(name).type
        if not fits(kind):
            raise TuningError(
                f"The column {name} of {path} holds {kind}: make the data set by `python -m tuning "
                "captions SOURCE --out DATA.lance`, with pictures' bytes and lists of texts."
            )
    texts = [name for name in ("captions", "split", "digest") if name in found.schema.names]
    try:
        table = found.to_table(columns=texts)
        is_known = "digest" in texts and _is_one_text(table.schema.field("digest").type)
        is_known = is_known and not table["digest"].null_count
        digests = table["digest"].to_pylist() if is_known else list(_digest_rows(found))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    given = table["split"].to_pylist() if "split" in texts else [""] * len(digests)
    return _gather(path, found.data_storage_version, digests, table["captions"].to_pylist(), given)


def _gather(
    path: Path, version: str, digests: list[str], captions: list[Any], given: list[Any]
) -> Pictures:
    rows: dict[str, int] = {}
    told: dict[str, dict[str, None]] = {}
    parts: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    for row, (digest, texts, part) in enumerate(zip(digests, captions, given, strict=True)):
        tidy = dict.fromkeys(_tidy(texts))
        if not tidy or not digest:
            left_out["no picture" if tidy else "no caption"] += 1
            continue
        rows.setdefault(digest, row)
        told.setdefault(digest, {}).update(tidy)
        parts[digest] = parts.get(digest) or ("" if part is None else str(part))
    if not rows:
        reasons = ", ".join(f"{n:,} {why}" for why, n in left_out.most_common())
        raise TuningError(
            f"{path} holds no captioned picture ({reasons or 'it is empty'}): every picture needs "
            "its bytes, and at least one text that describes it."
        )
    split = split_pictures(list(rows), list(parts.values()))
    kept = [at for at, part in enumerate(split) if part in PARTS]
    left_out.update(f"split {part}" for part in split if part not in PARTS)
    numbers, texts_of = list(rows.values()), [list(texts) for texts in told.values()]
    return Pictures(
        path,
        np.array([numbers[at] for at in kept], np.int64),
        [texts_of[at] for at in kept],
        np.array([split[at] for at in kept], np.str_),
        left_out,
        version,
        np.array(list(rows), np.str_)[kept],
    )


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    """Tell whether a column holds texts, or lists of them."""
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if is_list or pa.types.is_fixed_size_list(kind):
        kind = kind.value_type
    return _is_one_text(kind)


def _is_one_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return bool(is_text or pa.types.is_null(kind))


def _tidy(texts: Any) -> Iterator[str]:
    listed = read_list(texts) if isinstance(texts, str) else texts or ()
    for text in [texts] if listed is None else listed:
        if text and text.strip():
            yield " ".join(text.split())


def _digest_rows(found: Any) -> Iterator[str]:
    for batch in found.to_batches(columns=["image"], batch_size=SCANNED):
        for image in batch.column("image").to_pylist():
            yield hashlib.sha256(image).hexdigest() if image else ""


def open_lance(path: Path) -> Any:
    """Open a Lance data set.

    Raises:
        TuningError: there is none, or this version of Lance cannot read it.
    """
    import lance

    if not (path / "_versions").is_dir():
        if path.exists():
            raise TuningError(
                f"{path} is no data set of captions: make one by `python -m tuning captions SOURCE "
                "--out NAME.lance`, and name that."
            )
        raise TuningError(
            f"There is no data set {path}: make it by `python -m tuning captions SOURCE --out "
            f"{path}`."
        )
    try:
        return lance.dataset(str(path))
    except (OSError, ValueError, RuntimeError) as error:
        raise _unreadable(path, error) from error


_kept: dict[Path, Any] = {}


def _opened(path: Path) -> Any:
    # Once a process: a worker that is spawned opens its own, Lance is not safe across a fork.
    if path not in _kept:
        _kept[path] = open_lance(path)
    return _kept[path]


def _unreadable(path: Path, error: Exception) -> TuningError:
    import lance

    told = first_line(error)[:200]
    return TuningError(
        f"The data set {path} cannot be read by Lance {lance.__version__} ({told}): if "
        "another version wrote it, install that one, or make the data set anew."
    )


def describe_parts(pictures: Pictures) -> str:
    """Say how many pictures and captions there are to learn from and to measure on."""
    counts = {part: len(pictures.numbers(part)) for part in PARTS}
    captions = sum(map(len, pictures.captions))
    reasons = "".join(f"; left out: {n:,} ({why})" for why, n in pictures.left_out.most_common())
    return (
        f"{count_things(len(pictures.captions), 'picture')} with "
        f"{count_things(captions, 'caption')}: "
        f"{counts[TRAIN]:,} to learn from, {counts[VAL]:,} to choose the best epoch, "
        f"{counts[TEST]:,} to measure{reasons}"
    )
