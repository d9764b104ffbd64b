"""Write captioned pictures into a Lance data set, a row for each picture."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from tuning.captions.reading import NO_CAPTION, Captioned
from tuning.captions.split import PARTS, split_pictures
from tuning.errors import TuningError, first_line

ROWS_AT_ONCE = 64
PICTURES = pa.schema(
    [
        ("id", pa.string()),
        ("image", pa.large_binary()),
        ("digest", pa.string()),
        ("label", pa.string()),
    ]
)
TEXTS = pa.schema([("captions", pa.list_(pa.string())), ("split", pa.string())])


@dataclass
class Written:
    """What came of a source.

    Attributes:
        pictures: rows written, each another picture.
        captions: of these, each once a picture.
        skipped: pictures left out, by reason.
        parts: pictures of train, val and test, and of other words that the source says.
    """

    pictures: int = 0
    captions: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)

    @property
    def left_out(self) -> dict[str, int]:
        """Pictures that are for none of train, val and test, by the source's word."""
        return {word: n for word, n in self.parts.items() if word not in PARTS}


def write_captions(
    pictures: Iterable[Captioned],
    out: Path,
    progress: Callable[[int], None] = lambda n: None,
    skipped: Counter[str] | None = None,
) -> Written:
    """Write pictures, whole or not at all: one that comes again adds its captions to its row.

    Memory holds the captions and a few pictures.

    Args:
        out: the data set, which must not exist.
        progress: takes the number of pictures read so far.
        skipped: by reason, what reading left out; it grows while pictures are read.

    Raises:
        TuningError: `out` exists or cannot be written, or there is no captioned picture.
        Exception: what reading the pictures raises.
    """
    import lance

    if out.exists():
        raise TuningError(f"{out} exists: remove it, or give another --out.")
    half = out.with_name(out.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    rows = _Rows(progress)
    try:
        half.parent.mkdir(parents=True, exist_ok=True)
        reader = pa.RecordBatchReader.from_batches(PICTURES, rows.batches(pictures))
        made = lance.write_dataset(reader, str(half))
        if not rows.captions:
            raise TuningError(_say_missing(skipped or Counter()))
        texts, parts = rows.texts()
        made.add_columns(pa.RecordBatchReader.from_batches(TEXTS, texts.to_batches()))
        half.rename(out)
    except BaseException as error:
        # Lance hides what its reader raised behind its own words.
        if rows.failed is not None:
            raise rows.failed from None
        if not isinstance(error, OSError):
            raise
        raise TuningError(
            f"{out} cannot be written ({first_line(error)}): make room there, or give another "
            "--out."
        ) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
    captions = sum(len(told) for told in rows.captions.values())
    return Written(len(rows.captions), captions, skipped or Counter(), Counter(parts))


def _say_missing(skipped: Counter[str]) -> str:
    """Say why no picture is left to write."""
    if not skipped:
        return "There is no picture to read: the source is empty, or --where keeps nothing of it."
    if set(skipped) != {NO_CAPTION}:
        told = ", ".join(f"{count:,} {reason}" for reason, count in skipped.most_common())
        return f"No picture with a caption could be read: {told}."
    return (
        "No picture has a caption: name the column that holds them with --caption-column, or make "
        "captions of labels with --template 'a photo of a {}'."
    )


class _Rows:
    """The pictures on their way into the data set, and the texts that are kept for its end."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self.captions: dict[str, dict[str, None]] = {}
        self._splits: dict[str, str] = {}
        self._progress = progress
        self.failed: BaseException | None = None

    def batches(self, pictures: Iterable[Captioned]) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._batches(pictures)
        except BaseException as error:
            self.failed = error
            raise

    def _batches(self, pictures: Iterable[Captioned]) -> Iterator[pa.RecordBatch]:
        held: list[dict[str, Any]] = []
        for number, picture in enumerate(pictures, 1):
            self._progress(number)
            known = self.captions.get(picture.digest)
            if known is None:
                known = self.captions[picture.digest] = {}
                held.append({name: getattr(picture, name) for name in PICTURES.names})
            known |= dict.fromkeys(picture.captions)
            self._splits[picture.digest] = self._splits.get(picture.digest) or picture.split
            if len(held) == ROWS_AT_ONCE:
                yield pa.RecordBatch.from_pylist(held, PICTURES)
                held = []
        if held:
            yield pa.RecordBatch.from_pylist(held, PICTURES)

    def texts(self) -> tuple[pa.Table, list[str]]:
        parts = split_pictures(list(self.captions), list(self._splits.values()))
        captions = [list(told) for told in self.captions.values()]
        return pa.table({"captions": captions, "split": parts}, TEXTS), parts
