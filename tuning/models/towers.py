"""The model that learns: what goes into its towers, and what comes out of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from encoder import OFFLINE
from encoder.backbones import has_weights, read_backbones
from encoder.checkpoint import Checkpoint, read_checkpoint
from encoder.phrases import Phrases
from encoder.preparation import Preparation
from encoder.tower import Tower, features
from encoder.vision import Vision
from tuning.errors import TuningError

HEADS = ("visual_projection", "text_projection")
TEXTS_AT_ONCE = 256


class Towers(nn.Module):
    """An image-text model with its own preparation of pictures and texts.

    Attributes:
        name: of what it came from; empty where it is new.
        model: with get_image_features, get_text_features and logit_scale.
        preparation: of its pictures.
        phrases: its tokenizer.
        known: its parts that have learnt something before.
    """

    def __init__(self, name: str, checkpoint: Checkpoint, known: Sequence[nn.Module] = ()) -> None:
        super().__init__()
        self.name = name
        self.model = checkpoint.model
        self.known = list(known) if name == "" else [self.model]
        self.phrases = Phrases(checkpoint)
        self.preparation = Preparation(name or "the vision backbone", checkpoint.processor)
        if not self.preparation.is_fixed:
            raise TuningError(
                f"{name} keeps each picture's shape, so its pictures make no batch: begin with "
                "a model that sees pictures of one size."
            )
        self._saved = (checkpoint.tokenizer, checkpoint.processor)
        self._tower = Tower(self.model, self.preparation.patch)
        self.mean = nn.Buffer(_channels(self.preparation.mean), persistent=False)
        self.std = nn.Buffer(_channels(self.preparation.std), persistent=False)

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        found: torch.device = next(self.model.parameters()).device
        return found

    def see(self, pixels: torch.Tensor) -> torch.Tensor:
        """Compute (n, d) of prepared pictures (n, h, w, 3) uint8."""
        x = pixels.to(self.device, non_blocking=True).permute(0, 3, 1, 2).float()
        seen: torch.Tensor = self._tower((x - self.mean) / self.std)
        return seen

    def read(self, texts: Sequence[str]) -> torch.Tensor:
        """Compute (n, d) of texts; of one that is too long its beginning is read."""
        tokens = self.phrases.tokenize(texts, cut=True)
        inputs = {name: values.to(self.device) for name, values in tokens.items()}
        return features(self.model.get_text_features(**inputs))

    def scale(self) -> torch.Tensor:
        """Return the factor of the cosines, at most 100, as CLIP's training has it."""
        return self.model.logit_scale.exp().clamp(max=100.0)

    def save(self, folder: Path) -> None:
        """Write a folder that `encoder` loads.

        Raises:
            OSError: the folder cannot be written.
        """
        for part in (self.model, *self._saved):
            part.save_pretrained(folder)


def read_towers(name: str, dim: int) -> Towers:
    """Read the model to begin with.

    Args:
        name: as for `load_encoder`; `offline` gives its two towers with new projections.
        dim: numbers of a vector, where the projections are new.

    Raises:
        EncoderError: it cannot be loaded.
        TuningError: its pictures make no batch, or it has no scale to learn.
    """
    if name == OFFLINE:
        from encoder.offline_towers import read_offline_towers

        return Towers(name, read_offline_towers(dim))
    checkpoint = read_checkpoint(name)
    if not isinstance(getattr(checkpoint.model, "logit_scale", None), nn.Parameter):
        raise TuningError(
            f"{name} has no logit scale of its own: begin with a CLIP, SigLIP or the like."
        )
    return Towers(name, checkpoint)


def build_towers(vision: str, text: str, *, dim: int, dropout: float, seed: int) -> Towers:
    """Put two backbones of transformers side by side; see `read_backbones`.

    Raises:
        EncoderError: a backbone cannot be loaded.
    """
    checkpoint = read_backbones(vision, text, dim=dim, dropout=dropout, seed=seed)
    parts = {vision: checkpoint.model.vision_model, text: checkpoint.model.text_model}
    return Towers("", checkpoint, [part for name, part in parts.items() if has_weights(name)])


def _channels(values: NDArray[np.float64]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32).view(1, 3, 1, 1)


def heads_of(towers: Towers) -> dict[str, nn.Module]:
    """Return the two projections behind the towers, by name.

    Raises:
        TuningError: the model has none.
    """
    found = {head: getattr(towers.model, head, None) for head in HEADS}
    if not all(isinstance(head, nn.Module) for head in found.values()):
        raise TuningError(
            f"{towers.name} has no projections behind both towers: train all of it, --mode full."
        )
    return {name: head for name, head in found.items() if head is not None}


class BareTowers:
    """The features in front of the projections, while the block runs."""

    def __init__(self, towers: Towers) -> None:
        self._towers = towers
        self._heads = heads_of(towers)

    def __enter__(self) -> "BareTowers":
        for name in self._heads:
            setattr(self._towers.model, name, nn.Identity())
        return self

    def __exit__(self, *_: Any) -> None:
        for name, head in self._heads.items():
            setattr(self._towers.model, name, head)

    def vision(self) -> Vision:
        """Return what runs over prepared pictures in batches: (n, h, w, 3) to (n, f) float32."""
        preparation = self._towers.preparation
        return Vision(
            self._towers._tower,
            mean=preparation.mean.tolist(),
            std=preparation.std.tolist(),
            device=self._towers.device,
            dtype=torch.float32,
        )

    @torch.inference_mode()
    def read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the features of texts, (n, f) float32."""
        starts = range(0, len(texts), TEXTS_AT_ONCE)
        parts = [self._towers.read(texts[at : at + TEXTS_AT_ONCE]) for at in starts]
        found: NDArray[np.float32] = torch.cat(parts).float().cpu().numpy()
        return found
