"""Learning: the linear head, its fit, the mining strategies, the audit. Numpy and SciPy only."""

from .anchor import anchor
from .background import Background, background_of
from .errors import ClassifierError, DimensionMismatch, NoAnchor
from .fit import fit, prompt_head
from .head import Head
from .mining import STRATEGIES, Candidates, Pick, Wanted, mine, wanted

__all__ = [
    "STRATEGIES",
    "Background",
    "Candidates",
    "ClassifierError",
    "DimensionMismatch",
    "Head",
    "NoAnchor",
    "Pick",
    "Wanted",
    "anchor",
    "background_of",
    "fit",
    "mine",
    "prompt_head",
    "wanted",
]
