"""AP against clicks as a PNG: one line a method, a band over the seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .arrays import Floats

SIZE = (960, 600)
MARGIN = (80, 40, 40, 70)  # left, top, right, bottom, pixels
INK, GRID = (40, 40, 40), (225, 225, 225)
COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167))  # told apart colour-blind


@dataclass(frozen=True, eq=False)
class Line:
    """One method: its name and its mean AP of each seed after each page, (seeds, rounds + 1)."""

    name: str
    ap: Floats


def draw(path: Path, lines: Sequence[Line], clicks_a_page: int) -> None:
    """Write the plot.

    Args:
        path: where, ending in .png.
        lines: at most four methods with the same number of rounds.
        clicks_a_page: what one round costs the user.
    """
    picture = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(picture, "RGBA")
    font = ImageFont.load_default(size=18)
    low = np.floor(10 * min(float(np.nanmin(line.ap)) for line in lines)) / 10
    scale = _Scale(max(line.ap.shape[1] for line in lines) - 1, float(low))
    _axes(pen, font, scale, clicks_a_page)
    for index, line in enumerate(lines):
        colour = COLOURS[index % len(COLOURS)]
        mean = np.nanmean(line.ap, axis=0)
        above = [scale.at(r, v) for r, v in enumerate(np.nanmax(line.ap, axis=0))]
        below = [scale.at(r, v) for r, v in enumerate(np.nanmin(line.ap, axis=0))]
        pen.polygon([*above, *below[::-1]], fill=(*colour, 50))
        pen.line([scale.at(r, v) for r, v in enumerate(mean)], fill=colour, width=4)
        key = (SIZE[0] - 330, SIZE[1] - 150 - 28 * index)
        pen.line([key, (key[0] + 36, key[1])], fill=colour, width=4)
        pen.text((key[0] + 46, key[1]), line.name, fill=INK, font=font, anchor="lm")
    picture.save(path)


@dataclass(frozen=True)
class _Scale:
    rounds: int
    low: float

    def at(self, round_number: float, ap: float) -> tuple[float, float]:
        left, top, right, bottom = MARGIN
        x = left + (SIZE[0] - left - right) * round_number / max(self.rounds, 1)
        y = SIZE[1] - bottom - (SIZE[1] - top - bottom) * (ap - self.low) / (1 - self.low)
        return x, y


def _axes(
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    scale: _Scale,
    clicks_a_page: int,
) -> None:
    for tick in np.arange(scale.low, 1.001, 0.1):
        left, right = scale.at(0, tick), scale.at(scale.rounds, tick)
        pen.line([left, right], fill=GRID, width=1)
        pen.text((left[0] - 10, left[1]), f"{tick:.1f}", fill=INK, font=font, anchor="rm")
    for round_number in range(scale.rounds + 1):
        x, y = scale.at(round_number, scale.low)
        label = str(round_number * clicks_a_page)
        pen.text((x, y + 10), label, fill=INK, font=font, anchor="ma")
    middle = (SIZE[0] / 2, SIZE[1] - 12)
    pen.text(middle, "clicks", fill=INK, font=font, anchor="ms")
    pen.text((16, 10), "mean AP on held-out photos", fill=INK, font=font, anchor="la")
