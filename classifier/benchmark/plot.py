"""AP against clicks as a picture: one line a method, a band over the seeds."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import Floats
from ..errors import ClassifierError

ENDINGS = (".png", ".svg", ".pdf")
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9")  # told apart colour-blind


@dataclass(frozen=True, eq=False)
class Line:
    """One method: its name and its mean AP of each seed after each page, (seeds, rounds + 1)."""

    name: str
    ap: Floats


def check_plot(path: Path) -> None:
    """Find out whether a plot could be written there, before the work that it would show.

    Raises:
        ClassifierError: another ending, a folder that cannot be written, or no matplotlib.
    """
    if path.suffix not in ENDINGS:
        raise ClassifierError(f"No plot can be written to {path}: end it in {', '.join(ENDINGS)}.")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ClassifierError(f"No plot can be written to {path}: choose a folder that exists.")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ClassifierError(
            "A plot needs matplotlib: pip install -r requirements-dev.txt."
        ) from error


def draw_plot(path: Path, lines: Sequence[Line], clicks_a_page: int) -> None:
    """Write the plot.

    Args:
        path: where, ending in one of ENDINGS.
        lines: at most five methods.
        clicks_a_page: what one round costs the user.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 6), dpi=100, layout="constrained")
    axes = figure.subplots()
    for line, colour in zip(lines, COLOURS, strict=False):
        clicks = clicks_a_page * np.arange(line.ap.shape[1])
        axes.plot(clicks, np.nanmean(line.ap, axis=0), color=colour, label=line.name)
        lowest, highest = np.nanmin(line.ap, axis=0), np.nanmax(line.ap, axis=0)
        axes.fill_between(clicks, lowest, highest, color=colour, alpha=0.2)
    axes.set(xlabel="clicks", ylabel="mean AP on held-out photos")
    axes.set_ylim(top=1.0)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.savefig(path)
