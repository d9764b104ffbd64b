from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def clusters(tmp_path: Path) -> Path:
    """Three classes in 16 dimensions, each prompt half right."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(3, 16))
    names = np.repeat(["cat", "dog", "fox"], [150, 60, 30])
    rows = np.repeat(centres, [150, 60, 30], axis=0) + 1.2 * random.normal(size=(240, 16)) + 1.0
    prompts = centres[1:] + 1.5 * random.normal(size=(2, 16))
    path = tmp_path / "clusters.npz"
    np.savez(
        path,
        ids=np.array([f"p{i}" for i in range(240)]),
        vectors=(rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32),
        labels=names,
        concepts=np.array(["dog", "fox"]),
        prompts=(prompts / np.linalg.norm(prompts, axis=1, keepdims=True)).astype(np.float32),
    )
    return path
