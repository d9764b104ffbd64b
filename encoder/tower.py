"""The halves of an image-text model as plain networks, and what it has learned about cosines."""

import math
from inspect import signature
from typing import Any

import torch

CLIP_SCALE = 100.0  # of models that have learned none


class Tower(torch.nn.Module):
    """The half of a model that sees.

    Args:
        model: with get_image_features.
        patch: side of the patches that it takes pictures in; None where it takes them whole.
        is_fixed: whether every picture has the size the model was trained with.
    """

    def __init__(self, model: Any, patch: int | None, *, is_fixed: bool = True) -> None:
        super().__init__()
        self._model = model
        self._patch = patch
        takes = signature(model.get_image_features).parameters
        stretches = not is_fixed and "interpolate_pos_encoding" in takes
        self._options = {"interpolate_pos_encoding": True} if stretches else {}

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Compute (n, d) of (n, 3, h, w)."""
        if self._patch is None:
            return features(self._model.get_image_features(pixel_values=pixels, **self._options))
        n, _, h, w = pixels.shape
        rows, columns = h // self._patch, w // self._patch
        patches = pixels.view(n, 3, rows, self._patch, columns, self._patch)
        patches = patches.permute(0, 2, 4, 3, 5, 1).reshape(n, rows * columns, -1)
        # All pictures here are of one size, so that none needs padding.
        return features(
            self._model.get_image_features(
                pixel_values=patches,
                pixel_attention_mask=torch.ones(patches.shape[:2], device=pixels.device).long(),
                spatial_shapes=torch.tensor([[rows, columns]] * n, device=pixels.device),
            )
        )


def features(output: Any) -> torch.Tensor:
    """Return the projected features: a tensor, or since transformers 5 the pooler's output."""
    return output if isinstance(output, torch.Tensor) else output.pooler_output


def read_logits(model: Any) -> tuple[float, float]:
    """Return what a model multiplies cosines by and adds to them."""

    def read(name: str) -> float | None:
        value = getattr(model, name, None)
        return None if value is None else float(value.detach())

    scale, temperature = read("logit_scale"), read("temperature")  # the latter is ALIGN's
    factor = CLIP_SCALE
    if scale is not None:
        factor = math.exp(scale)
    elif temperature is not None:
        factor = 1 / temperature
    return factor, read("logit_bias") or 0.0
