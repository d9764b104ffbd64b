"""How an image-text model is trained, by mode."""

from dataclasses import dataclass, fields, replace
from typing import Any

from tuning.models.loss import CONTRASTIVE

PROJECTIONS, FULL, SCRATCH = "projections", "full", "scratch"
MODES = (PROJECTIONS, FULL, SCRATCH)


@dataclass(frozen=True)
class Settings:
    """How a model is trained.

    Attributes:
        mode: which weights learn: the projections, all of a model, or all of two backbones.
        loss: contrastive or soft.
        rate: of AdamW after the warm-up; a cosine leads it to zero.
        tower_share: of the rate, for towers that have learnt something before.
        decay: weight decay.
        warm_up: share of the training in which the rate rises.
        epochs: at most.
        patience: epochs without a better one before training ends.
        batch: pictures of a batch.
        dim: length of the vectors, where the model is new.
        dropout: of the heads, where they are deep.
        seed: of everything random.
        checkpoint_seconds: between two checkpoints, 0 for one a step; each epoch ends with one in
            any case.
    """

    mode: str = PROJECTIONS
    loss: str = CONTRASTIVE
    rate: float = 1e-3
    tower_share: float = 1.0
    decay: float = 1e-2
    warm_up: float = 0.05
    epochs: int = 100
    patience: int = 15
    batch: int = 256
    dim: int = 256
    dropout: float = 0.1
    seed: int = 0
    checkpoint_seconds: float = 60.0


DEFAULTS = {
    PROJECTIONS: Settings(),
    FULL: Settings(FULL, rate=1e-5, decay=0.1, warm_up=0.1, epochs=8, patience=3, batch=64),
    SCRATCH: Settings(SCRATCH, rate=5e-4, tower_share=0.1, epochs=40, patience=10, batch=64),
}


def settings_for(mode: str, given: dict[str, Any]) -> Settings:
    """Return a mode's settings with what was given in their place; None gives nothing."""
    names = {field.name for field in fields(Settings)}
    chosen = {name: of for name, of in given.items() if name in names and of is not None}
    return replace(DEFAULTS[mode], **chosen)
