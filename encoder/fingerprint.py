"""What an encoder is, whatever it is called: a digest of its weights and settings."""

import contextlib
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from encoder.choice import WEIGHTS

SETTINGS = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
)
# Written anew by each program that saves a model, and of no consequence for its vectors.
VOLATILE = {"_name_or_path", "name_or_path", "transformers_version", "torch_dtype", "dtype"}


def fingerprint_folder(folder: Path) -> str:
    """Return 32 hex digits that tell a model's weights and settings, not where it lies.

    Every byte of the weights is read, once in a process while the files stay as they are. Empty
    where the folder holds none.
    """
    if not _weights(folder):
        return ""
    digest = hashlib.sha256()
    for path in list_files(folder):
        digest.update(f"{path.name}:{_digest_file(path)}\n".encode())
    return digest.hexdigest()[:32]


def list_files(folder: Path) -> list[Path]:
    """Return the files of a model that its vectors depend on."""
    paths = [*_weights(folder), *(folder / name for name in SETTINGS)]
    return [path for path in paths if path.is_file()]


def _weights(folder: Path) -> list[Path]:
    for kind in ("*.safetensors", "*.bin"):  # where both are there, transformers reads the first
        stem = Path(WEIGHTS[0] if kind == "*.safetensors" else WEIGHTS[2]).stem
        found = sorted(folder.glob(stem + kind))
        if found:
            return found
    return []


def _digest_file(path: Path) -> str:
    status = path.stat()
    if path.suffix == ".json" and path.name != "tokenizer.json":
        return _digest_settings(path)
    return _digest_bytes(path, status.st_size, status.st_mtime_ns, status.st_ino)


def _digest_settings(path: Path) -> str:
    text = path.read_bytes()
    with contextlib.suppress(ValueError):  # not for here to refuse: reading the model will
        text = json.dumps(_without_volatile(json.loads(text)), sort_keys=True).encode()
    return hashlib.sha256(text).hexdigest()


def _without_volatile(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_volatile(v) for k, v in value.items() if k not in VOLATILE}
    return value


@lru_cache(maxsize=256)
def _digest_bytes(path: Path, size: int, modified: int, inode: int) -> str:
    return digest_file(path)


def digest_file(path: Path) -> str:
    """Return the sha256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
