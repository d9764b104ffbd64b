"""Pictures for training, by index and shuffled, from a Lance data set."""

from collections.abc import Iterator, Sequence, Sized
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from encoder.pictures import UnreadablePicture, read_picture
from encoder.preparation import Preparation

Batch = tuple[NDArray[np.int64], torch.Tensor]


class Reads(Sized, Protocol):
    """Returns pictures' bytes by number, 0 .. len - 1."""

    def __call__(self, numbers: Sequence[int]) -> list[bytes]:
        """Return the bytes of some pictures, in the order asked."""


class PreparedPictures(Dataset[Any]):
    """Reads, decodes and prepares pictures by number, a batch at a time.

    It is pickled to workers that are spawned: Lance is not safe across a fork.
    """

    def __init__(self, reader: Reads, preparation: Preparation) -> None:
        self._reader = reader
        self._preparation = preparation

    def __len__(self) -> int:
        return len(self._reader)

    def __getitems__(self, numbers: Sequence[int]) -> Batch:
        """Return the numbers of those that decode, and their pixels (n, h, w, 3) uint8."""
        kept, pixels = [], []
        for number, data in zip(numbers, self._reader(numbers), strict=True):
            try:
                picture = read_picture(data, needed=2 * self._preparation.side)
            except UnreadablePicture:
                continue
            kept.append(number)
            pixels.append(self._preparation.prepare(picture.image))
        stacked = np.stack(pixels) if pixels else np.zeros((0, 1, 1, 3), np.uint8)
        return np.array(kept, np.int64), torch.from_numpy(stacked)


class Feed:
    """Gives batches of prepared pictures, from several processes where asked.

    Attributes:
        damaged: numbers of pictures met so far that do not decode.
    """

    def __init__(self, reader: Reads, preparation: Preparation, workers: int) -> None:
        self.damaged: set[int] = set()
        self._order = _Order()
        self._loader: DataLoader[Any] = DataLoader(
            PreparedPictures(reader, preparation),
            batch_sampler=self._order,
            num_workers=workers,
            collate_fn=_as_it_is,
            generator=torch.Generator(),  # its own: the learner's numbers are for the learner
            multiprocessing_context="spawn" if workers else None,
            persistent_workers=bool(workers),
            pin_memory=torch.cuda.is_available(),
        )

    def batches(self, numbers: NDArray[np.int64], size: int) -> Iterator[Batch]:
        """Yield pictures in an order, so many at once; those that do not decode are left out."""
        self._order.batches = [
            numbers[at : at + size].tolist() for at in range(0, len(numbers), size)
        ]
        for wanted, (kept, pixels) in zip(self._order.batches, self._loader, strict=True):
            self.damaged.update(set(wanted) - set(kept.tolist()))
            yield kept, pixels


class _Order:
    """The batches to come, which an epoch replaces while the workers stay."""

    batches: list[list[int]]

    def __init__(self) -> None:
        self.batches = []

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self.batches)

    def __len__(self) -> int:
        return len(self.batches)


def _as_it_is(batch: Any) -> Any:
    return batch
