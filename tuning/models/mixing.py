"""Weights between those a training began with and those it ended with."""

from collections.abc import Callable

import torch
from torch import nn

SHARES = (0.25, 0.5, 0.75, 1.0)  # of the way from the start to the end
NEAR = 0.01  # of recall that a model nearer to the start may lack

Weights = dict[str, torch.Tensor]


def lean_back(model: nn.Module, start: Weights, score: Callable[[], float]) -> float:
    """Mix a model's weights with those of its start, as near to it as the score allows.

    What the start knew of other pictures is kept the better (Wortsman and others, 2022).

    Args:
        model: as it is after training; it has the mixed weights then.
        start: its weights before.
        score: of the model with the weights it has; higher is better.

    Returns:
        The share of the new weights, one of SHARES.
    """
    end = {name: of.detach().clone() for name, of in model.state_dict().items()}
    scores = {}
    for share in SHARES:
        model.load_state_dict(mix_weights(start, end, share))
        scores[share] = score()
    chosen = min(share for share in SHARES if scores[share] >= max(scores.values()) - NEAR)
    model.load_state_dict(mix_weights(start, end, chosen))
    return chosen


def mix_weights(start: Weights, end: Weights, share: float) -> Weights:
    """Return `start + share (end - start)`; whole numbers, such as counts, are those of the end."""
    return {
        name: torch.lerp(start[name].to(of), of, share) if of.is_floating_point() else of
        for name, of in end.items()
    }
