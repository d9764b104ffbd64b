"""What a head is taught: losses, miners and batches of pytorch-metric-learning."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_metric_learning import losses, miners, samplers
from pytorch_metric_learning.utils import common_functions

LOSSES = ("contrastive", "triplet")
MINING = ("hard", "semihard", "all")
TEMPERATURE = 0.1
MARGIN = 0.5


class Loss:
    """Supervised contrastive (Khosla and others, 2020) or triplet loss of one batch."""

    def __init__(self, name: str = "contrastive", mining: str = "semihard") -> None:
        """Choose the loss.

        Args:
            name: one of LOSSES.
            mining: one of MINING, which triplets count; of no effect on the contrastive loss.
        """
        self._miner = None
        if name == "contrastive":
            self._loss = losses.SupConLoss(temperature=TEMPERATURE)
            return
        self._loss = losses.TripletMarginLoss(margin=MARGIN)
        if mining == "hard":
            self._miner = miners.BatchHardMiner()
        else:
            self._miner = miners.TripletMarginMiner(margin=MARGIN, type_of_triplets=mining)

    def __call__(self, vectors: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss of a batch: vectors (n, d) unit rows, classes (n,) int64."""
        triplets = self._miner(vectors, classes) if self._miner else None
        return self._loss(vectors, classes, triplets)


def batches(
    classes: NDArray[np.int64], *, size: int, per_class: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Yield row numbers of batches, about every photo once an epoch, without end.

    Each batch has `per_class` photos of each class in it, so that every photo has a partner; a
    class with fewer photos gives some twice.

    Args:
        classes: (n,) class numbers.
        size: photos of a batch at most.
        per_class: photos of a class in a batch.
    """
    names = len(np.unique(classes))
    size = per_class * min(size // per_class, names)
    common_functions.NUMPY_RANDOM = np.random.RandomState(seed)
    sampler = samplers.MPerClassSampler(
        classes, per_class, batch_size=size, length_before_new_iter=max(len(classes), size)
    )
    while True:
        yield from np.fromiter(sampler, np.int64).reshape(-1, size)
