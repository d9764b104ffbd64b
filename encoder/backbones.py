"""Two backbones of transformers put side by side, behind new heads."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoImageProcessor, AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from encoder.checkpoint import Checkpoint, find_model
from encoder.dual import DEEP, DualEncoderConfig, DualEncoderModel, pool_pictures
from encoder.errors import UnusableBackbone
from encoder.guard import blame
from encoder.preparation import Preparation

WEIGHTS = (".safetensors", ".bin", ".h5", ".msgpack", ".pt", ".pth", ".ckpt")
"""What files of weights end in, also those that transformers does not read."""


def read_backbones(vision: str, text: str, *, dim: int, dropout: float, seed: int) -> Checkpoint:
    """Put a backbone that sees and one that reads side by side.

    Args:
        vision: a folder with a picture processor, or a name on the hub (timm's need the package
            timm); of a folder without weights only the configuration counts, the weights are drawn.
        text: likewise, with a tokenizer.
        dim: numbers of a vector.
        dropout: of the heads.
        seed: of the weights that are drawn.

    Raises:
        UnusableBackbone: a part is missing, or a backbone gives no features.
        ModelNotFound, UnusableModel: the folder or the name leads to no model.
    """
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    torch.manual_seed(seed)
    processor = _read(vision, "its picture processor", AutoImageProcessor, backend="pil")
    tokenizer = _read(text, "its tokenizer", AutoTokenizer)
    sees, reads = _read_backbone(vision), _read_backbone(text)
    side = Preparation(vision, processor).side
    no_features = blame(lambda reason: UnusableBackbone(vision, f"it gives no features: {reason}"))
    with no_features, torch.no_grad():
        seen = pool_pictures(sees(pixel_values=torch.zeros(1, 3, side, side)))
    ids = torch.tensor([[tokenizer.pad_token_id or 0]])
    no_text = blame(lambda reason: UnusableBackbone(text, f"it reads no text: {reason}"))
    with no_text, torch.no_grad():
        read = reads(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
    config = DualEncoderConfig(
        vision_config=sees.config,
        text_config=reads.config,
        vision_width=seen.shape[1],
        text_width=read.shape[2],
        projection_dim=dim,
        head=DEEP,
        dropout=dropout,
    )
    return Checkpoint(DualEncoderModel(config, sees, reads), tokenizer, processor, {})


def has_weights(name: str) -> bool:
    """Tell whether a backbone has learnt something: a folder without weights has not."""
    folder = Path(name)
    # By their kind, a link that leads nowhere too: what cannot be read is refused, not drawn anew.
    return not folder.is_dir() or any(file.suffix in WEIGHTS for file in folder.iterdir())


def _read_backbone(name: str) -> Any:
    if has_weights(name):
        return _read(name, "its weights", AutoModel).eval()
    config = _read(name, "its config.json", AutoConfig)
    with blame(lambda reason: UnusableBackbone(name, f"no model can be made of it: {reason}")):
        return AutoModel.from_config(config).eval()


def _read(name: str, part: str, reader: Any, **options: Any) -> Any:
    with blame(lambda reason: UnusableBackbone(name, f"{part} cannot be read: {reason}")):
        own = {"local_files_only": find_model(name), "trust_remote_code": False}
        return reader.from_pretrained(name, **own, **options)
