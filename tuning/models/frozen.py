"""The features of towers that stand still, computed once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning.captions.dataset import Pictures
from tuning.errors import TuningError, first_line
from tuning.models.checkpoints import Checkpoints
from tuning.models.feed import PreparedPictures
from tuning.models.texts import Texts
from tuning.models.towers import BareTowers, Towers

FEATURES = "features.npz"
PICTURES_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Features:
    """What both towers give, in front of the projections.

    Attributes:
        images: (n, f) float32 of the pictures; zeros for those that do not decode.
        texts: (m, g) float32 of the texts.
        damaged: numbers of the pictures that do not decode.
    """

    images: NDArray[np.float32]
    texts: NDArray[np.float32]
    damaged: NDArray[np.int64]


def compute_features(
    towers: Towers, pictures: Pictures, texts: Texts, checkpoints: Checkpoints
) -> Features:
    """Run the towers over all pictures and texts, or read what an earlier run kept.

    Args:
        checkpoints: whose folder keeps the features.

    Raises:
        TuningError: no picture decodes, the model has no projections, or the file cannot be
            written or read.
    """
    kept = checkpoints.folder / FEATURES
    if kept.is_file():
        with checkpoints.blame_damage(FEATURES), np.load(kept) as file:
            return Features(file["images"], file["texts"], file["damaged"])
    dataset = PreparedPictures(pictures.reader, towers.preparation)
    parts, seen = [], []
    with BareTowers(towers) as bare:
        vision = bare.vision()
        for at in range(0, len(dataset), PICTURES_AT_ONCE):
            end = min(at + PICTURES_AT_ONCE, len(dataset))
            numbers, pixels = dataset.__getitems__(range(at, end))
            if len(numbers):
                seen.append(numbers)
                parts.append(vision.run(pixels.numpy()))
        if not parts:
            raise TuningError(f"No picture of {pictures.path} decodes: make the data set anew.")
        read = bare.read(texts.all)
    numbers, features = np.concatenate(seen), np.concatenate(parts)
    images = np.zeros((len(dataset), features.shape[1]), np.float32)
    images[numbers] = features
    damaged = np.setdiff1d(np.arange(len(dataset)), numbers)
    half = kept.with_suffix(".half")
    try:
        with half.open("wb") as file:
            np.savez(file, images=images, texts=read, damaged=damaged)
        half.replace(kept)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise TuningError(
            f"The towers' features cannot be written to {kept} ({first_line(error)}): make room "
            "there and give the same command again."
        ) from error
    return Features(images, read, damaged)
