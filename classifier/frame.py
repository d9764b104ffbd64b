"""The coordinates a fit works in: centred on the collection, one unit long on average."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Real
from .background import Background
from .errors import DimensionMismatch


@dataclass(frozen=True, eq=False)
class Frame:
    """Centre and scale that make constants mean the same for every encoder.

    Attributes:
        centre: (d,) mean of the collection: what all its photos share says nothing of a concept.
        scale: root mean square distance of a photo from the centre, > 0.
    """

    centre: Floats
    scale: float

    def into(self, rows: NDArray[Real]) -> NDArray[Real]:
        """Express photos in this frame: (n, d) -> (n, d) of the same precision."""
        real = rows.dtype.type
        return np.asarray((rows - self.centre.astype(real)) / real(self.scale))

    def out(self, weights: Floats, bias: float) -> tuple[Floats, float]:
        """Fold the frame into a head: (d,) weights and bias for raw vectors."""
        raw = weights / self.scale
        return raw, bias - float(self.centre @ raw)

    def back(self, raw: Floats, bias: float) -> tuple[Floats, float]:
        """Undo `out`: (d,) weights and bias in the frame of a head for raw vectors."""
        return raw * self.scale, bias + float(self.centre @ raw)


def frame_of(background: Background | None, rows: NDArray[np.floating]) -> Frame:
    """Take the frame from the collection, or from the rows at hand where it is unknown.

    Args:
        background: what is known of the collection.
        rows: (n, d) the photos at hand, used only without a background.

    Returns:
        Frame; one that changes nothing where there is nothing to measure.

    Raises:
        DimensionMismatch: background and rows differ in dimension.
    """
    dim = rows.shape[1]
    if background is None:
        centre = rows.mean(axis=0, dtype=np.float64) if len(rows) else np.zeros(dim)
        square = float(((rows - centre) ** 2).sum(axis=1).mean()) if len(rows) else 0.0
        return Frame(centre, _positive_root(square))
    if background.dim != dim:
        raise DimensionMismatch(dim, background.dim, "the background")
    if background.covariance is not None:
        square = float(np.trace(background.covariance))
    else:
        away = background.sample - background.mean
        square = float((away**2).sum(axis=1).mean()) if len(away) else 0.0
    return Frame(np.asarray(background.mean, dtype=np.float64), _positive_root(square))


def spread_along(direction: Floats, background: Background | None) -> float:
    """Standard deviation of the collection's scores along (d,) `direction`; 0 where unknown."""
    if background is None:
        return 0.0
    if background.covariance is not None:
        return max(float(direction @ background.covariance @ direction), 0.0) ** 0.5
    return float((background.sample @ direction).std()) if len(background.sample) else 0.0


def correlation(one: Floats, other: Floats, background: Background | None) -> float:
    """Correlation over the collection of the scores by two directions (d,): 1 ranks alike.

    Where the collection is unknown, the cosine of the directions.
    """
    if background is not None and background.covariance is not None:
        across = float(one @ background.covariance @ other)
        spread = spread_along(one, background) * spread_along(other, background)
    else:
        known = background is not None and len(background.sample) > 1
        away = background.sample - background.mean if background and known else np.eye(len(one))
        left, right = away @ one, away @ other
        across, spread = float(left @ right), float(np.sqrt((left @ left) * (right @ right)))
    return across / spread if spread > 1e-12 else 1.0


def _positive_root(square: float) -> float:
    return float(np.sqrt(square)) if square > 1e-12 else 1.0
