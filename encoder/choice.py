"""Which encoder to use: what the environment says, what is cached, what the hub can give."""

import os
import re
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from encoder.similarity import base_encoder

DEFAULT = "openai/clip-vit-base-patch32"
OFFLINE = "offline"
# An address of a model on the hub, as people copy it, and the model's name in it.
ON_HUB = re.compile(
    r"(?:hf://|(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/)([^/?#]+(?:/[^/?#]+)?)"
)
WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)


def default_encoder_name() -> str:
    """Return the environment's ENCODER, or CLIP ViT-B/32 where it is unset or blank."""
    return clean_name(os.environ.get("ENCODER", "")) or DEFAULT


def clean_name(name: str) -> str:
    """Return one spelling for all spellings of an encoder's name.

    Blanks and quotes around it are left out, a folder becomes its absolute path without a slash at
    its end, an address on the hub becomes the model's name there.
    """
    name = name.strip().strip("\"'").strip()
    if name.lower() == OFFLINE:
        return OFFLINE
    if name.startswith("file://"):
        name = unquote(urlsplit(name).path)
    if on_hub := ON_HUB.match(name):
        return on_hub[1]
    # os.path answers, where Path raises: for a name too long, or the home of nobody.
    folder = os.path.expanduser(name)
    if name and (os.path.isdir(folder) or is_path(name)):
        return os.path.abspath(folder)
    return name.rstrip("/")


def is_path(name: str) -> bool:
    """Tell whether a name can only be a folder's: the hub's are `owner/model` or `model`."""
    return (
        name.startswith(("/", "~", "./", "../")) or "\\" in name or name.strip("/").count("/") > 1
    )


def folder_of(name: str) -> Path | None:
    """Return the folder that holds a model's files: a local one, or the hub's cache; else None."""
    if os.path.isdir(name):
        return Path(name)
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    def find_cached(file: str) -> str | None:
        found = try_to_load_from_cache(name, file)
        return found if isinstance(found, str) else None

    try:
        config = find_cached("config.json")
        return Path(config).parent if config and any(map(find_cached, WEIGHTS)) else None
    except HFValidationError:
        return None


def is_local(name: str) -> bool:
    """Tell whether a model can be loaded without the hub: offline, a folder, or cached."""
    name = base_encoder(name)
    return name == OFFLINE or folder_of(name) is not None


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
    if is_local(name) or is_path(name) or hub_answers(name=name):
        return name, None
    return OFFLINE, (
        f"The model hub does not answer, and {name} is not on this machine: using the offline "
        "encoder, which is not CLIP and understands plainer phrases. Set ENCODER to a model's "
        "folder, or come back online, for CLIP."
    )
