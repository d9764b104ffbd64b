"""Image-text models of every kind, so small that they are made, saved and loaded in a blink.

Their weights are random and their tokenizers are made here, of the letters of a few sentences.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from transformers import (
    AlignConfig,
    AlignModel,
    AlignProcessor,
    AltCLIPConfig,
    AltCLIPModel,
    AltCLIPProcessor,
    BertConfig,
    BertTokenizer,
    ChineseCLIPConfig,
    ChineseCLIPModel,
    ChineseCLIPProcessor,
    CLIPProcessor,
    MetaClip2Config,
    MetaClip2Model,
    Siglip2Config,
    Siglip2Model,
    Siglip2Processor,
    Siglip2Tokenizer,
    SiglipConfig,
    SiglipModel,
    SiglipProcessor,
    SiglipTokenizer,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
    VisionTextDualEncoderProcessor,
    ViTConfig,
    XLMRobertaTokenizer,
)
from transformers.models.chinese_clip.image_processing_pil_chinese_clip import (
    ChineseCLIPImageProcessorPil,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.efficientnet.image_processing_pil_efficientnet import (
    EfficientNetImageProcessorPil,
)
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from tests.encoder.tiny_clip import save_tiny_clip

SENTENCES = [
    "a house by the lake",
    "two dogs on a sofa",
    "The quick brown fox jumps over the lazy dog",
    "un café à la plage",
    "湖边的房子",
    "狗在沙发上",
]
LETTERS = sorted({letter for sentence in SENTENCES for letter in sentence.lower() if letter != " "})
SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
PICTURE: dict[str, Any] = {"image_size": 32, "patch_size": 8}
SIDE: dict[str, Any] = {"height": 32, "width": 32}
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def make_wordpiece(folder: Path) -> BertTokenizer:
    """Make a BERT tokenizer that knows letters."""
    words = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    return BertTokenizer(vocab={word: i for i, word in enumerate(words)}, model_max_length=60)


def make_xlm_roberta(folder: Path) -> XLMRobertaTokenizer:
    """Make an XLM-RoBERTa tokenizer that knows letters."""
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS, "<mask>"]
    return XLMRobertaTokenizer(
        vocab=[(piece, 0.0 if i < 4 else -3.0) for i, piece in enumerate(pieces)],
        model_max_length=60,
    )


def make_sentencepiece(folder: Path) -> SiglipTokenizer:
    """Train SigLIP's kind of tokenizer on a few sentences."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([sentence.lower() for sentence in SENTENCES]),
        model_writer=model,
        vocab_size=80,
        hard_vocab_limit=False,
        pad_id=-1,
        bos_id=-1,
        eos_id=1,
        unk_id=2,
        minloglevel=2,
        num_threads=1,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spiece.model").write_bytes(model.getvalue())
    return SiglipTokenizer(
        vocab_file=str(folder / "spiece.model"),
        model_max_length=24,
        model_input_names=["input_ids"],
    )


def make_gemma(folder: Path) -> Siglip2Tokenizer:
    """Make SigLIP 2's kind of tokenizer, of letters; its length is left open, as the hub's is."""
    pieces = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *LETTERS]
    return Siglip2Tokenizer(
        vocab={piece: i for i, piece in enumerate(pieces)},
        merges=[],
        model_input_names=["input_ids"],
    )


def save_clip(folder: Path) -> None:
    """CLIP, whose vocabulary is the 256 bytes."""
    save_tiny_clip(folder)


def save_siglip(folder: Path) -> None:
    """SigLIP: sigmoid, padded text, pictures squeezed into a square."""
    tokenizer = make_sentencepiece(folder)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 24}
    text |= {"projection_size": 32, "bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 1}
    config = SiglipConfig(text_config=text, vision_config={**SMALL, **PICTURE})
    _save(folder, SiglipModel(config), tokenizer, SiglipImageProcessorPil(size=SIDE))


def save_siglip2(folder: Path) -> None:
    """SigLIP 2 in its NaFlex variant: pictures keep their shape and become patches."""
    tokenizer = make_gemma(folder)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 64}
    text |= {"projection_size": 32, "bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0}
    vision = {**SMALL, "patch_size": 8, "num_patches": 16}
    config = Siglip2Config(text_config=text, vision_config=vision)
    processor = Siglip2ImageProcessorPil(patch_size=8, max_num_patches=24)
    _save(folder, Siglip2Model(config), tokenizer, processor)


def save_metaclip2(folder: Path) -> None:
    """MetaCLIP 2: CLIP with a multilingual tokenizer."""
    tokenizer = make_xlm_roberta(folder)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 60}
    text |= {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1, "projection_dim": 24}
    vision = {**SMALL, **PICTURE, "projection_dim": 24}
    config = MetaClip2Config(text_config=text, vision_config=vision, projection_dim=24)
    processor = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=SIDE)
    _save(folder, MetaClip2Model(config), tokenizer, processor)


