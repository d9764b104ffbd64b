"""A CLIP so small that it is made, saved and loaded in a blink."""

from pathlib import Path

from encoder.random_clip import save_random_clip


def save_tiny_clip(folder: Path, *, dim: int = 24, side: int = 32) -> Path:
    """Save a CLIP whose vectors have `dim` numbers and whose pictures are `side` wide."""
    small = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "projection_dim": dim,
    }
    return save_random_clip(
        folder, text=small, vision={**small, "image_size": side, "patch_size": 8}
    )
