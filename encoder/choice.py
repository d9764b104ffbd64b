"""Which encoder to use: what the environment says, what is cached, what the hub can give."""

import os
import threading
from pathlib import Path

import requests

DEFAULT = "openai/clip-vit-base-patch32"
OFFLINE = "offline"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")


def default_encoder_name() -> str:
    """Return the environment's ENCODER, or CLIP ViT-B/32."""
    return os.environ.get("ENCODER") or DEFAULT


def is_local(name: str) -> bool:
    """Tell whether a model can be loaded without the hub: offline, a folder, or cached."""
    if name == OFFLINE or Path(name).is_dir():
        return True
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    def cached(file: str) -> bool:
        return isinstance(try_to_load_from_cache(name, file), str)

    try:
        return cached("config.json") and any(cached(file) for file in WEIGHTS)
    except HFValidationError:
        return False


def hub_answers(timeout: float = 10.0, name: str = DEFAULT) -> bool:
    """Ask the hub for a model's configuration; False when it has not answered in time.

    Args:
        timeout: seconds in all, name resolution included; the call never takes longer.
        name: the model asked for; a hub that refuses it counts as not answering.
    """
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return False
    answered: list[bool] = []
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    address = f"{endpoint}/{name}/resolve/main/config.json"

    def ask() -> None:
        try:
            answered.append(requests.head(address, timeout=timeout).status_code < 400)
        except requests.RequestException:
            answered.append(False)

    # A thread, because resolving a name has no timeout of its own.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout)
    return bool(answered and answered[0])


def choose() -> tuple[str, str | None]:
    """Choose the encoder for a machine nobody has configured, within 20 s.

    Returns:
        (name, reason): the reason is a sentence when the offline encoder stands in, else None.
    """
    name = default_encoder_name()
    if is_local(name) or hub_answers(name=name):
        return name, None
    return OFFLINE, (
        f"The model hub does not answer, and {name} is not on this machine: using the offline "
        "encoder, which is not CLIP and understands plainer phrases. Set ENCODER to a CLIP folder, "
        "or come back online, for CLIP."
    )