def save_chinese_clip(folder: Path) -> None:
    """Chinese-CLIP: BERT reads."""
    tokenizer = make_wordpiece(folder)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 60}
    config = ChineseCLIPConfig(
        text_config=text, vision_config={**SMALL, **PICTURE}, projection_dim=24
    )
    processor = ChineseCLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=SIDE)
    _save(folder, ChineseCLIPModel(config), tokenizer, processor)


def save_align(folder: Path) -> None:
    """ALIGN: EfficientNet sees, BERT reads, pictures are squeezed and then cropped."""
    tokenizer = make_wordpiece(folder)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 64}
    vision = {
        "image_size": 32,
        "hidden_dim": 24,
        "width_coefficient": 1.0,
        "depth_coefficient": 1.0,
        "in_channels": [32, 8],
        "out_channels": [8, 24],
        "kernel_sizes": [3, 3],
        "strides": [1, 2],
        "num_block_repeats": [1, 1],
        "expand_ratios": [1, 6],
        "depthwise_padding": [],
        "pooling_type": "mean",
    }
    config = AlignConfig(text_config=text, vision_config=vision, projection_dim=24)
    processor = EfficientNetImageProcessorPil(
        size={"height": 40, "width": 40},
        crop_size=SIDE,
        do_center_crop=True,
        do_normalize=False,
        include_top=False,
        rescale_factor=1 / 127.5,
        rescale_offset=True,
    )
    _save(folder, AlignModel(config), tokenizer, processor)


def save_altclip(folder: Path) -> None:
    """AltCLIP: XLM-RoBERTa reads."""
    tokenizer = make_xlm_roberta(folder)
    text = {**SMALL, "vocab_size": len(tokenizer), "max_position_embeddings": 50}
    text |= {"project_dim": 24, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    vision = {**SMALL, **PICTURE, "projection_dim": 24}
    config = AltCLIPConfig(text_config=text, vision_config=vision, projection_dim=24)
    processor = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=SIDE)
    _save(folder, AltCLIPModel(config), tokenizer, processor)


def save_dual_encoder(folder: Path) -> None:
    """A ViT and a BERT put together; the pictures are squeezed, not cropped."""
    tokenizer = make_wordpiece(folder)
    config = VisionTextDualEncoderConfig.from_vision_text_configs(
        ViTConfig(**SMALL, **PICTURE),
        BertConfig(**SMALL, vocab_size=len(tokenizer), max_position_embeddings=60),
        projection_dim=24,
    )
    _save(folder, VisionTextDualEncoderModel(config), tokenizer, ViTImageProcessorPil(size=SIDE))


def _save(folder: Path, model: Any, tokenizer: Any, processor: Any) -> None:
    torch.manual_seed(0)
    for parameter in model.parameters():  # as large as learned ones are, so that layers matter
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
    if hasattr(model, "logit_bias"):
        torch.nn.init.constant_(model.logit_scale, 2.3)
        torch.nn.init.constant_(model.logit_bias, -8)
    for part in (model, tokenizer, processor):
        part.save_pretrained(folder)


# By kind: what saves it, and the processor that transformers has for it.
KINDS: dict[str, tuple[Callable[[Path], None], type]] = {
    "clip": (save_clip, CLIPProcessor),
    "siglip": (save_siglip, SiglipProcessor),
    "siglip2": (save_siglip2, Siglip2Processor),
    "metaclip_2": (save_metaclip2, CLIPProcessor),
    "chinese_clip": (save_chinese_clip, ChineseCLIPProcessor),
    "align": (save_align, AlignProcessor),
    "altclip": (save_altclip, AltCLIPProcessor),
    "vision-text-dual-encoder": (save_dual_encoder, VisionTextDualEncoderProcessor),
}
