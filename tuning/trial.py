"""A trial of a head: train it on part of a labelled set and measure it on the rest."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoder.similarity import SimilarityHead
from tuning.discriminant import discriminant
from tuning.division import Division, divide
from tuning.errors import LossDiverged, TooFewPhotos
from tuning.measure import Retrieval, interval, retrieve
from tuning.train import Epoch, Settings, Trained, score, train

UNSEEN = 0.25
CLOSED = "contrastive"
"""The loss that the head in closed form stands beside."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What the same photos find before and after a head.

    Attributes:
        base: among the vectors as they are.
        tuned: among the vectors behind the head.
        units: (q,) what the bootstrap draws together.
    """

    base: Retrieval
    tuned: Retrieval
    units: NDArray[np.int64]

    @property
    def gain(self) -> tuple[float, float]:
        """Ends of the 95 % interval of R-precision behind the head, the base as it is."""
        return interval(self.base.r_precision, self.tuned.r_precision, self.units)

    @property
    def is_better(self) -> bool:
        """Whether the whole interval lies above the base."""
        return self.gain[0] > self.base.r_precision.mean()

    def as_json(self) -> dict[str, Any]:
        """Return chance, base, tuned and interval of R-precision; mean AP's under `mean_ap`."""
        average = (self.base.average_precision, self.tuned.average_precision)
        return {
            "chance": round_figure(self.base.chance.mean()),
            "base": round_figure(self.base.r_precision.mean()),
            "tuned": round_figure(self.tuned.r_precision.mean()),
            "interval": [round_figure(end) for end in self.gain],
            "mean_ap": {
                "base": round_figure(average[0].mean()),
                "tuned": round_figure(average[1].mean()),
                "interval": [round_figure(end) for end in interval(*average, self.units)],
            },
        }

    def sentence(self) -> str:
        """Say R-precision and mean AP before and after, with interval and chance."""
        base, tuned, (low, high) = self.base, self.tuned, self.gain
        return (
            f"R-precision {base.r_precision.mean():.3f} -> {tuned.r_precision.mean():.3f} "
            f"(95 % {low:.3f} to {high:.3f}, chance {base.chance.mean():.3f}), mean AP "
            f"{base.average_precision.mean():.3f} -> {tuned.average_precision.mean():.3f}"
        )


@dataclass(frozen=True, eq=False)
class Trial:
    """A trained head and what it is worth; None where there was nothing to measure on.

    `epoch` is the one whose head it is, None for the head in closed form; `ended` says how it came
    about.
    """

    head: SimilarityHead
    trained: Trained
    epoch: int | None
    ended: str
    unseen_classes: Comparison | None
    unseen_photos: Comparison | None

    def as_json(self) -> dict[str, Any]:
        """Return both comparisons; null where there was nothing to measure on."""
        parts = {"unseen_classes": self.unseen_classes, "unseen_photos": self.unseen_photos}
        return {name: part and part.as_json() for name, part in parts.items()}

    def lines(self) -> list[str]:
        """Return both comparisons in words, one a line."""
        parts = (("classes", self.unseen_classes), ("photos", self.unseen_photos))
        return [f"On {name} never seen: {part.sentence()}" for name, part in parts if part]

    @property
    def missing(self) -> list[str]:
        """Say what stands against serving the head; empty where nothing does."""
        found = []
        if self.unseen_classes is None:
            found.append("it could not be measured on classes never seen: label 6 classes or more")
        elif not self.unseen_classes.is_better:
            found.append(
                f"on classes never seen {_shortfall(self.unseen_classes)}: label more classes"
            )
        if self.unseen_photos is None:
            found.append(
                "it could not be measured on photos never seen: label 4 photos a class or more"
            )
        elif not self.unseen_photos.is_better:
            found.append(
                f"on photos never seen {_shortfall(self.unseen_photos)}: label more photos a class"
            )
        return found


