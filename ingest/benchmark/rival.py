"""`clip-retrieval inference` on a folder of pictures: started by `ingest.benchmark`, not by hand.

Runs in the Python that clip-retrieval is installed in. Its code is unchanged, its CLIP ViT-B/32
has random weights.
"""

import importlib.util
import os
import sys
import types
from pathlib import Path

if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file, whose modules bear common names
# The package's __init__ imports all its commands, which need much more than this one does.
package = types.ModuleType("clip_retrieval")
spec = importlib.util.find_spec("clip_retrieval")
package.__path__ = list(spec.submodule_search_locations or ()) if spec else []
sys.modules["clip_retrieval"] = package
# Registering torchvision's compiled operators fails beside a torch without CUDA; none is used.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("_meta_registrations")

import torch  # noqa: E402
from clip.model import CLIP  # noqa: E402
from clip_retrieval.clip_inference.main import main as inference  # noqa: E402


def main() -> None:
    """Write the vectors of a folder's pictures into another folder; both are arguments."""
    pictures, output = sys.argv[1:]
    weights = Path(output).with_suffix(".pt")
    if not weights.exists():
        torch.manual_seed(0)
        torch.save(CLIP(512, 224, 12, 768, 32, 77, 49408, 512, 8, 12).state_dict(), weights)
    inference(
        pictures,
        output,
        clip_model=str(weights),
        use_jit=False,
        enable_text=False,
        num_prepro_workers=os.cpu_count(),
    )


if __name__ == "__main__":
    main()
