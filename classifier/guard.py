"""Hold a fit back to its prompt where the answers themselves say that the words ranked better."""

import numpy as np

from .arrays import Floats

STEPS = (1.0, 0.75, 0.5, 0.25, 0.0)
FEW = 8
"""Yes answers (or no, if fewer) up to which a fit that turns far from its prompt has to show that
it is right: nearly all falls below a prompt happen with so few."""
NEAR = 0.85
"""Correlation of the fit's scores with the prompt's from which it has not turned far."""
BETTER = 0.2
"""Lead in pair accuracy over the prompt that shows it."""
KEPT = 0.85
"""Share that is kept of a fit that does not show it; half would cost .01 mean AP."""


def share_of_fit(left_out: Floats, prompt: Floats, signs: Floats, likeness: float = 1.0) -> float:
    """Say how much of the fit to keep, judged on answers the fit has not seen.

    The prompt must win by more than one standard error: pages are chosen by the head itself, so
    a handful of answers often favours the prompt by chance, and leaning back each time cost .04
    mean AP in the benchmark. With few answers a fit that left its prompt behind must win itself.

    Args:
        left_out: (n,) leave-one-out margins of the fit.
        prompt: (n,) the prompt's margins, in the same spread as the fit's.
        signs: (n,) 1.0 or -1.0.
        likeness: correlation over the collection of the fit's scores with the prompt's.

    Returns:
        1.0 keep the fit, 0.0 go back to the prompt, or a step between.
    """
    fewer = min((signs > 0).sum(), (signs < 0).sum())
    if not fewer:
        return 1.0
    lead = pair_accuracy(left_out, signs) - pair_accuracy(prompt, signs)
    if lead < -0.5 / np.sqrt(fewer):
        best = max(STEPS, key=lambda t: pair_accuracy(t * left_out + (1 - t) * prompt, signs))
    else:
        best = 1.0
    unproven = fewer <= FEW and likeness < NEAR and lead < BETTER
    return min(best, KEPT) if unproven else best


def pair_accuracy(scores: Floats, signs: Floats) -> float:
    """Share of (yes, no) pairs that (n,) scores put in the right order; ties count half."""
    yes, no = scores[signs > 0], np.sort(scores[signs < 0])
    below = np.searchsorted(no, yes, side="left") + np.searchsorted(no, yes, side="right")
    return float(below.mean() / (2 * len(no)))
