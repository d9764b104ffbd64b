"""Train a similarity head until the photos held out find each other no better."""

import itertools
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from tuning.division import Division
from tuning.errors import LossDiverged
from tuning.losses import Loss, batches
from tuning.measure import retrieve
from tuning.residual import ResidualHead

# A small set is gone through several times an epoch, so that an epoch moves the head alike.
LEAST_STEPS = 10


@dataclass(frozen=True)
class Settings:
    """How a head is trained.

    Attributes:
        loss: contrastive or triplet.
        mining: which triplets count: hard, semihard or all.
        rate: of AdamW at the start; a cosine leads it to zero.
        dropout: share of a vector's numbers hidden from the residual layer.
        decay: weight decay of AdamW, towards the head that changes nothing.
        epochs: at most.
        patience: epochs without a better one before training ends.
        batch: photos of a batch at most.
        per_class: photos of each class in a batch; fewer where most classes have fewer.
        seed: of everything random.
    """

    loss: str = "contrastive"
    mining: str = "semihard"
    rate: float = 1e-4
    dropout: float = 0.3
    decay: float = 1e-2
    epochs: int = 60
    patience: int = 8
    batch: int = 256
    per_class: int = 8
    seed: int = 0


@dataclass(frozen=True)
class Epoch:
    """How training stands after an epoch; epoch 0 is the head that changes nothing.

    Attributes:
        number: of the epoch.
        loss: mean of its batches; 0 for epoch 0.
        scores: R-precision of each part held out to choose the best epoch: classes, photos.
        best: number of the best epoch so far.
    """

    number: int
    loss: float
    scores: tuple[float, ...]
    best: int

    @property
    def r_precision(self) -> float:
        """Mean of the scores, NaN where all is lost."""
        return float(np.mean(self.scores))

    def harms(self, first: "Epoch") -> bool:
        """Tell whether a part lost: what known classes gain must not be paid for by others."""
        return any(now < before for now, before in zip(self.scores, first.scores, strict=True))


@dataclass(frozen=True, eq=False)
class Trained:
    """The best epoch's weights (d, d) and bias (d,); how training went and why it ended."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    epochs: list[Epoch]
    ended: str

    @property
    def best(self) -> int:
        """Number of the epoch that counts."""
        return self.epochs[-1].best


class Training:
    """A head, what it learns from, and the photos that choose its best epoch."""

    def __init__(
        self,
        vectors: NDArray[np.float32],
        classes: NDArray[np.int64],
        division: Division,
        settings: Settings,
    ) -> None:
        """Prepare; see `train` for the arguments."""
        torch.manual_seed(settings.seed)
        taught = vectors[division.train]
        self._vectors = torch.from_numpy(taught)
        self._classes = torch.from_numpy(classes[division.train])
        self._head = ResidualHead(taught, settings.dropout)
        self._loss = Loss(settings.loss, settings.mining)
        self._optimiser = torch.optim.AdamW(
            self._head.parameters(), settings.rate, weight_decay=settings.decay
        )
        _, sizes = np.unique(self._classes, return_counts=True)
        self._batches = batches(
            classes[division.train],
            size=settings.batch,
            per_class=min(settings.per_class, max(2, int(np.median(sizes)))),
            seed=settings.seed,
        )
        self._steps = max(LEAST_STEPS, len(taught) // settings.batch)
        self._schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
            self._optimiser, settings.epochs
        )
        self._choosing = [(vectors[rows], classes[rows]) for rows in division.choosing]

    def run_epoch(self) -> float:
        """Go through the photos and return the mean loss, NaN where it is lost."""
        self._head.train()
        total = 0.0
        for rows in itertools.islice(self._batches, self._steps):
            self._optimiser.zero_grad()
            loss = self._loss(self._head(self._vectors[rows]), self._classes[rows])
            if not torch.isfinite(loss):
                return math.nan
            loss.backward()
            self._optimiser.step()
            total += loss.item()
        self._head.limit(self._vectors)
        self._schedule.step()
        return total / self._steps

    def scores(self) -> tuple[float, ...]:
        """Return R-precision of the parts held out to choose, NaN where all is lost."""
        self._head.eval()
        with torch.no_grad():
            return score(lambda rows: self._head(torch.from_numpy(rows)).numpy(), self._choosing)

    def fold(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the head's weights (d, d) and bias (d,) as they are now."""
        return self._head.fold()


def score(
    move: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    parts: Sequence[tuple[NDArray[np.float32], NDArray[np.int64]]],
) -> tuple[float, ...]:
    """Return R-precision of each part, vectors (n, d) and classes (n,), behind what moves vectors.

    NaN alone where a number is lost.
    """
    moved = [(move(vectors), classes) for vectors, classes in parts]
    if not all(np.isfinite(vectors).all() for vectors, _ in moved):
        return (math.nan,)
    return tuple(float(retrieve(*part).r_precision.mean()) for part in moved)


def train(
    vectors: NDArray[np.float32],
    classes: NDArray[np.int64],
    division: Division,
    settings: Settings,
    *,
    progress: Callable[[Epoch], None] = lambda epoch: None,
    stop: threading.Event | None = None,
) -> Trained:
    """Train a head; the best epoch counts, and that may be epoch 0, which changes nothing.

    An epoch that is worse than epoch 0 on classes held out, or on photos held out, is never best.

    Args:
        vectors: (n, d) float32 unit rows.
        classes: (n,) int64 class numbers.
        division: of these rows.
        settings: how to train.
        progress: called after each epoch, 0 included.
        stop: set it from elsewhere, and the best epoch so far is returned.

    Raises:
        LossDiverged: the loss was lost before any epoch was better than the first.
    """
    training = Training(vectors, classes, division, settings)
    done: list[Epoch] = []
    kept, ended = training.fold(), "all epochs were run"
    for epoch in _epochs(training, settings.epochs):
        if math.isnan(epoch.r_precision):
            ended = f"the loss became infinite in epoch {epoch.number}: lower the rate"
            if done[-1].best == 0:
                raise LossDiverged(
                    f"The loss became infinite in epoch {epoch.number}, before anything was "
                    f"learnt: the rate {settings.rate:g} is too high, give a lower --rate."
                )
            break
        best = done[done[-1].best] if done else epoch
        if epoch.r_precision > best.r_precision and not epoch.harms(done[0]):
            kept, best = training.fold(), epoch
        done.append(replace(epoch, best=best.number))
        progress(done[-1])
        if epoch.number - best.number >= settings.patience:
            ended = f"{settings.patience} epochs in a row were no better"
            break
        if stop is not None and stop.is_set():
            ended = "it was stopped"
            break
    return Trained(*kept, done, ended)


def _epochs(training: Training, epochs: int) -> Iterator[Epoch]:
    yield Epoch(0, 0.0, training.scores(), 0)
    for number in range(1, epochs + 1):
        loss = training.run_epoch()
        yield Epoch(number, loss, (math.nan,) if math.isnan(loss) else training.scores(), 0)
