"""clip-retrieval's own back end on given vectors: started by `tests.api.speed`, not by hand.

Runs in the Python that clip-retrieval is installed in. Its code is unchanged; the weights of its
CLIP ViT-B/32 are random, its index is exact, and what needs a download is switched off.
"""

import importlib.util
import json
import sys
import types
from pathlib import Path

# The package's __init__ imports all its commands, which need much more than its back end does.
package = types.ModuleType("clip_retrieval")
spec = importlib.util.find_spec("clip_retrieval")
package.__path__ = list(spec.submodule_search_locations or ()) if spec else []
sys.modules["clip_retrieval"] = package
# Registering torchvision's compiled operators fails beside a torch without CUDA; none is used.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("_meta_registrations")

import faiss  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import torch  # noqa: E402
from clip.model import CLIP  # noqa: E402
from clip_retrieval.clip_back import clip_back  # noqa: E402


def prepare(folder: Path) -> None:
    """Write index, metadata and weights beside `vectors.npy` (n, 512)."""
    vectors = np.load(folder / "vectors.npy")
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / "image.index"))
    (folder / "metadata").mkdir()
    urls = [f"https://example.org/p{at:07d}.jpg" for at in range(len(vectors))]
    pd.DataFrame({"url": urls, "caption": ""}).to_parquet(folder / "metadata" / "0.parquet")
    torch.manual_seed(0)
    torch.save(CLIP(512, 224, 12, 768, 32, 77, 49408, 512, 8, 12).state_dict(), folder / "clip.pt")
    (folder / "indices.json").write_text(json.dumps({"speed": str(folder)}))


def main() -> None:
    """Serve a folder on a port, both given as arguments."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    prepare(folder)
    clip_back(
        indices_paths=str(folder / "indices.json"),
        port=port,
        clip_model=str(folder / "clip.pt"),
        use_jit=False,
        enable_mclip_option=False,
        provide_aesthetic_embeddings=False,
    )


if __name__ == "__main__":
    main()
