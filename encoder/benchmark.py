"""`python -m encoder.benchmark`: how large and how quick image-text models of known shapes are.

The weights are random, which costs neither more nor less time than learned ones: nothing is
fetched. Pictures are ready in memory; the best of three rounds counts.
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from transformers import (
    AlignConfig,
    AltCLIPConfig,
    AutoModel,
    ChineseCLIPConfig,
    CLIPConfig,
    MetaClip2Config,
    Siglip2Config,
    SiglipConfig,
)
from transformers.utils import logging

from commandline import Parser, positive, run_program
from encoder.errors import EncoderError
from encoder.tower import Tower
from encoder.vision import Vision, choose_device, choose_dtype

LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16}
LARGE |= {"intermediate_size": 4096, "patch_size": 14}
SO400M = {"hidden_size": 1152, "num_hidden_layers": 27, "num_attention_heads": 16}
SO400M |= {"intermediate_size": 4304}
HUGE = {"hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 16}
HUGE |= {"intermediate_size": 5120, "patch_size": 14}
WORDS = {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072}
READS_LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16}
READS_LARGE |= {"intermediate_size": 4096}
GEMMA = {"vocab_size": 256_000}

# By name on the hub: the shapes, and (height, width) of the pictures it sees.
MODELS: dict[str, tuple[Any, tuple[int, int]]] = {
    "openai/clip-vit-base-patch32": (CLIPConfig(), (224, 224)),
    "google/siglip2-base-patch16-224": (SiglipConfig(text_config=GEMMA), (224, 224)),
    "google/siglip2-base-patch16-naflex": (Siglip2Config(text_config=GEMMA), (208, 304)),
    "OFA-Sys/chinese-clip-vit-base-patch16": (
        ChineseCLIPConfig(vision_config={"patch_size": 16}, text_config={"vocab_size": 21_128}),
        (224, 224),
    ),
    "openai/clip-vit-large-patch14": (
        CLIPConfig(vision_config=LARGE, text_config=WORDS, projection_dim=768),
        (224, 224),
    ),
    "BAAI/AltCLIP": (
        AltCLIPConfig(vision_config=LARGE, projection_dim=768),
        (224, 224),
    ),
    "kakaobrain/align-base": (AlignConfig(), (289, 289)),
    "google/siglip2-so400m-patch14-384": (
        SiglipConfig(
            vision_config={**SO400M, "patch_size": 14, "image_size": 384},
            text_config={**SO400M, **GEMMA},
        ),
        (384, 384),
    ),
    "facebook/metaclip-2-worldwide-huge-quickgelu": (
        MetaClip2Config(
            vision_config=HUGE,
            text_config={**READS_LARGE, "vocab_size": 901_629},
            projection_dim=1024,
        ),
        (224, 224),
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each model: weights in millions, pictures a second."""
    parser = Parser("python -m encoder.benchmark", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MODELS, default=list(MODELS), metavar="NAME")
    parser.add_argument("--device", help="cpu, cuda or mps; by default the best there is")
    parser.add_argument("--pictures", type=positive, default=2048, help="in a round")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    args = parser.parse_args(arguments)
    found = []
    for row in measure_models(args.only, choose_device(args.device), args.pictures):
        found.append(row)
        if not args.json:
            print(
                f"{row['model']:46} {row['weights_millions']:5} M weights "
                f"({row['seeing_millions']} M see) {row['pictures_per_second']:8} pictures/s"
            )
    if args.json:
        print(json.dumps(found))
    return 0


def measure_models(
    names: list[str], device: torch.device, pictures: int
) -> Iterator[dict[str, Any]]:
    """Yield what was measured of each model."""
    logging.set_verbosity_error()
    dtype = choose_dtype(device)
    for name in names:
        config, (height, width) = MODELS[name]
        torch.manual_seed(0)
        with torch.device(device):
            model = AutoModel.from_config(config).eval()
        weights = sum(part.numel() for part in model.parameters())
        seeing = sum(part.numel() for part in model.vision_model.parameters())
        model.vision_model.to(dtype)
        if hasattr(model, "visual_projection"):
            model.visual_projection.to(dtype)
        patch = 16 if config.model_type == "siglip2" else None
        vision = Vision(
            Tower(model, patch), mean=[127] * 3, std=[128] * 3, device=device, dtype=dtype
        )
        yield {
            "model": name,
            "weights_millions": round(weights / 1e6),
            "seeing_millions": round(seeing / 1e6),
            "pictures_per_second": measure_rate(vision, pictures, (height, width)),
            "device": str(device),
            "dtype": str(dtype).removeprefix("torch."),
        }
        del model, vision


def measure_rate(vision: Vision, pictures: int, size: tuple[int, int]) -> float:
    """Return pictures a second, the best of three rounds after a first that warms up."""
    pixels = np.random.default_rng(0).integers(0, 256, (pictures, *size, 3), dtype=np.uint8)
    vision.run(pixels[: vision.batch])
    best = 0.0
    for _ in range(3):
        started = time.perf_counter()
        vision.run(pixels)
        best = max(best, pictures / (time.perf_counter() - started))
    return round(best, 1)


if __name__ == "__main__":
    sys.exit(run_program(main, EncoderError))
