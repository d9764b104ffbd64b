"""Load an encoder by name, once per process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from encoder.choice import (
    OFFLINE,
    clean_name,
    default_encoder_name,
    folder_of,
    is_local,
    is_path,
)
from encoder.errors import OtherWeights
from encoder.fingerprint import fingerprint_folder
from encoder.guard import one_sentence
from encoder.protocol import Encoder
from encoder.similarity import has_head, load_head

_loaded: dict[tuple[str, str | None], Encoder] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Kind:
    """One kind of encoder.

    Attributes:
        owns: whether a name, in its one spelling, is of this kind.
        load: loads it by name and device.
        fingerprint: tells its weights and settings; empty while they are not on this machine.
    """

    owns: Callable[[str], bool]
    load: Callable[[str, str | None], Encoder]
    fingerprint: Callable[[str], str]


def load_encoder(name: str, *, device: str | None = None) -> Encoder:
    """Load an encoder, or return the one already loaded from these weights on this device.

    Torch and transformers are imported here, not with the package, so that a page is drawn
    before the model is there.

    Args:
        name: `offline`, a model's name on the hub, a local folder that holds one, or any of these
            with `+NAME` behind it: the similarity head of that name moves its vectors.
        device: cpu, cuda, cuda:1 or mps; the best the machine has by default.

    Raises:
        ModelNotFound: no such model here, and the hub did not give one within 20 s.
        UnusableModel: the model does not bring pictures and text into one space.
        BadDevice: the machine lacks the device.
        EncoderError: whatever else the model raises, here and whenever it encodes.
    """
    name = clean_name(name)
    with _lock, one_sentence(name, "be loaded"):
        kind = _kind_of(name)
        found = _loaded.get((name, device))
        # Other weights may lie in the folder by now.
        if found is None or found.fingerprint != kind.fingerprint(name):
            found = _loaded[name, device] = kind.load(name, device)
        return found


def load_known_encoder(name: str, fingerprint: str, *, device: str | None = None) -> Encoder:
    """Load the encoder that made a collection's vectors, also where its folder was moved.

    A folder that is gone is looked for under the environment's ENCODER.

    Args:
        name: as the collection remembers it.
        fingerprint: as the collection remembers it; empty takes what the name leads to.

    Raises:
        OtherWeights: the name leads to other weights or settings by now.
        EncoderError: as `load_encoder`.
    """
    name = clean_name(name)
    if fingerprint and is_path(name) and not is_local(name):
        other = default_encoder_name()
        if fingerprint_encoder(other) == fingerprint:
            name = other
    encoder = load_encoder(name, device=device)
    if fingerprint and encoder.fingerprint != fingerprint:
        raise OtherWeights(name)
    return encoder


def fingerprint_encoder(name: str) -> str:
    """Return what tells an encoder's weights and settings, whatever its name and place.

    No model is loaded; empty where the weights are not on this machine.

    Args:
        name: as for `load_encoder`.

    Raises:
        EncoderError: they cannot be read.
    """
    name = clean_name(name)
    with one_sentence(name, "be read"):
        return _kind_of(name).fingerprint(name)


def _kind_of(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.owns(name))


def _load_offline(name: str, device: str | None) -> Encoder:
    from encoder.offline import OfflineEncoder

    return OfflineEncoder(device=device)


def _load_image_text(name: str, device: str | None) -> Encoder:
    from encoder.image_text import ImageTextEncoder

    return ImageTextEncoder(name, device=device)


def _load_tuned(name: str, device: str | None) -> Encoder:
    from encoder.tuned import TunedEncoder

    base = name.rpartition("+")[0]
    head = load_head(name)
    return TunedEncoder(name, _kind_of(base).load(base, device), head, _fingerprint_tuned(name))


def _fingerprint_tuned(name: str) -> str:
    base = name.rpartition("+")[0]
    before = _kind_of(base).fingerprint(base)
    return before and f"{before}+{load_head(name).fingerprint}"


def _fingerprint_image_text(name: str) -> str:
    folder = folder_of(name)
    return fingerprint_folder(folder) if folder else ""


# The first that owns a name makes it; the last owns every name.
KINDS = [
    Kind(lambda name: name == OFFLINE, _load_offline, lambda name: OFFLINE),
    Kind(has_head, _load_tuned, _fingerprint_tuned),
    Kind(lambda name: True, _load_image_text, _fingerprint_image_text),
]
