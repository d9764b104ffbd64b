"""Two towers side by side, a head behind each: a model that transformers' Auto classes know.

Any backbones of transformers do, and the offline encoder's two. The heads are linear, or those of
the usual image-text example: linear, GELU, linear, dropout, skip connection, layer norm.
"""

from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling

START_SCALE = 2.6592  # of the logits, as CLIP's: ln(1 / 0.07)
LINEAR, DEEP = "linear", "deep"


class LiteConfig(PreTrainedConfig):
    """EfficientNet-Lite2, as the offline encoder sees with."""

    model_type = "efficientnet-lite2"


class LiteModel(PreTrainedModel):
    """EfficientNet-Lite2 up to its pooled features (n, 1280), as logarithms of 1 + x."""

    config_class = LiteConfig
    main_input_name = "pixel_values"

    def __init__(self, config: LiteConfig) -> None:
        super().__init__(config)
        from efficientnet_lite_pytorch import EfficientNet

        self.network = EfficientNet.from_name("efficientnet-lite2")
        self.network._fc = nn.Identity()
        self.post_init()

    def forward(self, pixel_values: torch.Tensor, **_: Any) -> BaseModelOutputWithPooling:
        """Compute the pooled features of (n, 3, h, w)."""
        features = self.network.extract_features(pixel_values).mean((2, 3))
        return BaseModelOutputWithPooling(pooler_output=torch.log1p(features.clamp(min=0)))


class DualEncoderConfig(PreTrainedConfig):
    """The two towers' configurations, and the heads behind them."""

    model_type = "dual-encoder"
    has_no_defaults_at_init = True

    def __init__(
        self,
        *,
        vision_config: Any = None,
        text_config: Any = None,
        vision_width: int = 0,
        text_width: int = 0,
        projection_dim: int = 256,
        head: str = DEEP,
        dropout: float = 0.1,
        logit_scale_init_value: float = START_SCALE,
        **others: Any,
    ) -> None:
        """Keep what the model is made of.

        Args:
            vision_config, text_config: of the towers, as configurations or as what JSON holds.
            vision_width, text_width: numbers that a tower gives its head.
            projection_dim: numbers of a vector.
            head: LINEAR or DEEP.
            dropout: of deep heads, in training.
        """
        super().__init__(**others)
        self.vision_config = _configuration(vision_config)
        self.text_config = _configuration(text_config)
        self.vision_width, self.text_width = vision_width, text_width
        self.projection_dim = projection_dim
        self.head, self.dropout = head, dropout
        self.logit_scale_init_value = logit_scale_init_value


class DeepHead(nn.Module):
    """Linear, GELU, linear, dropout, skip connection, layer norm."""

    def __init__(self, width: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.projection = nn.Linear(width, dim)
        self.layer = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(dim)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Compute (n, dim) of (n, width)."""
        projected = self.projection(features)
        return self.norm(projected + self.dropout(self.layer(nn.functional.gelu(projected))))


class DualEncoderModel(PreTrainedModel):
    """Pictures and text through their towers and heads into one space."""

    config_class = DualEncoderConfig
    main_input_name = "input_ids"

    def __init__(
        self,
        config: DualEncoderConfig,
        vision_model: PreTrainedModel | None = None,
        text_model: PreTrainedModel | None = None,
    ) -> None:
        """Put towers together; those not given are made of the configuration."""
        super().__init__(config)
        self.vision_model = vision_model or AutoModel.from_config(config.vision_config)
        self.text_model = text_model or AutoModel.from_config(config.text_config)
        self.visual_projection = _head(config, config.vision_width)
        self.text_projection = _head(config, config.text_width)
        self.logit_scale = nn.Parameter(torch.tensor(config.logit_scale_init_value))
        self.post_init()

    def get_image_features(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Compute (n, projection_dim) of (n, 3, h, w)."""
        return self.visual_projection(pool_pictures(self.vision_model(pixel_values=pixel_values)))

    def get_text_features(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Compute (n, projection_dim) of (n, tokens)."""
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        hidden = self.text_model(input_ids=input_ids, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        return self.text_projection((hidden * kept).sum(1) / kept.sum(1))

    def _init_weights(self, module: nn.Module) -> None:
        # The towers come with their own weights, or have drawn them already.
        pass


def pool_pictures(output: Any) -> torch.Tensor:
    """Return (n, width) of what a vision backbone gives: pooled, a map or a row of tokens."""
    pooled = getattr(output, "pooler_output", None)
    if pooled is not None:
        return pooled.flatten(1)
    hidden: torch.Tensor = output.last_hidden_state
    return hidden.mean((2, 3)) if hidden.ndim == 4 else hidden[:, 0]


def _configuration(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    fields = dict(given)
    return AutoConfig.for_model(fields.pop("model_type"), **fields)


def _head(config: DualEncoderConfig, width: int) -> nn.Module:
    if config.head == LINEAR:
        return nn.Linear(width, config.projection_dim)
    return DeepHead(width, config.projection_dim, config.dropout)


def register() -> None:
    """Let transformers' Auto classes read these models; again does no harm."""
    for config, model in ((LiteConfig, LiteModel), (DualEncoderConfig, DualEncoderModel)):
        AutoConfig.register(config.model_type, config, exist_ok=True)
        AutoModel.register(config, model, exist_ok=True)
