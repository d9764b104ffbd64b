"""What a training step needs of a model, whether all of it learns or only its projections."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import normalize

from tuning.models.feed import Feed
from tuning.models.recall import Ranks, rank_all
from tuning.models.settings import SCRATCH, Settings
from tuning.models.texts import Texts
from tuning.models.towers import Towers, heads_of

TEXTS_AT_ONCE = 256


class Learner(Protocol):
    """A model that learns."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    def module(self) -> nn.Module:
        """Return what its state is kept of: the weights that learn."""

    def groups(self, settings: Settings) -> list[dict[str, Any]]:
        """Return the optimiser's groups of parameters, each with its rate."""

    def prepare_to_learn(self) -> None:
        """Switch to training."""

    def batches(
        self, numbers: NDArray[np.int64], size: int
    ) -> Iterator[tuple[NDArray[np.int64], torch.Tensor]]:
        """Yield pictures' numbers and what `see` takes, in the order asked."""

    def see(self, batch: torch.Tensor) -> torch.Tensor:
        """Compute (n, d) of pictures."""

    def read(self, texts: NDArray[np.int64]) -> torch.Tensor:
        """Compute (n, d) of texts, by number."""

    def scale(self) -> torch.Tensor:
        """Return the factor of the cosines."""


class Projections(nn.Module):
    """Two projections over features that are computed once; the towers stand still."""

    def __init__(
        self, towers: Towers, images: NDArray[np.float32], texts: NDArray[np.float32]
    ) -> None:
        """Take the heads of a model.

        Args:
            images: (n, f) float32, features of the pictures.
            texts: (m, g) float32, features of the texts.
        """
        super().__init__()
        self.heads = nn.ModuleDict(heads_of(towers))
        self.logit_scale = towers.model.logit_scale
        self._images = torch.from_numpy(images).to(towers.device)
        self._texts = torch.from_numpy(texts).to(towers.device)
        self._towers = [towers]  # in a list, so that its weights are none of this module's

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._images.device

    def module(self) -> nn.Module:
        """Return the heads and the scale."""
        return self

    def groups(self, settings: Settings) -> list[dict[str, Any]]:
        """Return all parameters under one rate."""
        return [{"params": list(self.parameters()), "lr": settings.rate}]

    def prepare_to_learn(self) -> None:
        """Switch the heads' dropout on."""
        self.train()

    def batches(
        self, numbers: NDArray[np.int64], size: int
    ) -> Iterator[tuple[NDArray[np.int64], torch.Tensor]]:
        """Yield numbers and the features of their pictures."""
        for at in range(0, len(numbers), size):
            part = numbers[at : at + size]
            yield part, self._images[torch.from_numpy(part)]

    def see(self, batch: torch.Tensor) -> torch.Tensor:
        """Project features of pictures."""
        seen: torch.Tensor = self.heads["visual_projection"](batch)
        return seen

    def read(self, texts: NDArray[np.int64]) -> torch.Tensor:
        """Project features of texts."""
        read: torch.Tensor = self.heads["text_projection"](self._texts[torch.from_numpy(texts)])
        return read

    def scale(self) -> torch.Tensor:
        """Return the factor of the cosines."""
        return self._towers[0].scale()


class Whole:
    """All weights of a model, over pictures that are read anew each epoch."""

    def __init__(self, towers: Towers, feed: Feed, texts: Texts, mode: str) -> None:
        self._towers = towers
        self._feed = feed
        self._texts = texts.all
        self._keeps_norms = mode != SCRATCH
        towers.model.requires_grad_(True)

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._towers.device

    def module(self) -> nn.Module:
        """Return the whole model."""
        module: nn.Module = self._towers.model
        return module

    def groups(self, settings: Settings) -> list[dict[str, Any]]:
        """Return the parameters that have learnt before, under their own rate, and the others."""
        known = {id(p) for part in self._towers.known for p in part.parameters()}
        parts: tuple[list[Any], list[Any]] = ([], [])
        for parameter in self.module().parameters():
            parts[id(parameter) in known].append(parameter)
        rates = (settings.rate, settings.rate * settings.tower_share)
        return [{"params": of, "lr": lr} for of, lr in zip(parts, rates, strict=True) if of]

    def prepare_to_learn(self) -> None:
        """Switch dropout on; batch norms that know the world keep what they know."""
        self.module().train()
        if self._keeps_norms:
            for part in self.module().modules():
                if isinstance(part, nn.modules.batchnorm._BatchNorm):
                    part.eval()

    def batches(
        self, numbers: NDArray[np.int64], size: int
    ) -> Iterator[tuple[NDArray[np.int64], torch.Tensor]]:
        """Yield numbers and the pixels of their pictures."""
        return self._feed.batches(numbers, size)

    def see(self, batch: torch.Tensor) -> torch.Tensor:
        """Run the tower that sees."""
        return self._towers.see(batch)

    def read(self, texts: NDArray[np.int64]) -> torch.Tensor:
        """Run the tower that reads."""
        return self._towers.read([self._texts[number] for number in texts])

    def scale(self) -> torch.Tensor:
        """Return the factor of the cosines."""
        return self._towers.scale()


@torch.inference_mode()
def rank_part(
    learner: Learner, texts: Texts, numbers: NDArray[np.int64], size: int, dtype: torch.dtype
) -> Ranks:
    """Rank pictures and captions of one part of the data as the model sees them now.

    Args:
        numbers: of the pictures; those that do not decode are left out.
        size: of a batch.
        dtype: to compute in.
    """
    learner.module().eval()
    kept, images = [], []
    with autocast(learner.device, dtype):
        for part, batch in learner.batches(numbers, size):
            if len(part):
                kept.append(part)
                images.append(normalize(learner.see(batch).float(), dim=1).cpu())
        own = texts.texts_of(np.concatenate(kept))
        asked, places = np.unique(np.concatenate(own), return_inverse=True)
        starts = range(0, len(asked), TEXTS_AT_ONCE)
        read = [learner.read(asked[at : at + TEXTS_AT_ONCE]).float() for at in starts]
    vectors = normalize(torch.cat(read), dim=1).cpu().numpy()
    ends = np.cumsum([len(of) for of in own])[:-1]
    return rank_all(torch.cat(images).numpy(), vectors, np.split(places, ends))


def autocast(device: torch.device, dtype: torch.dtype) -> Any:
    """Return mixed precision in a dtype; float32 is none."""
    return torch.autocast(device.type, dtype=dtype, enabled=dtype != torch.float32)
