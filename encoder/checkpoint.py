"""Read an image-text model from its folder or the hub: weights, tokenizer, picture processor."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import MODEL_MAPPING, AutoConfig, AutoImageProcessor, AutoModel, AutoTokenizer
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES
from transformers.utils import logging as transformers_logging

from encoder.choice import hub_answers, is_local, is_path
from encoder.dual import register
from encoder.errors import ModelNotFound, UnusableModel
from encoder.fingerprint import list_files
from encoder.guard import blame, one_sentence

HUB_TIMEOUT = 15.0
NOT_NEEDED = ("logit_scale", "logit_bias", "temperature")  # of weights: a config has their start


@dataclass(frozen=True)
class Checkpoint:
    """What a model's folder holds.

    Attributes:
        model: with get_image_features and get_text_features, in float32 on the CPU.
        tokenizer: of its text side.
        processor: of its pictures, on Pillow.
        text_settings: how its own processor calls the tokenizer, e.g. padding and max_length.
    """

    model: Any
    tokenizer: Any
    processor: Any
    text_settings: dict[str, Any]


def read_checkpoint(name: str) -> Checkpoint:
    """Read a model by its folder, or by its name in the hub's cache or on the hub.

    Raises:
        ModelNotFound: no such model here, and the hub did not give one.
        UnusableModel: a part is missing or damaged, or it is a model of another kind.
    """
    local = find_model(name)
    register()
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()

    # A folder's own code is never run, and nobody is asked at the terminal whether it may be.
    def read(part: str, reader: Callable[..., Any], **options: Any) -> Any:
        with blame(lambda reason: UnusableModel(name, f"{part} cannot be read: {reason}")):
            return reader(name, local_files_only=local, trust_remote_code=False, **options)

    config = read("its config.json", AutoConfig.from_pretrained)
    _check_kind(name, config)
    processor = read("its picture processor", AutoImageProcessor.from_pretrained, backend="pil")
    tokenizer = read("its tokenizer", AutoTokenizer.from_pretrained)
    _check_vocabulary(name, tokenizer, config)
    model, found = read(
        "its weights",
        AutoModel.from_pretrained,
        dtype=torch.float32,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # refused below, by name
    )
    other = sorted(key for key, *_ in found["mismatched_keys"])
    if other:
        raise UnusableModel(
            name, f"its weights {_list(other)} have another shape than its config.json says"
        )
    missing = sorted(key for key in found["missing_keys"] if key not in NOT_NEEDED)
    if missing:
        raise UnusableModel(name, f"its weights lack {_list(missing)}")
    return Checkpoint(model.eval(), tokenizer, processor, _text_settings(config.model_type))


def _list(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more"


def find_model(name: str) -> bool:
    """Tell whether the model is here; refuse a name that leads nowhere.

    Raises:
        ModelNotFound: no such folder, and the hub has none of that name.
        UnusableModel: the folder holds no model.
        EncoderError: its files cannot be read.
    """
    if not name:
        raise ModelNotFound("No encoder is named: give a model's name on the hub, or its folder.")
    if is_path(name) and not os.path.isdir(name):
        raise ModelNotFound(
            f"There is no folder {name}: check the path, or give a model's name on the hub, such "
            "as openai/clip-vit-base-patch32."
        )
    if os.path.isdir(name):
        with one_sentence(name, "be read"):
            # The system says which may not be read; safetensors says that it is not there.
            for path in list_files(Path(name)):
                path.open("rb").close()
            if not (Path(name) / "config.json").is_file():
                raise UnusableModel(name, "the folder holds no config.json")
    local = is_local(name)
    if not local and not hub_answers(HUB_TIMEOUT, name):
        raise ModelNotFound(
            f"The model {name!r} is not on this machine and the model hub does not give it: check "
            "the name and the connection, or use the encoder `offline` (ENCODER=offline)."
        )
    return local


def _check_kind(name: str, config: Any) -> None:
    try:
        model: Any = MODEL_MAPPING[type(config)]
    except KeyError:
        model = object
    says = f"its config.json says {config.model_type!r}"
    sees, reads = (hasattr(model, f"get_{side}_features") for side in ("image", "text"))
    if sees and reads:
        return
    inputs = getattr(model, "main_input_name", None)
    if sees or (not reads and inputs == "pixel_values"):
        raise UnusableModel(name, f"{says}, a model without a text side")
    if reads or inputs == "input_ids":
        raise UnusableModel(name, f"{says}, a model without a picture side")
    raise UnusableModel(name, f"{says}, which does not bring pictures and text together")


def _check_vocabulary(name: str, tokenizer: Any, config: Any) -> None:
    """Without its files a tokenizer may load all the same, and know no words."""
    known = getattr(getattr(config, "text_config", config), "vocab_size", None)
    words = len(tokenizer) - len(tokenizer.all_special_ids)
    if words < 1 or (known and len(tokenizer) > known):
        raise UnusableModel(name, "its vocabulary is missing or is another model's")


def _text_settings(kind: str) -> dict[str, Any]:
    settings = getattr(
        getattr(transformers, PROCESSOR_MAPPING_NAMES.get(kind) or "", None), "text_kwargs", None
    )
    if "siglip" in kind:  # trained on padded text; its first processor leaves that to the caller
        return {"padding": "max_length", **(settings or {})}
    return dict(settings or {})
