"""How many numbers an encoder's vectors have, told without loading its weights."""

from typing import Any

from encoder import OFFLINE
from encoder.choice import folder_of
from encoder.similarity import base_encoder


def find_length(name: str) -> int | None:
    """Return how many numbers the vectors of an encoder have; None where that is not known here.

    Args:
        name: in its one spelling; a similarity head behind it changes no length.
    """
    name = base_encoder(name)
    if name == OFFLINE:
        from encoder.offline import OfflineEncoder

        return OfflineEncoder.dim
    folder = folder_of(name)
    return None if folder is None else _find_projection(str(folder))


def _find_projection(folder: str) -> int | None:
    from transformers import AutoConfig

    from encoder.dual import register

    register()
    try:
        config: Any = AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        if config.model_type in {"siglip", "siglip2"}:  # which have no projection
            return int(config.vision_config.hidden_size)
    except Exception:
        return None  # whoever loads the model says what is wrong with it
    return getattr(config, "projection_dim", None)
