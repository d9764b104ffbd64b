"""Weighted logistic regression pulled towards where it starts: convex, one optimum."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from .arrays import Floats


def pulled_logistic(
    rows: Floats, signs: Floats, weights: Floats, start: Floats, bias: float, pull: float
) -> tuple[Floats, float]:
    """Minimise sum weights * softplus(-signs * (rows w + b)) + pull / 2 |w - start|^2.

    Args:
        rows: (n, d).
        signs: (n,) 1.0 or -1.0.
        weights: (n,) importance of each row, >= 0.
        start: (d,) the centre of the prior, and where the search begins.
        bias: where the free bias begins.
        pull: precision of the prior, > 0.

    Returns:
        (d,) w and b.
    """
    dim = rows.shape[1]

    def loss(point: Floats) -> tuple[float, Floats]:
        w, b = point[:dim], point[dim]
        margins = signs * (rows @ w + b)
        away = w - start
        slope = -weights * signs * expit(-margins)
        value = weights @ np.logaddexp(0, -margins) + 0.5 * pull * away @ away
        return float(value), np.append(rows.T @ slope + pull * away, slope.sum())

    found = minimize(
        loss, np.append(start, bias), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    )
    return found.x[:dim], float(found.x[dim])
