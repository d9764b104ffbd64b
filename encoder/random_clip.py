"""A CLIP of random weights, for benchmarks and tests: nothing is fetched, nothing is learned."""

import json
from pathlib import Path
from typing import Any

import torch
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

START, END = "<|startoftext|>", "<|endoftext|>"


def save_random_clip(
    folder: Path, *, text: dict[str, Any] | None = None, vision: dict[str, Any] | None = None
) -> Path:
    """Save a CLIP whose vocabulary is the 256 bytes; ViT-B/32 unless told otherwise.

    Args:
        folder: made where there is none.
        text: sizes of the text tower, as in CLIPTextConfig.
        vision: sizes of the vision tower, as in CLIPVisionConfig.
    """
    folder.mkdir(parents=True, exist_ok=True)
    letters = _byte_letters()
    words = [*letters, *(letter + "</w>" for letter in letters), START, END]
    (folder / "vocab.json").write_text(json.dumps({w: i for i, w in enumerate(words)}), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", "utf-8")
    tokenizer = CLIPTokenizer(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=77
    )
    tokenizer.save_pretrained(folder)
    ends = {"bos_token_id": words.index(START), "eos_token_id": words.index(END)}
    text = {"vocab_size": len(words), **ends, **(text or {})}
    vision = {"projection_dim": 512, "image_size": 224, **(vision or {})}
    config = CLIPConfig(
        text_config=text, vision_config=vision, projection_dim=vision["projection_dim"]
    )
    torch.manual_seed(0)
    CLIPModel(config).save_pretrained(folder)
    side = vision["image_size"]
    size = {"height": side, "width": side}
    CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size=size).save_pretrained(folder)
    return folder


def _byte_letters() -> list[str]:
    """Return the 256 printable letters that stand for bytes in CLIP's vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable}
    letters |= {byte: chr(256 + i) for i, byte in enumerate(others)}
    return [letters[byte] for byte in range(256)]
