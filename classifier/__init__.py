"""Learning: the linear head, its fit, the mining strategies, the audit. Numpy and SciPy only."""

import commandline.limits  # noqa: F401  # before numpy and its kind

from .advice import Advice, advice, agreement
from .anchor import anchor
from .background import Background, background_of
from .candidates import Candidates, Pick
from .errors import ClassifierError, DimensionMismatch, NoAnchor, OtherEncoder
from .exclusion import borrow_answers
from .fit import fit, fit_and_leave_out, prompt_head
from .head import Head
from .kappa import compute_kappa
from .metrics import average_precision, calibration_error
from .mining import STRATEGIES, Wanted, mine, plan_candidates
from .saved import SavedClassifier, load, save
from .slips import ASKED_A_PAGE, NOBODY, asked_from, doubtful_answers
from .statement import to_sql

__all__ = [
    "ASKED_A_PAGE",
    "NOBODY",
    "STRATEGIES",
    "Advice",
    "Background",
    "Candidates",
    "ClassifierError",
    "DimensionMismatch",
    "Head",
    "NoAnchor",
    "OtherEncoder",
    "Pick",
    "SavedClassifier",
    "Wanted",
    "advice",
    "agreement",
    "anchor",
    "asked_from",
    "average_precision",
    "background_of",
    "borrow_answers",
    "calibration_error",
    "compute_kappa",
    "doubtful_answers",
    "fit",
    "fit_and_leave_out",
    "load",
    "mine",
    "plan_candidates",
    "prompt_head",
    "save",
    "to_sql",
]