def run_trial(
    vectors: NDArray[np.float32],
    classes: NDArray[np.int64],
    settings: Settings,
    *,
    encoder: str,
    unseen: float,
    progress: Callable[[Epoch], None] = lambda epoch: None,
    measuring: Callable[[int, int], None] = lambda done, turns: None,
    stop: threading.Event | None = None,
) -> Trial:
    """Train a head on a labelled set and measure it on what it never saw.

    Beside the contrastive loss stands the head in closed form: the photos that choose the best
    epoch choose between the two as well. Where few classes are unseen, further heads are trained
    without other classes, until each was unseen once (cross-validation over classes). One whose
    loss is lost measures nothing, and is named in `ended`.

    Args:
        vectors: (n, d) float32 unit rows; classes: (n,) class numbers.
        encoder: name of what made the vectors.
        unseen: share of the classes kept for the measurement.
        progress, stop: see `train`; once stopped, no further head is trained.
        measuring: called before each further head with how many are done and how many there are.

    Raises:
        TooFewPhotos: too few classes or photos of a class.
        LossDiverged: nothing was learnt by the head that is kept.
    """
    stop = stop or threading.Event()
    division = divide(classes, unseen=unseen, seed=settings.seed)
    trained = train(vectors, classes, division, settings, progress=progress, stop=stop)
    head, epoch, ended = _choose_head(vectors, classes, division, trained, settings)
    unseen_classes = [_compare(head, vectors, classes, division.unseen_classes, by_class=True)]
    for turn in range(1, division.turns):
        if stop.is_set():
            break
        measuring(turn, division.turns)
        try:
            other = divide(classes, unseen=unseen, seed=settings.seed, turn=turn)
            beside = train(vectors, classes, other, settings, stop=stop)
        except TooFewPhotos:
            continue
        except LossDiverged:
            lost = f"head {turn + 1} of {division.turns}, trained to measure, diverged"
            ended = f"{ended}; {lost}: its classes are not measured"
            continue
        if stop.is_set():
            break
        without, *_ = _choose_head(vectors, classes, other, beside, settings)
        unseen_classes.append(
            _compare(without, vectors, classes, other.unseen_classes, by_class=True)
        )
    return Trial(
        replace(head, encoder=encoder),
        trained,
        epoch,
        ended,
        pool(unseen_classes),
        _compare(head, vectors, classes, division.unseen_photos, by_class=False),
    )


def _choose_head(
    vectors: NDArray[np.float32],
    classes: NDArray[np.int64],
    division: Division,
    trained: Trained,
    settings: Settings,
) -> tuple[SimilarityHead, int | None, str]:
    """Return the head that is kept, its epoch or None for the closed form, and how it came about.

    The closed form is worked out of all photos that may teach, where it is better on those that
    choose.
    """
    first, best = trained.epochs[0], trained.epochs[trained.best]
    by_epochs = (
        SimilarityHead(trained.weights, trained.bias, ""),
        trained.best,
        f"{trained.ended}; epoch {trained.best} is kept",
    )
    found = discriminant(vectors[division.train], classes[division.train])
    if found is None or settings.loss != CLOSED:
        return by_epochs
    parts = [(vectors[rows], classes[rows]) for rows in division.choosing]
    scores = score(SimilarityHead(*found, "").apply, parts)
    epoch = Epoch(0, 0.0, scores, 0)
    taught = np.concatenate([division.train, *division.choosing])
    whole = discriminant(vectors[taught], classes[taught])
    if whole is None or epoch.r_precision <= best.r_precision or epoch.harms(first):
        return by_epochs
    return (
        SimilarityHead(*whole, ""),
        None,
        f"{trained.ended}; the head in closed form is kept: it has R-precision "
        f"{epoch.r_precision:.3f} on the photos that choose, epoch {trained.best} "
        f"{best.r_precision:.3f}",
    )


def pool(comparisons: Sequence[Comparison | None]) -> Comparison | None:
    """Take the comparisons of several trials as one."""
    there = [found for found in comparisons if found is not None]
    if not there:
        return None

    def join(parts: list[Retrieval]) -> Retrieval:
        fields = [[getattr(part, name) for part in parts] for name in vars(parts[0])]
        return Retrieval(*(np.concatenate(columns) for columns in fields))

    return Comparison(
        join([found.base for found in there]),
        join([found.tuned for found in there]),
        np.concatenate([found.units for found in there]),
    )


def round_figure(value: float) -> float:
    """Return a measured number as it is reported."""
    return round(float(value), 4)


def _compare(
    head: SimilarityHead,
    vectors: NDArray[np.float32],
    classes: NDArray[np.int64],
    rows: NDArray[np.int64],
    *,
    by_class: bool,
) -> Comparison | None:
    base = retrieve(vectors[rows], classes[rows])
    if not len(base.rows):
        return None
    tuned = retrieve(head.apply(vectors[rows]), classes[rows])
    # Whether other classes gain is asked of classes; whether other photos do, of photos.
    asked = rows[base.rows]
    return Comparison(base, tuned, classes[asked] if by_class else asked)


def _shortfall(found: Comparison) -> str:
    low, high = found.gain
    return (
        f"R-precision is {low:.3f} to {high:.3f} and not surely above the "
        f"{found.base.r_precision.mean():.3f} of the vectors as they are"
    )
