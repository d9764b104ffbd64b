"""Load an encoder by name, once per process."""

import threading

from encoder.choice import OFFLINE
from encoder.protocol import Encoder

_loaded: dict[tuple[str, str | None], Encoder] = {}
_lock = threading.Lock()


def load_encoder(name: str, *, device: str | None = None) -> Encoder:
    """Load an encoder, or return the one already loaded under this name and device.

    Torch and transformers are imported here, not with the package, so that a page is drawn
    before the model is there.

    Args:
        name: `offline`, a CLIP model's name on the hub, or a local folder that holds one.
        device: cpu, cuda, cuda:1 or mps; the best the machine has by default.

    Raises:
        ModelNotFound: no such model here, and the hub did not give one within 20 s.
        NotClip: the model is not CLIP.
        BadDevice: the machine lacks the device.
    """
    with _lock:
        key = (name, device)
        if key not in _loaded:
            _loaded[key] = _load(name, device)
        return _loaded[key]


def _load(name: str, device: str | None) -> Encoder:
    if name == OFFLINE:
        from encoder.offline import OfflineEncoder

        return OfflineEncoder(device=device)
    from encoder.clip import ClipEncoder

    return ClipEncoder(name, device=device)
